var __defProp = Object.defineProperty;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// src/lib/errors.ts
function hasCode(error, ...codes) {
  return error instanceof SluiceError && codes.includes(error.code);
}
var EXIT, CODES, SluiceError;
var init_errors = __esm({
  "src/lib/errors.ts"() {
    "use strict";
    EXIT = { ok: 0, failed: 1, usage: 2, breached: 3, partial: 4, interrupted: 130 };
    CODES = {
      // usage and definition: refused before anything was done
      USAGE: EXIT.usage,
      COMMAND_UNKNOWN: EXIT.usage,
      CONFIRMATION_REQUIRED: EXIT.usage,
      DEFINITION_NOT_FOUND: EXIT.usage,
      DEFINITION_INVALID: EXIT.usage,
      DEFINITION_EXISTS: EXIT.usage,
      BLUEPRINT_UNKNOWN: EXIT.usage,
      ENVIRONMENT_UNKNOWN: EXIT.usage,
      TABLE_UNKNOWN: EXIT.usage,
      KPI_UNKNOWN: EXIT.usage,
      NOT_IN_LOCAL: EXIT.usage,
      NOT_IN_THIS_ENVIRONMENT: EXIT.usage,
      KEY_INVALID: EXIT.usage,
      FOLDER_NOT_EMPTY: EXIT.usage,
      // exports
      EXPORT_NOT_FOUND: EXIT.usage,
      EXPORT_INCOMPLETE: EXIT.usage,
      EXPORT_MANIFEST_INVALID: EXIT.usage,
      EXPORT_CHECKSUM_MISMATCH: EXIT.usage,
      EXPORT_SUMMARY_CHECKSUM: EXIT.usage,
      EXPORT_FILE_MISSING: EXIT.usage,
      EXPORT_COUNT_MISMATCH: EXIT.failed,
      EXPORT_KIND_UNSUPPORTED: EXIT.usage,
      EXPORT_TABLE_MISMATCH: EXIT.usage,
      EXPORT_NOT_LOADED: EXIT.usage,
      EXPORT_FILE_BROKEN: EXIT.failed,
      EXPORT_LINE_INVALID: EXIT.failed,
      EXPORT_ITEM_WITHOUT_KEY: EXIT.failed,
      EXPORT_KEY_DUPLICATE: EXIT.failed,
      EXPORT_TABLE_RECREATED: EXIT.usage,
      EXPORT_FILE_UNREADABLE: EXIT.usage,
      EXPORT_RANGE_INVALID: EXIT.usage,
      EXPORT_CHAIN_GAP: EXIT.usage,
      EXPORT_CHAIN_MIXED: EXIT.usage,
      EXPORT_CHAIN_TWO_FULLS: EXIT.usage,
      EXPORT_SOURCE_UNUSABLE: EXIT.usage,
      EXPORT_FAILED: EXIT.failed,
      KEY_MOVED: EXIT.failed,
      STREAM_EVENT_INVALID: EXIT.usage,
      COLUMN_NARROWED: EXIT.usage,
      LAYOUT_CHANGED: EXIT.usage,
      MAPPING_ERROR: EXIT.failed,
      // operations
      PLAN_INVALID: EXIT.usage,
      PLAN_STALE: EXIT.usage,
      LOCK_HELD: EXIT.usage,
      LOCK_LOST: EXIT.failed,
      OPERATION_UNKNOWN: EXIT.usage,
      OPERATION_NOT_RESUMABLE: EXIT.usage,
      OPERATION_NOT_UNDOABLE: EXIT.usage,
      OPERATION_CONFLICT: EXIT.failed,
      FORMAT_UNKNOWN: EXIT.usage,
      COST_EXCEEDED: EXIT.usage,
      RESOURCES_SHORT: EXIT.usage,
      PROOF_FAILED: EXIT.failed,
      UNVERIFIED: EXIT.partial,
      VANISHED_TOO_MANY: EXIT.usage,
      // compaction
      MERGE_SOURCE_CHANGED: EXIT.failed,
      MERGE_SOURCE_BROKEN: EXIT.failed,
      MERGE_LOSSY: EXIT.failed,
      PARTITION_BUSY: EXIT.failed,
      PARTITION_MOVED: EXIT.failed,
      COMPACTION_REFUSED: EXIT.usage,
      // store, catalog, engine
      OBJECT_NOT_FOUND: EXIT.failed,
      PRECONDITION_FAILED: EXIT.failed,
      STORE_UNAVAILABLE: EXIT.failed,
      STORE_READ_ONLY: EXIT.usage,
      DISK_FULL: EXIT.failed,
      CATALOG_CORRUPT: EXIT.failed,
      QUERY_INVALID: EXIT.usage,
      QUERY_FAILED: EXIT.failed,
      PARTITION_FILTER_MISSING: EXIT.usage,
      MEMORY_EXCEEDED: EXIT.failed,
      TEMP_LIMIT: EXIT.failed,
      // AWS
      AWS_SIGN_IN: EXIT.usage,
      AWS_TOKEN_EXPIRED: EXIT.failed,
      AWS_ACCOUNT_WRONG: EXIT.usage,
      AWS_ACCESS_DENIED: EXIT.failed,
      AWS_UNAVAILABLE: EXIT.failed,
      PLACE_UNUSABLE: EXIT.usage,
      TABLE_UNSUPPORTED: EXIT.usage,
      TABLE_DIFFERS: EXIT.usage,
      // everywhere
      INTERRUPTED: EXIT.interrupted,
      UNEXPECTED: EXIT.failed
    };
    SluiceError = class extends Error {
      code;
      fix;
      details;
      constructor(code, message, options = {}) {
        super(message, options.cause === void 0 ? void 0 : { cause: options.cause });
        this.name = "SluiceError";
        this.code = code;
        this.fix = options.fix;
        this.details = options.details;
      }
      get exit() {
        return CODES[this.code];
      }
    };
  }
});

// src/lib/mapping/column-type.ts
function parseColumnType(text2) {
  const array = /^array<\s*(.+?)\s*>$/.exec(text2);
  if (array === null) return parseScalar(text2);
  const element = parseScalar(array[1]);
  return element !== null && ELEMENTS.includes(element.kind) ? { kind: "array", element } : null;
}
function parseScalar(text2) {
  const plain = PLAIN.find((name) => name === text2);
  if (plain !== void 0) return { kind: plain };
  const match = /^decimal\((\d{1,2}),\s*(\d{1,2})\)$/.exec(text2);
  if (match === null) return null;
  const precision = Number(match[1]);
  const scale = Number(match[2]);
  return precision >= 1 && precision <= MAX_DECIMAL_PRECISION && scale <= precision ? { kind: "decimal", precision, scale } : null;
}
function columnType(text2) {
  const type = parseColumnType(text2);
  if (type === null)
    throw new SluiceError("DEFINITION_INVALID", `${text2} is no column type.`, { fix: "sluice lake check" });
  return type;
}
function duckdbType(type) {
  switch (type.kind) {
    case "string":
      return "VARCHAR";
    case "binary":
      return "BLOB";
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "array":
      return `${duckdbType(type.element)}[]`;
    default:
      return type.kind.toUpperCase();
  }
}
function possibleTags(type, format) {
  switch (type.kind) {
    case "string":
      return ["S", "N", "B", "SS", "NS", "BS", "L", "M"];
    case "date":
      return ["S"];
    case "boolean":
      return ["BOOL"];
    case "binary":
      return ["B"];
    case "timestamp":
      return format === "epoch_s" || format === "epoch_ms" ? ["N"] : ["S"];
    case "array":
      return arrayTags(type.element);
    default:
      return ["N"];
  }
}
function arrayTags(element) {
  if (element.kind === "string") return ["SS", "NS", "L"];
  return element.kind === "binary" ? ["BS", "L"] : ["NS", "L"];
}
function sourceTag(column) {
  return column.tag ?? possibleTags(columnType(column.type), column.format)[0];
}
function elementTag(element) {
  if (element.kind === "string") return "S";
  return element.kind === "binary" ? "B" : "N";
}
function isContainer(tag) {
  return tag === "SS" || tag === "NS" || tag === "BS" || tag === "L" || tag === "M";
}
var PLAIN, NUMBERS, ELEMENTS, MAX_DECIMAL_PRECISION;
var init_column_type = __esm({
  "src/lib/mapping/column-type.ts"() {
    "use strict";
    init_errors();
    PLAIN = ["string", "boolean", "integer", "bigint", "double", "timestamp", "date", "binary"];
    NUMBERS = ["integer", "bigint", "double", "decimal"];
    ELEMENTS = [...NUMBERS, "string", "binary"];
    MAX_DECIMAL_PRECISION = 38;
  }
});

// src/lib/sql/literals.ts
function quoteIdentifier(name) {
  return `"${name.replaceAll('"', '""')}"`;
}
function quoteText(value) {
  return value.split("\0").map((part2) => `'${part2.replaceAll("'", "''")}'`).join(" || chr(0) || ");
}
var init_literals = __esm({
  "src/lib/sql/literals.ts"() {
    "use strict";
  }
});

// src/lib/sql/row-hash.ts
var init_row_hash = __esm({
  "src/lib/sql/row-hash.ts"() {
    "use strict";
  }
});

// src/lib/sql/prelude.ts
var DUCKDB_PRELUDE, MAPPING_PRELUDE;
var init_prelude = __esm({
  "src/lib/sql/prelude.ts"() {
    "use strict";
    DUCKDB_PRELUDE = [
      `CREATE OR REPLACE TEMP MACRO approx_percentile(x, p) AS quantile_disc(x, p)`,
      `CREATE OR REPLACE TEMP MACRO json_extract_scalar(j, p) AS
     CASE WHEN json_valid(j) AND json_type(j, p) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string(j, p) END`,
      `CREATE OR REPLACE TEMP MACRO from_iso8601_timestamp(s) AS CAST(s AS TIMESTAMPTZ)`,
      `CREATE OR REPLACE TEMP MACRO to_unixtime(t) AS epoch(t)`,
      `CREATE OR REPLACE TEMP MACRO date_parse(s, f) AS strptime(s, f)`,
      `CREATE OR REPLACE TEMP MACRO regexp_like(s, r) AS regexp_matches(s, r)`,
      `CREATE OR REPLACE TEMP MACRO cardinality(a) AS len(a)`
    ];
    MAPPING_PRELUDE = [
      `CREATE OR REPLACE TEMP MACRO sluice_digits(t) AS regexp_replace(regexp_extract(t, '^[-+]?([0-9.]+)', 1), '\\.', '')`,
      `CREATE OR REPLACE TEMP MACRO sluice_shift(t) AS
     length(regexp_extract(t, '\\.([0-9]+)', 1))
       - coalesce(TRY_CAST(nullif(regexp_extract(t, '[eE]([-+]?[0-9]+)$', 1), '') AS INTEGER), 0)`,
      `CREATE OR REPLACE TEMP MACRO sluice_decimals(t) AS
     CASE WHEN NOT regexp_full_match(t, '[-+]?[0-9]{1,60}(\\.[0-9]{1,150})?([eE][-+]?[0-9]{1,3})?') THEN NULL
          WHEN regexp_full_match(sluice_digits(t), '0+') THEN 0
          ELSE sluice_shift(t) - (length(sluice_digits(t)) - length(rtrim(sluice_digits(t), '0')))
     END`,
      // DuckDB misreads exponents when it rounds ('7E-3' as DECIMAL(12,1) is 0.1), so they are written out before a cast.
      `CREATE OR REPLACE TEMP MACRO sluice_place_point(digits, shift) AS
     CASE WHEN shift <= 0 THEN digits || repeat('0', -shift)
          ELSE left(lpad(digits, CAST(greatest(length(digits), shift + 1) AS INTEGER), '0'), -shift) || '.' || right(lpad(digits, CAST(greatest(length(digits), shift + 1) AS INTEGER), '0'), shift)
     END`,
      `CREATE OR REPLACE TEMP MACRO sluice_plain(t) AS
     CASE WHEN starts_with(t, '-') THEN '-' ELSE '' END || sluice_place_point('0' || ltrim(sluice_digits(t), '0'), sluice_shift(t))`,
      // ISO 8601 with a zone that is not the plain millisecond form: other fractions, other offsets.
      `CREATE OR REPLACE TEMP MACRO sluice_iso_pattern() AS
     '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})'`,
      `CREATE OR REPLACE TEMP MACRO sluice_iso_fraction(t) AS rpad(regexp_extract(t, '\\.([0-9]+)', 1), 9, '0')`,
      `CREATE OR REPLACE TEMP MACRO sluice_iso_offset_minutes(t) AS
     CASE WHEN t LIKE '%Z' THEN 0
          WHEN CAST(t[-5:-4] AS INTEGER) > 23 OR CAST(t[-2:] AS INTEGER) > 59 THEN NULL
          ELSE (CASE WHEN t[-6:-6] = '-' THEN -1 ELSE 1 END) * (CAST(t[-5:-4] AS INTEGER) * 60 + CAST(t[-2:] AS INTEGER))
     END`,
      `CREATE OR REPLACE TEMP MACRO sluice_iso_timestamp(t) AS
     CASE WHEN regexp_full_match(t, sluice_iso_pattern()) THEN
       try_strptime(t[1:19], '%Y-%m-%dT%H:%M:%S')
         + to_milliseconds(CAST(round(CAST(sluice_iso_fraction(t) AS DECIMAL(12, 0)) / 1000000) AS BIGINT))
         - to_minutes(sluice_iso_offset_minutes(t))
     END`,
      `CREATE OR REPLACE TEMP MACRO sluice_in_range(ts) AS
     CASE WHEN ts BETWEEN TIMESTAMP '0001-01-01 00:00:00' AND TIMESTAMP '9999-12-31 23:59:59.999' THEN ts END`,
      `CREATE OR REPLACE TEMP MACRO sluice_iso_exact(t) AS right(sluice_iso_fraction(t), 6) = '000000'`,
      // Base64 as RFC 4648 writes it, without spare bits, so that the bytes have no other text.
      `CREATE OR REPLACE TEMP MACRO sluice_is_base64(t) AS
     length(t) % 4 = 0 AND regexp_full_match(t, '[A-Za-z0-9+/]*([AEIMQUYcgkosw048]=|[AQgw]==)?')`,
      `CREATE OR REPLACE TEMP MACRO sluice_local_time(t) AS
     CASE WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?') THEN
       try_strptime(t[1:19], '%Y-%m-%dT%H:%M:%S')
         + to_milliseconds(CAST(round(CAST(sluice_iso_fraction(t) AS DECIMAL(12, 0)) / 1000000) AS BIGINT))
     END`,
      `CREATE OR REPLACE TEMP MACRO sluice_zone_offset(utc, zone) AS
     to_milliseconds(epoch_ms(timezone(zone, timezone('UTC', utc))) - epoch_ms(utc))`,
      // The zone's offsets a day before and a day after: where they differ, a change of clocks is near, and the local time
      // may be read by one of them, by both (it comes twice) or by none (it is left out). `round` takes the former offset.
      `CREATE OR REPLACE TEMP MACRO sluice_choose_instant(local, zone, round, former, later) AS
     CASE WHEN former = later THEN local - former
          WHEN (sluice_zone_offset(local - former, zone) = former) = (sluice_zone_offset(local - later, zone) = later)
          THEN CASE WHEN round THEN local - former END
          WHEN sluice_zone_offset(local - former, zone) = former THEN local - former
          ELSE local - later
     END`,
      `CREATE OR REPLACE TEMP MACRO sluice_zone_instant(local, zone, round) AS
     sluice_choose_instant(local, zone, round, sluice_zone_offset(local - to_days(1), zone), sluice_zone_offset(local + to_days(1), zone))`
    ];
  }
});

// src/lib/sql/index.ts
var init_sql = __esm({
  "src/lib/sql/index.ts"() {
    "use strict";
    init_literals();
    init_row_hash();
    init_prelude();
  }
});

// src/lib/mapping/types.ts
function isDerived(column) {
  return "derive" in column;
}
var init_types = __esm({
  "src/lib/mapping/types.ts"() {
    "use strict";
  }
});

// src/lib/mapping/derivations.ts
function operandsOf(derivation) {
  if ("format_date" in derivation) return [derivation.format_date[0]];
  if ("slice_after" in derivation) return [derivation.slice_after[0]];
  if ("slice_before" in derivation) return [derivation.slice_before[0]];
  if ("constant" in derivation || "rest" in derivation) return [];
  return Object.values(derivation)[0];
}
function attributeOfOperand(operand) {
  return operand.startsWith("$") ? operand.slice(1) : null;
}
function derivedStages(mapping) {
  const stages = [];
  let waiting = mapping.columns.filter(isDerived);
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ name }) => name));
    const ready = waiting.filter(({ derive }) => !operandsOf(derive).some((operand) => names.has(operand)));
    if (ready.length === 0) throw inCircle(waiting[0].name);
    stages.push(ready);
    waiting = waiting.filter((column) => !ready.includes(column));
  }
  return stages;
}
function inCircle(name) {
  return new SluiceError("DEFINITION_INVALID", `The column ${name} is computed in a circle.`, {
    fix: "sluice lake check"
  });
}
function usesRest(mapping) {
  return mapping.columns.some((column) => isDerived(column) && "rest" in column.derive);
}
var init_derivations = __esm({
  "src/lib/mapping/derivations.ts"() {
    "use strict";
    init_errors();
    init_types();
  }
});

// src/lib/mapping/attributes.ts
function attributePath({ from }) {
  return typeof from === "string" ? [from] : from;
}
function attributeReads(mapping) {
  const columns = mapping.columns.flatMap(
    (column) => isDerived(column) ? [] : [{ path: attributePath(column), tags: [sourceTag(column)] }]
  );
  const conditions = [...mapping.when, ...mapping.skip].map((condition) => ({
    path: attributePath(condition),
    tags: "absent" in condition ? [] : TESTED_TAGS
  }));
  return [...columns, ...operandReads(mapping), ...conditions];
}
function operandReads(mapping) {
  return mapping.columns.filter(isDerived).flatMap(
    ({ derive }) => operandsOf(derive).flatMap((operand) => {
      const name = attributeOfOperand(operand);
      return name === null ? [] : [{ path: [name], tags: OPERAND_TAGS }];
    })
  );
}
function namedAttributes(mapping) {
  return [...new Set(attributeReads(mapping).flatMap(({ path: path17 }) => path17.length === 1 ? [path17[0]] : []))];
}
var OPERAND_TAGS, TESTED_TAGS;
var init_attributes = __esm({
  "src/lib/mapping/attributes.ts"() {
    "use strict";
    init_column_type();
    init_derivations();
    init_types();
    OPERAND_TAGS = ["S", "N"];
    TESTED_TAGS = ["S", "N", "BOOL"];
  }
});

// src/lib/mapping/athena-condition.ts
var init_athena_condition = __esm({
  "src/lib/mapping/athena-condition.ts"() {
    "use strict";
    init_sql();
    init_attributes();
  }
});

// src/lib/mapping/athena-item.ts
var PAIR, HALF_PAIR, ESCAPE;
var init_athena_item = __esm({
  "src/lib/mapping/athena-item.ts"() {
    "use strict";
    init_sql();
    PAIR = String.raw`'(\\[^u])|\\u(D[89AB][0-9A-F]{2})\\u(D[C-F][0-9A-F]{2})'`;
    HALF_PAIR = String.raw`'(?:\A|[^\\])(?:\\\\)*\\uD[89A-F]'`;
    ESCAPE = String.raw`'\uD'`;
  }
});

// src/lib/mapping/athena-number.ts
var LIMITED_NUMBER, NUMBER, FRACTION, ZEROS_OF_WHOLE, EXPONENT;
var init_athena_number = __esm({
  "src/lib/mapping/athena-number.ts"() {
    "use strict";
    LIMITED_NUMBER = String.raw`'\A[-+]?[0-9]{1,60}(?:\.[0-9]{1,150})?(?:[eE][-+]?[0-9]{1,3})?\z'`;
    NUMBER = String.raw`'\A[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\z'`;
    FRACTION = String.raw`'\.([0-9]*[1-9])'`;
    ZEROS_OF_WHOLE = String.raw`'\A[-+]?[0-9]*[1-9](0*)(?:\.0*)?(?:[eE]|\z)'`;
    EXPONENT = String.raw`'[eE](.*)\z'`;
  }
});

// src/lib/mapping/athena-zone.ts
var FIRST, LAST;
var init_athena_zone = __esm({
  "src/lib/mapping/athena-zone.ts"() {
    "use strict";
    FIRST = Date.UTC(1899, 11, 25) / 1e3;
    LAST = Date.UTC(2100, 0, 8) / 1e3;
  }
});

// src/lib/mapping/duckdb-value.ts
function valueSql(column, reader) {
  const type = columnType(column.type);
  const raw = reader.text(attributePath(column), sourceTag(column));
  return type.kind === "array" ? arraySql(column, type, raw) : scalarSql(column, type, raw);
}
function scalarSql(column, type, raw) {
  const round = column.inexact === "round";
  switch (type.kind) {
    case "string":
      return column.tag === "B" ? `CASE WHEN sluice_is_base64(${raw}) THEN ${raw} END` : raw;
    case "binary":
      return `CASE WHEN sluice_is_base64(${raw}) THEN TRY(from_base64(${raw})) END`;
    case "boolean":
      return `CASE ${raw} WHEN 'true' THEN true WHEN 'false' THEN false END`;
    case "double":
      return `CASE WHEN regexp_full_match(${raw}, '[-+]?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?') THEN TRY_CAST(${raw} AS DOUBLE) END`;
    case "integer":
    case "bigint":
      return integerSql(raw, duckdbType(type), round);
    case "decimal":
      return decimalSql(raw, type, round);
    case "date":
      return `CASE WHEN regexp_full_match(${raw}, '[0-9]{4}-[0-9]{2}-[0-9]{2}') AND ${raw} >= '0001' THEN TRY_CAST(${raw} AS DATE) END`;
    case "timestamp":
      return timestampSql(column, raw, round);
  }
}
function integerSql(raw, type, round) {
  const fast = `TRY_CAST(${raw} AS ${type})`;
  const slow = `TRY_CAST(TRY_CAST(sluice_plain(${raw}) AS DECIMAL(38,0)) AS ${type})`;
  return `CASE WHEN CAST(${fast} AS VARCHAR) = ${raw} THEN ${fast} WHEN ${allowed(raw, 0, round)} THEN ${slow} END`;
}
function decimalSql(raw, type, round) {
  const integerDigits = Math.max(type.precision - type.scale, 1);
  const fraction = type.scale === 0 ? "" : `(\\.[0-9]{1,${type.scale}})?`;
  const fast = `TRY_CAST(${raw} AS ${duckdbType(type)})`;
  const slow = `TRY_CAST(sluice_plain(${raw}) AS ${duckdbType(type)})`;
  return `CASE WHEN regexp_full_match(${raw}, '-?[0-9]{1,${integerDigits}}${fraction}') THEN ${fast} WHEN ${allowed(raw, type.scale, round)} THEN ${slow} END`;
}
function allowed(raw, scale, round) {
  return round ? `sluice_decimals(${raw}) IS NOT NULL` : `sluice_decimals(${raw}) <= ${scale}`;
}
function timestampSql(column, raw, round) {
  switch (column.format) {
    case "epoch_ms":
      return epochSql(integerSql(raw, "BIGINT", round));
    case "epoch_s":
      return epochSql(
        `CASE WHEN ${allowed(raw, 3, round)} THEN TRY_CAST(TRY_CAST(sluice_plain(${raw}) AS DECIMAL(20,3)) * 1000 AS BIGINT) END`
      );
    case "iso_local": {
      const exact = round ? "" : ` AND sluice_iso_exact(${raw})`;
      return `CASE WHEN ${raw} >= '1900' AND ${raw} < '2100'${exact} THEN sluice_zone_instant(sluice_local_time(${raw}), ${quoteText(column.zone ?? "UTC")}, ${round}) END`;
    }
    default: {
      const fast = `CASE WHEN length(${raw}) = 24 AND ${raw} >= '0001' THEN try_strptime(${raw}, ${ISO_MILLISECONDS}) END`;
      const slow = `CASE WHEN ${raw} >= '0001'${round ? "" : ` AND sluice_iso_exact(${raw})`} THEN sluice_in_range(sluice_iso_timestamp(${raw})) END`;
      return `coalesce(${fast}, ${slow})`;
    }
  }
}
function epochSql(milliseconds) {
  const { first, last: last2 } = EPOCH_MS_RANGE;
  return `CASE WHEN ${milliseconds} BETWEEN ${first} AND ${last2} THEN make_timestamp(${milliseconds} * 1000) END`;
}
function arraySql(column, type, raw) {
  const values = `list_transform(${elementTexts(column, type, raw)}, lambda element: ${scalarSql(column, type.element, "element")})`;
  return `list_transform([${values}], lambda list: CASE WHEN list_count(list) = len(list) THEN list END)[1]`;
}
function elementTexts(column, type, raw) {
  if (sourceTag(column) !== "L") return `json_extract_string(${raw}, '$[*]')`;
  const texts = `json_extract_string(${raw}, '$[*].${elementTag(type.element)}')`;
  return `CASE WHEN len(${texts}) = json_array_length(${raw}) THEN ${texts} END`;
}
function problemSql(column, value, reader) {
  const present = presentSql(column, reader);
  const branches = [];
  const bad = badValueSql(column, reader);
  if (bad !== null) branches.push(`WHEN ${present} THEN ${bad}`);
  if (column.missing !== "null") {
    if (bad === null) branches.push(`WHEN ${present} THEN NULL`);
    branches.push(`ELSE ${quoteText(`${column.missing} missing ${column.name}`)}`);
  }
  return branches.length === 0 ? null : `CASE WHEN ${value} IS NULL THEN CASE ${branches.join(" ")} END END`;
}
function suspectSql(column, value, reader) {
  return column.missing === "null" ? `${value} IS NULL AND (${presentSql(column, reader)})` : `${value} IS NULL`;
}
function presentSql(column, reader) {
  const path17 = attributePath(column);
  const present = path17.map((_, index) => {
    const outer = path17.slice(0, index + 1);
    return index === path17.length - 1 ? reader.isPresent(path17) : `(${reader.isPresent(outer)} AND ${reader.hasNoMap(outer)})`;
  });
  return present.join(" OR ");
}
function badValueSql(column, reader) {
  const wrongType = column.wrong_type === "null" ? "NULL" : quoteText(`${column.wrong_type} wrong_type ${column.name}`);
  const test = inexactTest(column, reader);
  if (test === null) return wrongType === "NULL" ? null : wrongType;
  const word = column.inexact === "error" ? "error" : "quarantine";
  return `CASE WHEN ${test} THEN ${quoteText(`${word} inexact ${column.name}`)} ELSE ${wrongType} END`;
}
function inexactTest(column, reader) {
  const type = columnType(column.type);
  const raw = reader.text(attributePath(column), sourceTag(column));
  if (type.kind !== "array") return scalarInexactTest(column, type, raw);
  const test = scalarInexactTest(column, type.element, "element");
  if (test === null) return null;
  return `len(list_filter(${elementTexts(column, type, raw)}, lambda element: NOT coalesce(${test}, false))) = 0`;
}
function scalarInexactTest(column, type, raw) {
  switch (type.kind) {
    case "string":
    case "boolean":
    case "binary":
    case "date":
      return null;
    case "timestamp":
      if (column.format === "iso_local") return `${raw} >= '0001' AND sluice_local_time(${raw}) IS NOT NULL`;
      if (sourceTag(column) === "S") return `${raw} >= '0001' AND sluice_iso_timestamp(${raw}) IS NOT NULL`;
      return `sluice_decimals(${raw}) IS NOT NULL`;
    default:
      return `sluice_decimals(${raw}) IS NOT NULL`;
  }
}
function canBeError(column) {
  return [column.missing, column.inexact, column.wrong_type].includes("error");
}
var EPOCH_MS_RANGE, ISO_MILLISECONDS;
var init_duckdb_value = __esm({
  "src/lib/mapping/duckdb-value.ts"() {
    "use strict";
    init_sql();
    init_attributes();
    init_column_type();
    EPOCH_MS_RANGE = { first: -621355968e5, last: 253402300799999 };
    ISO_MILLISECONDS = quoteText("%Y-%m-%dT%H:%M:%S.%gZ");
  }
});

// src/lib/mapping/athena-time.ts
var DAY, CLOCK, FRACTION2, PATTERN;
var init_athena_time = __esm({
  "src/lib/mapping/athena-time.ts"() {
    "use strict";
    init_athena_number();
    init_athena_zone();
    init_duckdb_value();
    DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
    CLOCK = `${DAY}T[0-9]{2}:[0-9]{2}:[0-9]{2}`;
    FRACTION2 = String.raw`(?:\.[0-9]{1,9})?`;
    PATTERN = {
      date: `'\\A${DAY}\\z'`,
      /** The form that most writers use; no time of it needs an offset or rounding. */
      plain: `'\\A${CLOCK}\\.[0-9]{3}Z\\z'`,
      iso: `'\\A${CLOCK}${FRACTION2}(?:Z|[-+](?:[01][0-9]|2[0-3]):[0-5][0-9])\\z'`,
      local: `'\\A${CLOCK}${FRACTION2}\\z'`,
      /** A time down to its fraction, without its zone. */
      clock: String.raw`'\A.{19}(?:\.[0-9]+)?'`,
      /** More than milliseconds. */
      fine: String.raw`'\.[0-9]{3}[0-9]*[1-9]'`
    };
  }
});

// src/lib/mapping/athena-value.ts
var BASE64;
var init_athena_value = __esm({
  "src/lib/mapping/athena-value.ts"() {
    "use strict";
    init_sql();
    init_athena_number();
    init_athena_time();
    init_attributes();
    init_column_type();
    BASE64 = String.raw`'\A[A-Za-z0-9+/]*(?:[AEIMQUYcgkosw048]=|[AQgw]==)?\z'`;
  }
});

// src/lib/mapping/athena-derive.ts
var YOUNG_LETTERS;
var init_athena_derive = __esm({
  "src/lib/mapping/athena-derive.ts"() {
    "use strict";
    init_errors();
    init_sql();
    init_athena_item();
    init_athena_time();
    init_athena_value();
    init_attributes();
    init_column_type();
    init_derivations();
    YOUNG_LETTERS = String.raw`\x{1c89}\x{a7cb}\x{a7cc}\x{a7ce}\x{a7d2}\x{a7d4}\x{a7da}\x{a7dc}\x{10d50}-\x{10d65}\x{16ea0}-\x{16eb8}`;
  }
});

// src/lib/mapping/athena-refusals.ts
var ROOM_AROUND_BYTES;
var init_athena_refusals = __esm({
  "src/lib/mapping/athena-refusals.ts"() {
    "use strict";
    ROOM_AROUND_BYTES = 64 * 1024;
  }
});

// src/lib/mapping/row-class.ts
var ROW_CLASS, STORED_CLASSES, SECOND_CLASSES, PROBLEM_CLASSES;
var init_row_class = __esm({
  "src/lib/mapping/row-class.ts"() {
    "use strict";
    ROW_CLASS = {
      upsert: 0,
      quarantined: 1,
      /** An item that is gone, or is no item of the table any more. */
      deleted: 2,
      /** A delete of the item where it lay before a change of its partition. */
      moved: 3,
      /** A delete of what the key may have in any partition, beside a row whose own partition cannot be told. */
      broadcast: 4,
      /** A `skip` condition holds. */
      skipped: 5,
      /** A `when` condition does not hold. */
      elsewhere: 6,
      /** The load asked for other rows. */
      filtered: 7,
      /** A second row that is not needed. */
      nothing: 8,
      /** A policy says `error`. */
      error: 9,
      noKey: 10,
      noItem: 11
    };
    STORED_CLASSES = ["upsert", "quarantined", "deleted", "moved", "broadcast"];
    SECOND_CLASSES = ["moved", "broadcast", "nothing"];
    PROBLEM_CLASSES = ["quarantined", "error", "noKey", "noItem"];
  }
});

// src/lib/mapping/row-metadata.ts
function storedColumns(mapping) {
  return [...mapping.columns.map(({ name, type }) => ({ name, type })), ...METADATA_COLUMNS];
}
var METADATA_COLUMNS;
var init_row_metadata = __esm({
  "src/lib/mapping/row-metadata.ts"() {
    "use strict";
    METADATA_COLUMNS = [
      { name: "_op", type: "string" },
      { name: "_version", type: "bigint" },
      { name: "_source_rank", type: "integer" },
      { name: "_sequence", type: "string" },
      { name: "_source", type: "string" }
    ];
  }
});

// src/lib/mapping/compile-athena.ts
var ASCII;
var init_compile_athena = __esm({
  "src/lib/mapping/compile-athena.ts"() {
    "use strict";
    init_errors();
    init_sql();
    init_athena_condition();
    init_athena_derive();
    init_athena_item();
    init_athena_refusals();
    init_athena_value();
    init_derivations();
    init_duckdb_value();
    init_row_class();
    init_row_metadata();
    init_types();
    ASCII = String.raw`'\A[\x20-\x7e]*\z'`;
  }
});

// src/lib/mapping/attribute-tree.ts
function emptyNode() {
  return { tags: /* @__PURE__ */ new Set(), children: /* @__PURE__ */ new Map() };
}
function attributeTree(mapping) {
  const root2 = emptyNode();
  for (const read of attributeReads(mapping)) addRead(root2, read);
  return root2;
}
function addRead(root2, { path: path17, tags }) {
  let node = root2;
  for (const name of path17) {
    const child = node.children.get(name) ?? emptyNode();
    node.children.set(name, child);
    node = child;
  }
  for (const tag of tags) node.tags.add(tag);
}
function fitsStruct(mapping) {
  return misfit(attributeTree(mapping)) === null;
}
function itemStructType(mapping) {
  const root2 = attributeTree(mapping);
  const problem = misfit(root2);
  if (problem !== null) throw new SluiceError("DEFINITION_INVALID", problem, { fix: "Read this table as JSON." });
  return structOf(root2.children);
}
function structOf(children) {
  const fields = [...children].map(([name, node]) => `${quoteIdentifier(name)} ${attributeType(node)}`);
  return `STRUCT(${fields.join(", ")})`;
}
function attributeType(node) {
  const fields = [...node.tags].map((tag) => `"${tag}" ${isContainer(tag) ? "JSON" : "VARCHAR"}`);
  if (node.children.size > 0) fields.push(`"M" ${structOf(node.children)}`);
  fields.push('"NULL" BOOLEAN');
  return `STRUCT(${fields.join(", ")})`;
}
function misfit(node) {
  const seen = /* @__PURE__ */ new Map();
  for (const [name, child] of node.children) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== void 0) return `Attributes ${twin} and ${name} differ by case only.`;
    seen.set(name.toLowerCase(), name);
    if (name === "" || name.includes("\0")) return "An attribute has a name that no field can have.";
    if (child.tags.has("M") && child.children.size > 0) return `${name} is read whole and by its members.`;
    const inner = misfit(child);
    if (inner !== null) return inner;
  }
  return null;
}
var init_attribute_tree = __esm({
  "src/lib/mapping/attribute-tree.ts"() {
    "use strict";
    init_errors();
    init_sql();
    init_attributes();
    init_column_type();
  }
});

// src/lib/mapping/change-inputs.ts
function columnsOfDeletes(mapping) {
  return /* @__PURE__ */ new Set([...mapping.key, ...partitionOperands(mapping)]);
}
function placeReads(mapping) {
  return isImmutable(mapping) ? readsOf(mapping, partitionOperands(mapping)) : [];
}
function isPartitionOfKey(mapping) {
  return areOfKey(mapping, namesOf(readsOf(mapping, partitionOperands(mapping))));
}
function areConditionsOfKey(mapping) {
  return areOfKey(mapping, conditionAttributes(mapping));
}
function isImmutable({ partition }) {
  return partition?.immutable === true;
}
function areOfKey(mapping, attributes) {
  const ofKey = new Set(namesOf(readsOf(mapping, mapping.key)));
  return attributes.every((name) => ofKey.has(name));
}
function partitionOperands({ partition }) {
  return (partition?.by ?? []).flatMap(({ derive }) => operandsOf(derive));
}
function conditionAttributes({ when, skip }) {
  return [...when, ...skip].map((condition) => attributePath(condition)[0]);
}
function readsOf(mapping, operands) {
  return operands.flatMap((operand) => {
    const attribute = attributeOfOperand(operand);
    if (attribute !== null) return [{ path: [attribute], tags: OPERAND_TAGS }];
    const column = mapping.columns.find(({ name }) => name === operand);
    if (column === void 0) return [];
    if (isDerived(column)) return readsOf(mapping, operandsOf(column.derive));
    return [{ path: attributePath(column), tags: [sourceTag(column)] }];
  });
}
function namesOf(reads) {
  return reads.map(({ path: path17 }) => path17[0]);
}
var init_change_inputs = __esm({
  "src/lib/mapping/change-inputs.ts"() {
    "use strict";
    init_attributes();
    init_column_type();
    init_derivations();
    init_types();
  }
});

// src/lib/mapping/duckdb-item.ts
function itemReader(mapping, form) {
  return form === "struct" ? structReader(itemStructType(mapping)) : jsonReader();
}
function extract(container, field) {
  return `struct_extract(${container}, ${quoteText(field)})`;
}
function structReader(itemType) {
  const fields = new FieldList();
  const node = (path17) => path17.reduce((container, name, index) => extract(index === 0 ? container : extract(container, "M"), name), "Item");
  const isPresent = (path17) => fields.at(`${node(path17)} IS NOT NULL AND ${extract(node(path17), "NULL")} IS NULL`);
  return {
    itemType,
    itemsSql: (lines, others = []) => `SELECT ${["Item AS _item", "file_index AS _file_index", ...others, ...fields.sql()].join(", ")} FROM ${lines}`,
    columns: () => ["_item", "_file_index", ...fields.names()],
    text: (path17, tag) => {
      const value = fields.at(extract(node(path17), tag));
      if (!isContainer(tag)) return value;
      return `CASE WHEN starts_with(CAST(${value} AS VARCHAR), '${tag === "M" ? "{" : "["}') THEN CAST(${value} AS VARCHAR) END`;
    },
    isPresent,
    hasNoMap: (path17) => `${fields.at(extract(node(path17), "M"))} IS NULL`,
    isAbsent: (path17) => `NOT ${isPresent(path17)}`
  };
}
function jsonReader() {
  const texts = new PointerList("_texts");
  const kinds = new PointerList("_kinds");
  const kind = (path17, ...fields) => kinds.at(pointer(path17, ...fields));
  const guards = (path17) => path17.flatMap(
    (name, index) => index > 0 && /^\d+$|^-$/.test(name) ? [`${kind(path17.slice(0, index), "M")} = 'OBJECT'`] : []
  );
  const guarded = (path17, conditions, value) => {
    const all = [...guards(path17), ...conditions];
    return all.length === 0 ? value : `CASE WHEN ${all.join(" AND ")} THEN ${value} END`;
  };
  const nodeKind = (path17) => guarded(path17, [], kind(path17));
  const isNull2 = (path17) => `coalesce(json_type(_item, ${quoteText(pointer(path17, "NULL"))}), 'NULL') <> 'NULL'`;
  const isThere2 = (path17) => `coalesce(${nodeKind(path17)}, 'NULL') <> 'NULL'`;
  return {
    itemType: "JSON",
    itemsSql: (lines, others = []) => {
      const items2 = `SELECT CASE WHEN starts_with(Item, '{') THEN Item END AS _item, ${["file_index AS _file_index", ...others].join(", ")} FROM ${lines}`;
      const lists = [texts.sql("json_extract_string"), kinds.sql("json_type")].flatMap(
        (sql) => sql === null ? [] : [sql]
      );
      return `SELECT ${["_item", "_file_index", ...others, ...lists].join(", ")} FROM (${items2})`;
    },
    columns: () => ["_item", "_file_index", ...[texts, kinds].filter((list2) => !list2.isEmpty).map(({ name }) => name)],
    text: (path17, tag) => {
      const shape = isContainer(tag) ? [`${kind(path17, tag)} = '${tag === "M" ? "OBJECT" : "ARRAY"}'`] : [];
      return guarded(path17, shape, texts.at(pointer(path17, tag)));
    },
    isPresent: (path17) => `CASE WHEN ${isThere2(path17)} THEN NOT ${isNull2(path17)} ELSE false END`,
    hasNoMap: (path17) => `${guarded(path17, [], kind(path17, "M"))} IS DISTINCT FROM 'OBJECT'`,
    isAbsent: (path17) => `CASE WHEN ${isThere2(path17)} THEN ${isNull2(path17)} ELSE true END`
  };
}
function pointer(path17, ...fields) {
  const steps = path17.flatMap((name, index) => index === 0 ? [name] : ["M", name]);
  return [...steps, ...fields].map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
var FieldList, PointerList;
var init_duckdb_item = __esm({
  "src/lib/mapping/duckdb-item.ts"() {
    "use strict";
    init_sql();
    init_attribute_tree();
    init_column_type();
    FieldList = class {
      columns = /* @__PURE__ */ new Map();
      at(expression) {
        const column = this.columns.get(expression) ?? `_field_${this.columns.size}`;
        this.columns.set(expression, column);
        return column;
      }
      names() {
        return [...this.columns.values()];
      }
      sql() {
        return [...this.columns].map(([expression, column]) => `(${expression}) AS ${column}`);
      }
    };
    PointerList = class {
      constructor(name) {
        this.name = name;
      }
      name;
      positions = /* @__PURE__ */ new Map();
      get isEmpty() {
        return this.positions.size === 0;
      }
      at(place) {
        const position = this.positions.get(place) ?? this.positions.size + 1;
        this.positions.set(place, position);
        return `${this.name}[${position}]`;
      }
      sql(extraction) {
        if (this.isEmpty) return null;
        return `${extraction}(_item, [${[...this.positions.keys()].map(quoteText).join(", ")}]) AS ${this.name}`;
      }
    };
  }
});

// src/lib/mapping/duckdb-image.ts
function imageReader(image, form) {
  return form === "struct" ? structImage(image) : jsonImage(image);
}
function structImage(image) {
  const extract2 = (container, field) => `struct_extract(${container}, ${quoteText(field)})`;
  const node = ([first = "", ...inner]) => inner.reduce((outer, name) => extract2(extract2(outer, "M"), name), extract2(image, first));
  return {
    text: (path17, tag) => `CAST(${extract2(node(path17), tag)} AS VARCHAR)`,
    isAbsent: (path17) => `(${node(path17)} IS NULL OR ${extract2(node(path17), "NULL")} IS NOT NULL)`
  };
}
function jsonImage(image) {
  const kind = (path17, ...fields) => `coalesce(json_type(${image}, ${quoteText(pointer(path17, ...fields))}), 'NULL')`;
  return {
    text: (path17, tag) => `json_extract_string(${image}, ${quoteText(pointer(path17, tag))})`,
    isAbsent: (path17) => `(${kind(path17)} = 'NULL' OR ${kind(path17, "NULL")} <> 'NULL')`
  };
}
var init_duckdb_image = __esm({
  "src/lib/mapping/duckdb-image.ts"() {
    "use strict";
    init_sql();
    init_duckdb_item();
  }
});

// src/lib/mapping/export-line.ts
import { isUtf8 } from "node:buffer";
function readExportLine(bytes) {
  const read = readItem(bytes);
  if ("fault" in read) return read;
  const fault = faultOfItems(bytes, [read.item]);
  return fault === null ? read : { fault };
}
function faultOfItems(bytes, items2) {
  if (!items2.every(isWellFormed)) return "not_json";
  if (hasDuplicateNames(bytes.toString("utf8"))) return "duplicate_name";
  return items2.every((item) => Object.values(item).every(isTyped)) ? null : "not_typed";
}
function readItem(bytes) {
  if (!isUtf8(bytes)) return { fault: "not_json" };
  try {
    const { Item: item } = JSON.parse(bytes.toString("utf8")) ?? {};
    return isRecord(item) ? { item } : { fault: "no_item" };
  } catch {
    return { fault: "not_json" };
  }
}
function hasDuplicateNames(text2) {
  let names = 0;
  for (const [, colon] of text2.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:)?/g)) if (colon !== void 0) names += 1;
  return names !== countNames(JSON.parse(text2));
}
function countNames(value) {
  if (typeof value !== "object" || value === null) return 0;
  const children = Object.values(value);
  const own = Array.isArray(value) ? 0 : children.length;
  return children.reduce((sum2, child) => sum2 + countNames(child), own);
}
function isWellFormed(value) {
  if (typeof value === "string") return !HALF_PAIR2.test(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, child]) => !HALF_PAIR2.test(name) && isWellFormed(child));
}
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isTyped(value) {
  if (!isRecord(value)) return false;
  const [tag, ...others] = Object.keys(value);
  const hasShape = tag === void 0 || !Object.hasOwn(SHAPES, tag) ? void 0 : SHAPES[tag];
  return others.length === 0 && hasShape !== void 0 && hasShape(value[tag]);
}
var MAXIMUM_LINE_BYTES, HALF_PAIR2, isText, areTexts, SHAPES;
var init_export_line = __esm({
  "src/lib/mapping/export-line.ts"() {
    "use strict";
    MAXIMUM_LINE_BYTES = 16 * 1024 * 1024;
    HALF_PAIR2 = /\p{Surrogate}/u;
    isText = (value) => typeof value === "string";
    areTexts = (value) => Array.isArray(value) && value.every(isText);
    SHAPES = {
      S: isText,
      N: isText,
      B: isText,
      BOOL: (value) => typeof value === "boolean",
      NULL: (value) => value === true,
      SS: areTexts,
      NS: areTexts,
      BS: areTexts,
      L: (value) => Array.isArray(value) && value.every(isTyped),
      M: (value) => isRecord(value) && Object.values(value).every(isTyped)
    };
  }
});

// src/lib/mapping/row-attribute.ts
function isJsonObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function member(container, name) {
  return Object.hasOwn(container, name) ? container[name] : void 0;
}
function isNull(attribute) {
  return isThere(member(attribute, "NULL"));
}
function isThere(value) {
  return value !== void 0 && value !== null;
}
function findAttribute(item, path17) {
  let attributes = item;
  let attribute;
  for (let index = 0; index < path17.length; index += 1) {
    if (index > 0) {
      const outer = attribute;
      const map = member(outer, "M");
      if (!isJsonObject(map)) return isNull(outer) ? MISSING : WRONG_TYPE;
      attributes = map;
    }
    attribute = member(attributes, path17[index]);
    if (!isThere(attribute)) return MISSING;
    if (!isJsonObject(attribute)) return WRONG_TYPE;
  }
  return attribute;
}
function textOf(value) {
  if (typeof value === "string") return value;
  return isThere(value) ? jsonText(value) : null;
}
function jsonText(value) {
  try {
    return JSON.stringify(value)?.replace(
      /\\\\|\\u[0-9a-f]{4}/g,
      (escape) => escape.startsWith("\\u") ? `\\u${escape.slice(2).toUpperCase()}` : escape
    );
  } catch {
    return null;
  }
}
function attributeText(item, path17, tags) {
  const attribute = findAttribute(item, path17);
  if (typeof attribute === "symbol") return null;
  for (const tag of tags) {
    const text2 = textOf(member(attribute, tag));
    if (text2 !== null) return text2;
  }
  return null;
}
var MISSING, WRONG_TYPE;
var init_row_attribute = __esm({
  "src/lib/mapping/row-attribute.ts"() {
    "use strict";
    MISSING = /* @__PURE__ */ Symbol("missing");
    WRONG_TYPE = /* @__PURE__ */ Symbol("wrong_type");
  }
});

// src/lib/mapping/change-line.ts
import { isUtf8 as isUtf82 } from "node:buffer";
function readChange(bytes) {
  if (!isUtf82(bytes)) return { fault: "not_json" };
  try {
    return changeOf(JSON.parse(bytes.toString("utf8")));
  } catch {
    return { fault: "not_json" };
  }
}
function readChangeLine(bytes) {
  const read = readChange(bytes);
  if ("fault" in read) return read;
  const { keys, newImage, oldImage } = read.change;
  const images = [keys, newImage, oldImage].filter((image) => image !== null);
  const fault = faultOfItems(bytes, images);
  return fault === null ? read : { fault };
}
function changeOf(line) {
  if (!isRecord2(line)) return { fault: "no_item" };
  const { Metadata: metadata2, Keys: keys, NewImage: newImage = null, OldImage: oldImage = null } = line;
  const micros = isRecord2(metadata2) && isRecord2(metadata2["WriteTimestampMicros"]) ? textOf(metadata2["WriteTimestampMicros"]["N"]) : null;
  if (micros === null || !MICROSECONDS.test(micros) || BigInt(micros) > LATEST_VERSION) return { fault: "no_item" };
  if (!isRecord2(keys) || !isImage(newImage) || !isImage(oldImage)) return { fault: "no_item" };
  return { change: { keys, newImage, oldImage, version: BigInt(micros) } };
}
function isImage(value) {
  return value === null || isRecord2(value);
}
function isRecord2(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
var LATEST_VERSION, MICROSECONDS;
var init_change_line = __esm({
  "src/lib/mapping/change-line.ts"() {
    "use strict";
    init_export_line();
    init_row_attribute();
    LATEST_VERSION = 253402300799999999n;
    MICROSECONDS = /^\d{1,18}$/;
  }
});

// src/lib/mapping/duckdb-change.ts
function changeColumns(itemType) {
  const images = IMAGES.map((name) => `${name}: ${quoteText(itemType)}`);
  return `{${images.join(", ")}, Metadata: 'STRUCT(WriteTimestampMicros STRUCT(N VARCHAR))'}`;
}
function changedItemsSql(mapping, lines, form) {
  const changes = `SELECT ${form === "struct" ? structImages() : jsonImages()}, file_index, ${CHANGED} AS _changed FROM ${lines}`;
  const moved = movedSql(mapping, form);
  const updated = moved === null ? `['new']` : `CASE WHEN ${moved} THEN ['new', 'moved'] ELSE ['new'] END`;
  const roles = `CASE WHEN Keys IS NULL OR _changed IS NULL OR _isBad THEN ['bad']
    WHEN NewImage IS NULL THEN CASE WHEN OldImage IS NULL THEN ['keys'] ELSE ['deleted'] END
    WHEN OldImage IS NULL THEN ['alone'] ELSE ${updated} END`;
  const unnested = `SELECT *, unnest(${roles}) AS _role FROM (${changes})`;
  return `(SELECT CASE WHEN _role IN ('new', 'alone') THEN NewImage WHEN _role = 'keys' THEN Keys WHEN _role <> 'bad' THEN OldImage END AS Item, file_index, _role, _changed FROM (${unnested}))`;
}
function movedSql(mapping, form) {
  const [now, before] = [imageReader("NewImage", form), imageReader("OldImage", form)];
  const texts = placeReads(mapping).flatMap(
    ({ path: path17, tags }) => tags.map((tag) => `${now.text(path17, tag)} IS DISTINCT FROM ${before.text(path17, tag)}`)
  );
  return texts.length === 0 ? null : texts.join(" OR ");
}
function structImages() {
  return `${IMAGES.join(", ")}, false AS _isBad`;
}
function jsonImages() {
  const objects = IMAGES.map((name) => `CASE WHEN starts_with(${name}, '{') THEN ${name} END AS ${name}`);
  const bad = IMAGES.map((name) => `coalesce(${name} <> 'null' AND NOT starts_with(${name}, '{'), false)`);
  return `${objects.join(", ")}, (${bad.join(" OR ")}) AS _isBad`;
}
var MICROS, CHANGED, IMAGES;
var init_duckdb_change = __esm({
  "src/lib/mapping/duckdb-change.ts"() {
    "use strict";
    init_sql();
    init_change_inputs();
    init_duckdb_image();
    init_change_line();
    MICROS = "Metadata.WriteTimestampMicros.N";
    CHANGED = `CASE WHEN regexp_full_match(${MICROS}, '[0-9]{1,18}') AND TRY_CAST(${MICROS} AS BIGINT) <= ${LATEST_VERSION} THEN TRY_CAST(${MICROS} AS BIGINT) END`;
    IMAGES = ["Keys", "NewImage", "OldImage"];
  }
});

// src/lib/mapping/duckdb-derive.ts
function itemOperand(reader) {
  return (operand) => {
    const name = attributeOfOperand(operand);
    if (name === null) return quoteIdentifier(operand);
    return `coalesce(${reader.text([name], "S")}, ${reader.text([name], "N")})`;
  };
}
function derivationSql(derivation, operandSql) {
  if ("equal" in derivation) return pair(derivation.equal, operandSql, (a, b) => `${a} = ${b}`);
  if ("not_equal" in derivation) return pair(derivation.not_equal, operandSql, (a, b) => `${a} <> ${b}`);
  if ("add" in derivation) return pair(derivation.add, operandSql, (a, b) => `${a} + ${b}`);
  if ("subtract" in derivation) return pair(derivation.subtract, operandSql, (a, b) => `${a} - ${b}`);
  if ("millis_between" in derivation) {
    return pair(derivation.millis_between, operandSql, (a, b) => `epoch_ms(${b}) - epoch_ms(${a})`);
  }
  if ("format_date" in derivation) {
    const [operand, pattern] = derivation.format_date;
    return `strftime(${operandSql(operand)}, ${quoteText(pattern)})`;
  }
  return textSql(derivation, operandSql);
}
function textSql(derivation, operandSql) {
  if ("slice_after" in derivation) {
    const [operand, separator] = derivation.slice_after;
    return slice(
      operandSql(operand),
      separator,
      (text2, place) => `substr(${text2}, ${place} + ${[...separator].length})`
    );
  }
  if ("slice_before" in derivation) {
    const [operand, separator] = derivation.slice_before;
    return slice(operandSql(operand), separator, (text2, place) => `substr(${text2}, 1, ${place} - 1)`);
  }
  if ("lower" in derivation) return `lower(${operandSql(derivation.lower[0])})`;
  if ("trim" in derivation) return `trim(${operandSql(derivation.trim[0])}, E' \\t\\n\\r')`;
  if ("coalesce" in derivation) return `coalesce(${derivation.coalesce.map(operandSql).join(", ")})`;
  if ("constant" in derivation) return quoteText(derivation.constant[0]);
  throw new SluiceError("DEFINITION_INVALID", "Only a column of the item can hold the rest of it.");
}
function pair(operands, operandSql, write) {
  return write(operandSql(operands[0]), operandSql(operands[1]));
}
function slice(text2, separator, write) {
  const place = `strpos(${text2}, ${quoteText(separator)})`;
  return `CASE WHEN ${place} > 0 THEN ${write(text2, place)} END`;
}
function derivedValueSql(column, mapping, reader) {
  if ("rest" in column.derive) return restSql(mapping);
  const type = columnType(column.type);
  const name = duckdbType(type);
  const isSum = "add" in column.derive || "subtract" in column.derive;
  const operandSql = isSum && type.kind === "decimal" ? (operand) => `CAST(${columnOperand(operand)} AS ${name})` : itemOperand(reader);
  return `TRY_CAST(TRY(${derivationSql(column.derive, operandSql)}) AS ${name})`;
}
function restSql(mapping) {
  const nulls = Object.fromEntries(namedAttributes(mapping).map((name) => [name, null]));
  return `nullif(CAST(json_merge_patch(_item, ${quoteText(JSON.stringify(nulls))}) AS VARCHAR), '{}')`;
}
function derivedProblemSql(column) {
  const suspect = derivedSuspectSql(column);
  return suspect === null ? null : `CASE WHEN ${suspect} THEN ${quoteText(`quarantine inexact ${column.name}`)} END`;
}
function derivedSuspectSql(column) {
  const operands = "add" in column.derive ? column.derive.add : "subtract" in column.derive ? column.derive.subtract : null;
  if (operands === null) return null;
  const inputs = operands.map((operand) => `${columnOperand(operand)} IS NOT NULL`).join(" AND ");
  return `${quoteIdentifier(column.name)} IS NULL AND ${inputs}`;
}
var columnOperand;
var init_duckdb_derive = __esm({
  "src/lib/mapping/duckdb-derive.ts"() {
    "use strict";
    init_errors();
    init_sql();
    init_attributes();
    init_column_type();
    init_derivations();
    columnOperand = (operand) => {
      if (attributeOfOperand(operand) !== null) {
        throw new SluiceError("DEFINITION_INVALID", `Operand ${operand}: rows have columns, not attributes.`, {
          fix: "Map the attribute to a column and name the column."
        });
      }
      return quoteIdentifier(operand);
    };
  }
});

// src/lib/mapping/partition-tray.ts
function partitionText(mapping, version) {
  const { partition } = mapping;
  if (partition === null) return `'v'`;
  const withLoadDay = (operand) => `coalesce(${columnOperand(operand)}, date_trunc('day', make_timestamp(${version})))`;
  const oneTime = oneTimeText(partition, withLoadDay);
  if (oneTime !== null) return oneTime;
  const values = partition.by.map(({ derive }) => {
    const isDated = partition.fallback === "load_day" && "format_date" in derive;
    const sql = derivationSql(derive, isDated ? withLoadDay : columnOperand);
    return isPlainDate(derive) ? `coalesce('v' || ${sql}, 'n')` : encodedValue(sql);
  });
  return values.join(` || '-' || `);
}
function oneTimeText({ by, fallback }, withLoadDay) {
  const patterns = [];
  const operands = /* @__PURE__ */ new Set();
  for (const { derive } of by) {
    if (!("format_date" in derive) || !isPlainDate(derive)) return null;
    operands.add(derive.format_date[0]);
    patterns.push(`v${derive.format_date[1]}`);
  }
  if (operands.size !== 1) return null;
  const time = (fallback === "load_day" ? withLoadDay : columnOperand)([...operands][0]);
  const none = by.map(() => "n").join("-");
  return `coalesce(strftime(${time}, ${quoteText(patterns.join("-"))}), ${quoteText(none)})`;
}
function isPlainDate(derivation) {
  return "format_date" in derivation && /^(%[YmdH])+$/.test(derivation.format_date[1]);
}
function encodedValue(sql) {
  return `CASE WHEN ${sql} IS NULL THEN 'n' WHEN regexp_full_match(${sql}, '[a-z0-9_]*') THEN 'v' || ${sql} ELSE 'x' || hex(encode(${sql})) END`;
}
function trayText(sql) {
  return `CASE WHEN ${fitsTray(sql)} THEN ${sql} ELSE 'h' || md5(${sql}) END`;
}
function fitsTray(sql) {
  return `strlen(${sql}) <= ${LONGEST_TRAY_BYTES}`;
}
function isDigestTray(tray) {
  return tray.startsWith("h");
}
function decodePartition(text2) {
  return text2.split("-").map((part2) => {
    if (part2.startsWith("n")) return null;
    return part2.startsWith("v") ? part2.slice(1) : Buffer.from(part2.slice(1), "hex").toString("utf8");
  });
}
var DELETES_TRAY, LONGEST_TRAY_BYTES;
var init_partition_tray = __esm({
  "src/lib/mapping/partition-tray.ts"() {
    "use strict";
    init_sql();
    init_duckdb_derive();
    DELETES_TRAY = "d";
    LONGEST_TRAY_BYTES = 200;
  }
});

// src/lib/mapping/duckdb-change-rows.ts
function changeClass() {
  return `CASE WHEN ${IS_UPSERT_ROLE} THEN ${ROW_CLASS.upsert} ELSE ${ROW_CLASS.deleted} END`;
}
function changeBranches(mapping) {
  const moved = `WHEN _role = 'moved' THEN CASE WHEN _problem IS NULL THEN ${ROW_CLASS.moved} ELSE ${ROW_CLASS.nothing} END`;
  if (areConditionsOfKey(mapping)) return moved;
  const keyIsThere = mapping.key.map((name) => `${quoteIdentifier(name)} IS NOT NULL`).join(" AND ");
  return `${moved} WHEN ${IS_UPSERT_ROLE} AND _problem IN ('elsewhere', 'skipped') AND ${keyIsThere} THEN ${ROW_CLASS.deleted}`;
}
function changeRowsSql({ mapping, shape, broadcasts, partitionSql }, classed, origin) {
  const homed = `SELECT *, ${isHomeless(mapping, shape)} AS _homeless FROM (${classed})`;
  const who = { none: "false", homeless: "_homeless", all: "true" }[broadcasts];
  const needsSecond = `${who} AND _class IN (${classes("upsert", "quarantined")})`;
  const unfolded = `SELECT *, unnest(CASE WHEN ${needsSecond} THEN [false, true] ELSE [false] END) AS _second FROM (${homed})`;
  const parts = {
    isDelete: `(_second OR _class IN (${classes("deleted", "moved")}))`,
    version: shape === "changes" ? "_changed" : String(origin.version)
  };
  const kept = columnsOfDeletes(mapping);
  const columns = mapping.columns.map(({ name }) => {
    const column = quoteIdentifier(name);
    return kept.has(name) ? column : `CASE WHEN NOT ${parts.isDelete} THEN ${column} END AS ${column}`;
  });
  const partition = `CASE WHEN _second OR (_homeless AND ${parts.isDelete}) THEN ${quoteText(DELETES_TRAY)} ELSE ${partitionSql} END AS _partition`;
  const rowClass2 = `CASE WHEN _second THEN ${ROW_CLASS.broadcast} ELSE _class END AS _class`;
  return `(SELECT ${[...columns, ...changeMetadata(parts, origin), partition, rowClass2].join(", ")}, _problem, _file_index FROM (${unfolded}))`;
}
function changeMetadata({ isDelete: isDelete2, version }, origin) {
  return [
    // What a quarantined row hides elsewhere comes back with a good row of the same change.
    `CASE WHEN _class = ${ROW_CLASS.quarantined} THEN 'quarantined' WHEN ${isDelete2} THEN 'delete' ELSE 'upsert' END AS _op`,
    ...originColumns(version, origin)
  ];
}
function originColumns(version, origin) {
  return [
    `CAST(${version} AS BIGINT) AS _version`,
    `CAST(${origin.sourceRank} AS INTEGER) AS _source_rank`,
    `'' AS _sequence`,
    `${quoteText(origin.source)} AS _source`
  ];
}
function isHomeless(mapping, shape) {
  if (!isImmutable(mapping)) return "false";
  const unknown = mapping.partition.by.map(({ derive }) => `${derivationSql(derive, columnOperand)} IS NULL`);
  if (shape === "changes") {
    if (!isPartitionOfKey(mapping)) unknown.push(`_role = 'keys'`);
    if (!areConditionsOfKey(mapping)) unknown.push(`(_class = ${ROW_CLASS.deleted} AND ${IS_UPSERT_ROLE})`);
  }
  return `(${unknown.join(" OR ")})`;
}
function classes(...names) {
  return names.map((name) => ROW_CLASS[name]).join(", ");
}
var IS_UPSERT_ROLE;
var init_duckdb_change_rows = __esm({
  "src/lib/mapping/duckdb-change-rows.ts"() {
    "use strict";
    init_sql();
    init_change_inputs();
    init_duckdb_derive();
    init_partition_tray();
    init_row_class();
    IS_UPSERT_ROLE = `_role IN ('new', 'alone')`;
  }
});

// src/lib/mapping/duckdb-condition.ts
function conditionSql(condition, reader) {
  const path17 = attributePath(condition);
  if ("absent" in condition) return reader.isAbsent(path17);
  const text2 = `coalesce(${TESTED_TAGS.map((tag) => reader.text(path17, tag)).join(", ")})`;
  const test = "starts_with" in condition ? `starts_with(${text2}, ${quoteText(condition.starts_with)})` : `${text2} IN (${condition.one_of.map(quoteText).join(", ")})`;
  return `coalesce(${test}, false)`;
}
var init_duckdb_condition = __esm({
  "src/lib/mapping/duckdb-condition.ts"() {
    "use strict";
    init_sql();
    init_attributes();
  }
});

// src/lib/mapping/compile-duckdb.ts
function compileDuckdb(mapping, options = {}) {
  const form = options.form ?? (fitsStruct(mapping) && !usesRest(mapping) ? "struct" : "json");
  const shape = options.shape ?? "items";
  const { itemType } = itemReader(mapping, form);
  const broadcasts = isImmutable(mapping) ? options.broadcasts ?? (shape === "changes" ? "homeless" : "none") : "none";
  return {
    itemType,
    lineColumns: shape === "items" ? `{Item: ${quoteText(itemType)}}` : changeColumns(itemType),
    columns: storedColumns(mapping).map(({ name }) => quoteIdentifier(name)),
    partitionSql: partitionText(mapping, "_version"),
    rowsSql: (lines, origin) => rowsSql(
      {
        mapping,
        reader: itemReader(mapping, form),
        shape,
        form,
        broadcasts,
        where: options.where ?? null,
        partitionSql: partitionText(mapping, shape === "changes" ? "_changed" : String(origin.version))
      },
      lines,
      origin
    )
  };
}
function rowsSql(compilation, lines, origin) {
  const { mapping, reader, shape, form, broadcasts } = compilation;
  const items2 = shape === "items" ? lines : changedItemsSql(mapping, lines, form);
  const roles = shape === "items" ? [] : ["_role", "_changed"];
  const sources = mapping.columns.filter((column) => !isDerived(column));
  const values = sources.map((column) => `${valueSql(column, reader)} AS ${quoteIdentifier(column.name)}`);
  const stages = derivedStages(mapping).map(
    (columns) => columns.map((column) => `${derivedValueSql(column, mapping, reader)} AS ${quoteIdentifier(column.name)}`)
  );
  const problem = rowProblem(compilation, sources);
  const mapped = mapping.columns.map(({ name }) => quoteIdentifier(name));
  const parsed = `SELECT ${[...reader.columns(), ...roles, ...values].join(", ")} FROM (${reader.itemsSql(items2, roles)})`;
  const computed = stages.reduce((from, results) => `SELECT ${["*", ...results].join(", ")} FROM (${from})`, parsed);
  const judged = `SELECT ${[...mapped, "_file_index", ...roles, `${problem} AS _problem`].join(", ")} FROM (${computed})`;
  const classed = `SELECT *, ${rowClass(compilation)} AS _class FROM (${judged})`;
  return shape === "items" && broadcasts === "none" ? `(SELECT ${[...mapped, ...metadata(origin), `${compilation.partitionSql} AS _partition`].join(", ")}, _class, _problem, _file_index FROM (${classed}))` : changeRowsSql(compilation, classed, origin);
}
function rowProblem({ mapping, reader, shape }, sources) {
  const problems = valueProblems(mapping, reader, sources);
  const fault = rowFault(mapping, reader, shape);
  if (problems.length === 0) return `coalesce(${fault}, NULL)`;
  const suspects = problems.map(({ suspect }) => `(${suspect})`);
  const isSuspect = `${shape === "items" ? "" : `${IS_UPSERT_ROLE} AND `}(${[...new Set(suspects)].join(" OR ")})`;
  const texts = problems.map(({ problem }) => problem);
  return `coalesce(${fault}, CASE WHEN ${isSuspect} THEN coalesce(${[...texts, "NULL"].join(", ")}) END)`;
}
function valueProblems(mapping, reader, sources) {
  const ofSources = sources.flatMap((column) => {
    const value = quoteIdentifier(column.name);
    const problem = problemSql(column, value, reader);
    return problem === null ? [] : [{ column, problem, suspect: suspectSql(column, value, reader) }];
  });
  const errors = ofSources.flatMap(
    ({ column, problem, suspect }) => canBeError(column) ? [{ suspect, problem: `CASE WHEN starts_with(${problem}, 'error') THEN ${problem} END` }] : []
  );
  const ofDerived = mapping.columns.filter(isDerived).flatMap((column) => {
    const [problem, suspect] = [derivedProblemSql(column), derivedSuspectSql(column)];
    return problem === null || suspect === null ? [] : [{ problem, suspect }];
  });
  return [...errors, ...ofSources, ...ofDerived];
}
function rowFault(mapping, reader, shape) {
  const keyIsNull = mapping.key.map((name) => `${quoteIdentifier(name)} IS NULL`).join(" OR ");
  const conditions = conditionsSql(mapping, reader, shape);
  const isOther = shape === "changes" && !areConditionsOfKey(mapping);
  const others = isOther ? `WHEN NOT (${IS_UPSERT_ROLE}) AND (${keyIsNull}) THEN '${leftOutName(mapping)}' ` : "";
  return conditions === "" ? `CASE WHEN ${keyIsNull} THEN CASE WHEN _item IS NULL THEN 'item' ELSE 'key' END END` : `CASE WHEN _item IS NULL THEN 'item' ${conditions} ${others}WHEN ${keyIsNull} THEN 'key' END`;
}
function leftOutName({ when }) {
  return when.length > 0 ? "elsewhere" : "skipped";
}
function conditionsSql(mapping, reader, shape) {
  const { when, skip } = mapping;
  const belongs = when.map((condition) => conditionSql(condition, reader)).join(" AND ");
  const isSkipped = skip.map((condition) => conditionSql(condition, reader)).join(" OR ");
  const isShown = shape === "changes" && !areConditionsOfKey(mapping) ? `${IS_UPSERT_ROLE} AND ` : "";
  return [
    ...when.length === 0 ? [] : [`WHEN ${isShown}NOT (${belongs}) THEN 'elsewhere'`],
    ...skip.length === 0 ? [] : [`WHEN ${isShown}(${isSkipped}) THEN 'skipped'`]
  ].join(" ");
}
function rowClass({ mapping, shape, where }) {
  const good = `WHEN _problem IS NULL THEN ${shape === "items" ? ROW_CLASS.upsert : changeClass()}`;
  const quarantined = `WHEN starts_with(_problem, 'quarantine') THEN ${ROW_CLASS.quarantined}`;
  const faults = [
    `WHEN _problem = 'key' THEN ${ROW_CLASS.noKey} WHEN _problem = 'item' THEN ${ROW_CLASS.noItem}`,
    ...mapping.when.length === 0 ? [] : [`WHEN _problem = 'elsewhere' THEN ${ROW_CLASS.elsewhere}`],
    ...mapping.skip.length === 0 ? [] : [`WHEN _problem = 'skipped' THEN ${ROW_CLASS.skipped}`]
  ];
  const branches = where === null ? [good, quarantined, ...faults] : [...faults, `WHEN NOT coalesce((${where}), false) THEN ${ROW_CLASS.filtered}`, good, quarantined];
  const first = shape === "items" ? [] : [changeBranches(mapping)];
  return `CASE ${[...first, ...branches].join(" ")} ELSE ${ROW_CLASS.error} END`;
}
function metadata(origin) {
  return [
    `CASE WHEN _problem IS NULL THEN 'upsert' ELSE 'quarantined' END AS _op`,
    ...originColumns(String(origin.version), origin)
  ];
}
var init_compile_duckdb = __esm({
  "src/lib/mapping/compile-duckdb.ts"() {
    "use strict";
    init_sql();
    init_attribute_tree();
    init_change_inputs();
    init_derivations();
    init_duckdb_change();
    init_duckdb_change_rows();
    init_duckdb_condition();
    init_duckdb_derive();
    init_duckdb_item();
    init_duckdb_value();
    init_partition_tray();
    init_row_class();
    init_row_metadata();
    init_types();
  }
});

// src/lib/mapping/row-condition.ts
function compileCondition(condition) {
  const path17 = attributePath(condition);
  if ("absent" in condition) return (item) => isAbsent(item, path17);
  const passes = textTest(condition);
  return (item) => {
    const text2 = attributeText(item, path17, TESTED_TAGS);
    return text2 !== null && passes(text2);
  };
}
function textTest(condition) {
  if ("starts_with" in condition) return (text2) => text2.startsWith(condition.starts_with);
  const wanted = new Set(condition.one_of);
  return (text2) => wanted.has(text2);
}
function isAbsent(item, path17) {
  const outer = path17.length === 1 ? null : findAttribute(item, path17.slice(0, -1));
  if (typeof outer === "symbol") return true;
  const attributes = outer === null ? item : member(outer, "M");
  if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes)) return true;
  const attribute = member(attributes, path17.at(-1));
  if (attribute === void 0 || attribute === null) return true;
  return typeof attribute === "object" && !Array.isArray(attribute) && isNull(attribute);
}
var init_row_condition = __esm({
  "src/lib/mapping/row-condition.ts"() {
    "use strict";
    init_attributes();
    init_row_attribute();
  }
});

// src/lib/mapping/row-number.ts
import { Decimal } from "decimal.js";
function readDouble(text2) {
  return NUMBER2.test(text2) ? Number(text2) : WRONG_TYPE;
}
function exactNumber(text2, scale, round) {
  if (!LIMITED_NUMBER2.test(text2)) return WRONG_TYPE;
  const number = new Exact(text2);
  const rounded = number.toDecimalPlaces(scale);
  return rounded.equals(number) || round ? rounded : INEXACT;
}
function integerReader(kind, round) {
  const plain = PLAIN_INTEGER[kind];
  const read = kind === "integer" ? Number : BigInt;
  return (text2) => {
    if (plain.test(text2)) return read(text2);
    const number = exactNumber(text2, 0, round);
    return typeof number === "symbol" ? number : fitInteger(BigInt(number.toFixed(0)), kind) ?? INEXACT;
  };
}
function fitInteger(value, kind) {
  if (BigInt.asIntN(INTEGER_BITS[kind], value) !== value) return null;
  return kind === "integer" ? Number(value) : value;
}
function decimalReader(type, round) {
  const plain = plainDecimal(type);
  return (text2) => {
    if (plain.test(text2)) return padDecimals(text2, type.scale);
    const number = exactNumber(text2, type.scale, round);
    return typeof number === "symbol" ? number : fitDecimal(number, type) ?? INEXACT;
  };
}
function plainDecimal({ precision, scale }) {
  const whole = precision - scale;
  const fraction = scale === 0 ? "" : `(?:\\.[0-9]{1,${scale}})?`;
  return new RegExp(whole === 0 ? `^0${fraction}$` : `^(?:0|[1-9][0-9]{0,${whole - 1}})${fraction}$`);
}
function padDecimals(text2, scale) {
  const point = text2.indexOf(".");
  if (point >= 0) return text2.padEnd(point + 1 + scale, "0");
  return scale === 0 ? text2 : `${text2}.${"0".repeat(scale)}`;
}
function fitDecimal(number, type) {
  if (number.abs().gte(new Exact(10).pow(type.precision - type.scale))) return null;
  return (number.isZero() ? number.abs() : number).toFixed(type.scale);
}
function exactDigits(text2) {
  const point = text2.indexOf(".");
  if (point < 0) return { digits: BigInt(text2), scale: 0 };
  return { digits: BigInt(text2.slice(0, point) + text2.slice(point + 1)), scale: text2.length - point - 1 };
}
function addExact(a, b, sign, scale) {
  return rescale(a, scale) + sign * rescale(b, scale);
}
function rescale({ digits, scale }, wanted) {
  return scale === wanted ? digits : digits * 10n ** BigInt(wanted - scale);
}
function decimalText(digits, { precision, scale }) {
  const text2 = (digits < 0n ? -digits : digits).toString();
  if (text2.length > precision) return null;
  const padded = text2.padStart(scale + 1, "0");
  const whole = padded.slice(0, padded.length - scale);
  return `${digits < 0n ? "-" : ""}${scale === 0 ? whole : `${whole}.${padded.slice(-scale)}`}`;
}
var INEXACT, Exact, NUMBER2, LIMITED_NUMBER2, INTEGER_BITS, PLAIN_INTEGER;
var init_row_number = __esm({
  "src/lib/mapping/row-number.ts"() {
    "use strict";
    init_row_attribute();
    INEXACT = /* @__PURE__ */ Symbol("inexact");
    Exact = Decimal.clone({ precision: 400, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -1e3, toExpPos: 1e3 });
    NUMBER2 = /^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/;
    LIMITED_NUMBER2 = /^[-+]?[0-9]{1,60}(\.[0-9]{1,150})?([eE][-+]?[0-9]{1,3})?$/;
    INTEGER_BITS = { integer: 32, bigint: 64 };
    PLAIN_INTEGER = { integer: /^(?:0|-?[1-9][0-9]{0,8})$/, bigint: /^(?:0|-?[1-9][0-9]{0,17})$/ };
  }
});

// src/lib/mapping/row-text.ts
function sliceAfter(text2, separator) {
  const place = text2.indexOf(separator);
  return place < 0 ? null : text2.slice(place + separator.length);
}
function sliceBefore(text2, separator) {
  const place = text2.indexOf(separator);
  return place < 0 ? null : text2.slice(0, place);
}
function trimmed(text2) {
  let first = 0;
  let end = text2.length;
  while (first < end && BLANKS.includes(text2[first])) first += 1;
  while (end > first && BLANKS.includes(text2[end - 1])) end -= 1;
  return text2.slice(first, end);
}
function lowerCase(text2) {
  if (/^[\u0000-\u007f]*$/.test(text2)) return text2.toLowerCase();
  let lower = "";
  for (const character of text2) lower += lowerLetter(character);
  return lower;
}
function lowerLetter(character) {
  if (character === "\u0130") return "i";
  return YOUNG_LETTERS2.test(character) ? character : character.toLowerCase();
}
var BLANKS, YOUNG_LETTERS2;
var init_row_text = __esm({
  "src/lib/mapping/row-text.ts"() {
    "use strict";
    BLANKS = " 	\n\r";
    YOUNG_LETTERS2 = /[\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]/u;
  }
});

// src/lib/mapping/row-derive.ts
function compileDerived(column, mapping) {
  const { derive } = column;
  if ("add" in derive) return compileSum(derive.add, column.type, 1n);
  if ("subtract" in derive) return compileSum(derive.subtract, column.type, -1n);
  if ("rest" in derive) return compileRest(mapping);
  return compileDerivation(derive);
}
function compileDerivation(derivation) {
  if ("equal" in derivation) return pair2(derivation.equal, (a, b) => a === b);
  if ("not_equal" in derivation) return pair2(derivation.not_equal, (a, b) => a !== b);
  if ("millis_between" in derivation) {
    return pair2(derivation.millis_between, (from, to) => BigInt(Date.parse(String(to)) - Date.parse(String(from))));
  }
  if ("format_date" in derivation) {
    const [operand, pattern] = derivation.format_date;
    return single(operand, dateFormatter(pattern));
  }
  return compileText(derivation);
}
function compileText(derivation) {
  if ("slice_after" in derivation) return slice2(derivation.slice_after, sliceAfter);
  if ("slice_before" in derivation) return slice2(derivation.slice_before, sliceBefore);
  if ("lower" in derivation) return single(derivation.lower[0], lowerCase);
  if ("trim" in derivation) return single(derivation.trim[0], trimmed);
  if ("constant" in derivation) return () => derivation.constant[0];
  if (!("coalesce" in derivation)) throw new Error(`${Object.keys(derivation)[0]} is no expression of its own.`);
  const operands = derivation.coalesce.map(compileOperand);
  return (values, item) => {
    for (const operand of operands) {
      const value = operand(values, item);
      if (value !== null) return value;
    }
    return null;
  };
}
function compileOperand(operand) {
  const attribute = attributeOfOperand(operand);
  if (attribute === null) return (values) => values[operand] ?? null;
  const path17 = [attribute];
  return (_, item) => attributeText(item, path17, ["S", "N"]);
}
function pair2(operands, combine) {
  const left = compileOperand(operands[0]);
  const right = compileOperand(operands[1]);
  return (values, item) => {
    const a = left(values, item);
    const b = right(values, item);
    return a === null || b === null ? null : combine(a, b);
  };
}
function single(operand, change) {
  const read = compileOperand(operand);
  return (values, item) => {
    const value = read(values, item);
    return value === null ? null : change(String(value));
  };
}
function slice2([operand, separator], cut) {
  return single(operand, (text2) => cut(text2, separator));
}
function compileSum(operands, typeName, sign) {
  const type = columnType(typeName);
  const scale = type.kind === "decimal" ? type.scale : 0;
  return pair2(operands, (a, b) => {
    const digits = addExact(exactDigits(String(a)), exactDigits(String(b)), sign, scale);
    const fitted = type.kind === "decimal" ? decimalText(digits, type) : fitInteger(digits, type.kind === "integer" ? "integer" : "bigint");
    return fitted ?? OVERFLOW;
  });
}
function compileRest(mapping) {
  const named2 = new Set(namedAttributes(mapping));
  return (_, item) => {
    const others = Object.entries(item).filter(([name]) => !named2.has(name));
    return others.length === 0 ? null : jsonText(Object.fromEntries(others)) ?? OVERFLOW;
  };
}
function dateFormatter(pattern) {
  const parts = pattern.split(/(%[YmdH])/).map((part2) => DATE_FIELDS[part2] ?? part2);
  return (instant2) => {
    let text2 = "";
    for (const part2 of parts) text2 += typeof part2 === "string" ? part2 : instant2.slice(part2[0], part2[1]);
    return text2;
  };
}
var OVERFLOW, DATE_FIELDS;
var init_row_derive = __esm({
  "src/lib/mapping/row-derive.ts"() {
    "use strict";
    init_attributes();
    init_column_type();
    init_derivations();
    init_row_attribute();
    init_row_number();
    init_row_text();
    OVERFLOW = /* @__PURE__ */ Symbol("overflow");
    DATE_FIELDS = {
      "%Y": [0, 4],
      "%m": [5, 7],
      "%d": [8, 10],
      "%H": [11, 13]
    };
  }
});

// src/lib/mapping/row-zone.ts
function localInstantReader(zone, round) {
  const offsetAt = offsetReader(zone);
  return (wallClock2) => {
    const former = offsetAt(wallClock2 - MS_PER_DAY);
    const later = offsetAt(wallClock2 + MS_PER_DAY);
    if (former === later) return wallClock2 - former;
    const fits2 = [former, later].filter((offset) => offsetAt(wallClock2 - offset) === offset);
    return fits2.length === 1 ? wallClock2 - fits2[0] : round ? wallClock2 - former : null;
  };
}
function offsetReader(zone) {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric"
  });
  return (instant2) => {
    const whole = Math.floor(instant2 / MS_PER_SECOND) * MS_PER_SECOND;
    const [month, day, year, hour, minute, second] = format.format(whole).match(/\d+/g).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
  };
}
var MS_PER_DAY, MS_PER_SECOND;
var init_row_zone = __esm({
  "src/lib/mapping/row-zone.ts"() {
    "use strict";
    MS_PER_DAY = 864e5;
    MS_PER_SECOND = 1e3;
  }
});

// src/lib/mapping/row-time.ts
function readDate(text2) {
  return DATE.test(text2) && isCalendarDay(text2) ? text2 : WRONG_TYPE;
}
function timestampReader(column) {
  const round = column.inexact === "round";
  switch (column.format) {
    case "epoch_ms":
      return epochReader(0, round);
    case "epoch_s":
      return epochReader(3, round);
    case "iso_local":
      return localReader(column.zone ?? "UTC", round);
    default:
      return (text2) => PLAIN_ISO.test(text2) && isCalendarDay(text2) && isTimeOfDay(text2) ? text2 : readIso(text2, round);
  }
}
function epochReader(decimals, round) {
  return (text2) => {
    const number = exactNumber(text2, decimals, round);
    return typeof number === "symbol" ? number : instant(number.times(10 ** decimals).toNumber());
  };
}
function readIso(text2, round) {
  const match = ISO.exec(text2);
  if (match === null || !isCalendarDay(text2) || !isTimeOfDay(text2)) return WRONG_TYPE;
  const offset = offsetMinutes(match[8]);
  if (offset === null) return WRONG_TYPE;
  const milliseconds = wallClock(match, round);
  return milliseconds === null ? INEXACT : instant(milliseconds - offset * 6e4);
}
function localReader(zone, round) {
  const instantOf = localInstantReader(zone, round);
  return (text2) => {
    const match = LOCAL.exec(text2);
    if (match === null || !isCalendarDay(text2) || !isTimeOfDay(text2)) return WRONG_TYPE;
    const milliseconds = text2 >= "1900" && text2 < "2100" ? wallClock(match, round) : null;
    const found = milliseconds === null ? null : instantOf(milliseconds);
    return found === null ? INEXACT : instant(found);
  };
}
function wallClock([, year, month, day, hour, minute, second, fraction = ""], round) {
  const nanoseconds = Number(fraction.padEnd(9, "0"));
  if (nanoseconds % NANOSECONDS_PER_MS !== 0 && !round) return null;
  const date = /* @__PURE__ */ new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  return date.getTime() + Math.round(nanoseconds / NANOSECONDS_PER_MS);
}
function offsetMinutes(zone) {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
function instant(milliseconds) {
  const isOutside = milliseconds < EPOCH_MS_RANGE.first || milliseconds > EPOCH_MS_RANGE.last;
  return isOutside ? INEXACT : new Date(milliseconds).toISOString();
}
function isCalendarDay(text2) {
  const year = twoDigits(text2, 0) * 100 + twoDigits(text2, 2);
  const month = twoDigits(text2, 5);
  const day = twoDigits(text2, 8);
  if (year === 0 || month < 1 || month > 12 || day < 1) return false;
  const isLeapDay = month === 2 && day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= DAYS_OF_MONTH[month - 1] || isLeapDay;
}
function isTimeOfDay(text2) {
  return twoDigits(text2, 11) <= 23 && twoDigits(text2, 14) <= 59 && twoDigits(text2, 17) <= 59;
}
function twoDigits(text2, at) {
  const zero = 48;
  return (text2.charCodeAt(at) - zero) * 10 + text2.charCodeAt(at + 1) - zero;
}
var ISO, PLAIN_ISO, LOCAL, DATE, NANOSECONDS_PER_MS, DAYS_OF_MONTH;
var init_row_time = __esm({
  "src/lib/mapping/row-time.ts"() {
    "use strict";
    init_duckdb_value();
    init_row_attribute();
    init_row_number();
    init_row_zone();
    ISO = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;
    PLAIN_ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
    LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/;
    DATE = /^\d{4}-\d{2}-\d{2}$/;
    NANOSECONDS_PER_MS = 1e6;
    DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  }
});

// src/lib/mapping/row-value.ts
function valueReader(column) {
  const type = columnType(column.type);
  if (type.kind === "array") return arrayReader(column, type);
  if (isContainer(sourceTag(column))) return sourceTag(column) === "M" ? readObject : readList;
  const read = textReader(column, type);
  return (raw) => {
    const text2 = textOf(raw);
    return text2 === null ? WRONG_TYPE : read(text2);
  };
}
function readObject(raw) {
  return isJsonObject(raw) ? jsonText(raw) ?? WRONG_TYPE : WRONG_TYPE;
}
function readList(raw) {
  return Array.isArray(raw) ? jsonText(raw) ?? WRONG_TYPE : WRONG_TYPE;
}
function textReader(column, type) {
  const round = column.inexact === "round";
  switch (type.kind) {
    case "string":
      return column.tag === "B" ? readBase64 : (text2) => text2;
    case "binary":
      return readBase64;
    case "boolean":
      return (text2) => text2 === "true" ? true : text2 === "false" ? false : WRONG_TYPE;
    case "double":
      return readDouble;
    case "integer":
    case "bigint":
      return integerReader(type.kind, round);
    case "decimal":
      return decimalReader(type, round);
    case "timestamp":
      return timestampReader(column);
    case "date":
      return readDate;
  }
}
function readBase64(text2) {
  return text2.length % 4 === 0 && BASE642.test(text2) ? text2 : WRONG_TYPE;
}
function arrayReader(column, type) {
  const read = textReader(column, type.element);
  const tag = elementTag(type.element);
  const elementText = sourceTag(column) === "L" ? (element) => taggedText(element, tag) : textOf;
  return (raw) => {
    if (!Array.isArray(raw)) return WRONG_TYPE;
    const values = [];
    let isExact = true;
    for (const element of raw) {
      const text2 = elementText(element);
      const value = text2 === null ? WRONG_TYPE : read(text2);
      if (value === WRONG_TYPE) return WRONG_TYPE;
      if (value === INEXACT) isExact = false;
      else values.push(value);
    }
    return isExact ? values : INEXACT;
  };
}
function taggedText(element, tag) {
  const value = isJsonObject(element) ? member(element, tag) : null;
  return isThere(value) ? textOf(value) : null;
}
var BASE642;
var init_row_value = __esm({
  "src/lib/mapping/row-value.ts"() {
    "use strict";
    init_column_type();
    init_row_attribute();
    init_row_number();
    init_row_time();
    BASE642 = /^[A-Za-z0-9+/]*(?:[AEIMQUYcgkosw048]=|[AQgw]==)?$/;
  }
});

// src/lib/mapping/row-function.ts
function dayOfVersion(version) {
  return new Date(Number(version / 1000n)).toISOString().slice(0, 10);
}
function compileRowFunction(mapping, loadDay) {
  const when = mapping.when.map(compileCondition);
  const skip = mapping.skip.map(compileCondition);
  const sources = mapping.columns.flatMap((column) => isDerived(column) ? [] : [compileSource(column)]);
  const derive = compileDerivedColumns(mapping);
  const partitionOf = compilePartition(mapping, loadDay);
  const isHomeless2 = compileHomeless(mapping);
  return (item) => {
    if (!isJsonObject(item)) return { state: "no_key" };
    if (!when.every((holds) => holds(item))) return { state: "elsewhere" };
    if (skip.some((holds) => holds(item))) return { state: "skipped" };
    const values = {};
    let problem = null;
    for (const read of sources) problem = graver(problem, read(item, values));
    problem = graver(problem, derive(item, values));
    if (mapping.key.some((name) => values[name] === null)) return { state: "no_key" };
    return { state: "row", values, problem, partition: partitionOf(values), isHomeless: isHomeless2(values) };
  };
}
function graver(first, next) {
  if (first === null || next === null) return first ?? next;
  return first.policy !== "error" && next.policy === "error" ? next : first;
}
function compileSource(column) {
  const { name, missing, inexact, wrong_type: wrongType } = column;
  const path17 = attributePath(column);
  const tag = sourceTag(column);
  const read = valueReader(column);
  const found = (policy, reason) => ({
    policy,
    reason,
    column: name
  });
  const problems = {
    missing: missing === "null" ? null : found(missing, "missing"),
    wrongType: wrongType === "null" ? null : found(wrongType, "wrong_type"),
    // A value past the column's range cannot be rounded into it, so `round` quarantines it.
    inexact: found(inexact === "error" ? "error" : "quarantine", "inexact")
  };
  return (item, values) => {
    values[name] = null;
    const attribute = findAttribute(item, path17);
    if (attribute === MISSING) return problems.missing;
    if (attribute === WRONG_TYPE) return problems.wrongType;
    const value = read(member(attribute, tag));
    if (typeof value !== "symbol") {
      values[name] = value;
      return null;
    }
    if (isNull(attribute)) return problems.missing;
    return value === WRONG_TYPE ? problems.wrongType : problems.inexact;
  };
}
function compileDerivedColumns(mapping) {
  const names = mapping.columns.filter(isDerived).map(({ name }) => name);
  const steps = derivedStages(mapping).flat().map((column) => ({
    name: column.name,
    place: names.indexOf(column.name),
    compute: compileDerived(column, mapping)
  }));
  return (item, values) => {
    let first = names.length;
    for (const { name, place, compute } of steps) {
      const value = compute(values, item);
      values[name] = value === OVERFLOW ? null : value;
      if (value === OVERFLOW) first = Math.min(first, place);
    }
    return first === names.length ? null : { policy: "quarantine", reason: "inexact", column: names[first] };
  };
}
function compilePartition({ partition }, loadDay) {
  if (partition === null) return () => [];
  const parts = partition.by.map(({ derive }) => ({
    compute: compileDerivation(derive),
    // The day of the load stands in for a time; a missing text has no such substitute.
    dated: partition.fallback === "load_day" && "format_date" in derive ? derive.format_date[0] : null
  }));
  const instant2 = `${loadDay}T00:00:00.000Z`;
  return (values) => parts.map(({ compute, dated }) => {
    const inputs = dated !== null && values[dated] === null ? { [dated]: instant2 } : values;
    const value = compute(inputs, {});
    return value === null ? null : String(value);
  });
}
function compileHomeless({ partition }) {
  if (partition?.immutable !== true) return () => false;
  const parts = partition.by.map(({ derive }) => compileDerivation(derive));
  return (values) => parts.some((compute) => compute(values, {}) === null);
}
var init_row_function = __esm({
  "src/lib/mapping/row-function.ts"() {
    "use strict";
    init_attributes();
    init_column_type();
    init_derivations();
    init_row_attribute();
    init_row_condition();
    init_row_derive();
    init_row_value();
    init_types();
  }
});

// src/lib/mapping/change-rows.ts
function compileChangeFunction(mapping) {
  const byDay = /* @__PURE__ */ new Map();
  return (change) => {
    const day = dayOfVersion(change.version);
    const map = byDay.get(day) ?? compileForDay(mapping, day);
    byDay.set(day, map);
    return map(change);
  };
}
function compileForDay(mapping, loadDay) {
  const map = compileRowFunction(mapping, loadDay);
  const mapAlways = compileRowFunction({ ...mapping, when: [], skip: [] }, loadDay);
  const isShownByKey = areConditionsOfKey(mapping);
  const mapBefore = isShownByKey ? map : mapAlways;
  const deletes = compileDeletes(mapping);
  const hasMoved = compileMoved(mapping);
  const gone = ({ keys, oldImage }) => {
    const row = mapBefore(oldImage ?? keys);
    if (row.state === "no_key" && !isShownByKey)
      return { outcome: mapping.when.length > 0 ? "elsewhere" : "skipped", problem: null, rows: [] };
    if (row.state !== "row") return { outcome: row.state, problem: null, rows: [] };
    return { outcome: "deleted", problem: null, rows: [deletes.at(row, oldImage !== null)] };
  };
  const left = (row, newImage) => {
    const nothing = { outcome: row.state, problem: null, rows: [] };
    if (row.state === "no_key" || isShownByKey) return nothing;
    const anyway = mapAlways(newImage);
    return anyway.state === "row" ? { outcome: "deleted", problem: null, rows: [deletes.everywhere(anyway)] } : nothing;
  };
  return (change) => {
    const { newImage, oldImage } = change;
    if (newImage === null) return gone(change);
    const row = map(newImage);
    const before = oldImage !== null && hasMoved(newImage, oldImage) ? mapBefore(oldImage) : null;
    const moved = before?.state === "row" ? [deletes.at(before, true)] : [];
    if (row.state !== "row") {
      const outcome = left(row, newImage);
      return { ...outcome, rows: [...outcome.rows, ...moved] };
    }
    if (row.problem?.policy === "error") return { outcome: "error", problem: row.problem, rows: [] };
    const op = row.problem === null ? "upsert" : "quarantined";
    const own = { op, values: row.values, partition: row.partition };
    const second = row.isHomeless ? [deletes.everywhere(row, op === "quarantined" ? op : "delete")] : [];
    return { outcome: op, problem: row.problem, rows: [own, ...second, ...moved] };
  };
}
function compileDeletes(mapping) {
  const kept = columnsOfDeletes(mapping);
  const isOfKey = isPartitionOfKey(mapping);
  const keep = (values) => Object.fromEntries(mapping.columns.map(({ name }) => [name, kept.has(name) ? values[name] : null]));
  const everywhere = (row, op = "delete") => ({
    op,
    values: keep(row.values),
    partition: isImmutable(mapping) ? null : row.partition
  });
  return {
    everywhere,
    at: (row, isImage2) => row.isHomeless || !isImage2 && !isOfKey ? everywhere(row) : { op: "delete", values: keep(row.values), partition: row.partition }
  };
}
function compileMoved(mapping) {
  const place = placeReads(mapping).flatMap(({ path: path17, tags }) => tags.map((tag) => ({ path: path17, tag })));
  return (newImage, oldImage) => place.some(({ path: path17, tag }) => attributeText(newImage, path17, [tag]) !== attributeText(oldImage, path17, [tag]));
}
var init_change_rows = __esm({
  "src/lib/mapping/change-rows.ts"() {
    "use strict";
    init_change_inputs();
    init_row_attribute();
    init_row_function();
  }
});

// src/lib/ports/catalog.ts
var HIVE_NULL_PARTITION;
var init_catalog = __esm({
  "src/lib/ports/catalog.ts"() {
    "use strict";
    HIVE_NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__";
  }
});

// src/lib/mapping/partition-path.ts
function hivePathValue(value) {
  if (value === null || value === "") return HIVE_NULL_PARTITION;
  return value.replaceAll(
    HIVE_ESCAPED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`
  );
}
function pathTemplate(partitioning) {
  const template = partitioning.path ?? partitioning.by.map(({ name }) => `${name}={${name}}`).join("/");
  return template.endsWith("/") ? template : `${template}/`;
}
function partitionPath(partitioning, values) {
  const byName = new Map(partitioning.by.map(({ name }, index) => [name, values[index] ?? null]));
  const path17 = pathTemplate(partitioning).replaceAll(
    /\{([^}]+)\}/g,
    (_, name) => hivePathValue(byName.get(name) ?? null)
  );
  return path17.replaceAll(/(?<=^|\/)\.{1,2}(?=\/)/g, (dots) => "%2E".repeat(dots.length));
}
function catalogValues(values) {
  return values.map((value) => value === null || value === "" ? HIVE_NULL_PARTITION : value);
}
var HIVE_ESCAPED;
var init_partition_path = __esm({
  "src/lib/mapping/partition-path.ts"() {
    "use strict";
    init_catalog();
    HIVE_ESCAPED = /[\u0000-\u001f\u007f"#%'*/:=?\\{}[\]^]/g;
  }
});

// src/lib/mapping/quarantine.ts
function redactedValue(mapping, column, item) {
  const found = mapping.columns.find(({ name }) => name === column);
  if (found === void 0 || isDerived(found)) return null;
  const attribute = attributeAt(item, attributePath(found));
  if (typeof attribute !== "object" || attribute === null) return attribute === void 0 ? null : "no type tag";
  const [tag = "no type tag", value] = Object.entries(attribute)[0] ?? [];
  if (typeof value !== "string") return tag;
  return PRIVATE.includes(found.class) ? `${tag}, ${value.length} characters` : `${tag} ${shapeOf(value)}`;
}
function isKeyPrivate(mapping) {
  return mapping.columns.some((column) => mapping.key.includes(column.name) && PRIVATE.includes(column.class));
}
function attributeAt(item, path17) {
  let attributes = item;
  let found;
  for (const name of path17) {
    if (typeof attributes !== "object" || attributes === null || !Object.hasOwn(attributes, name)) return found;
    found = attributes[name];
    attributes = found?.M;
  }
  return found;
}
function shapeOf(text2) {
  const shown2 = text2.slice(0, SHOWN_CHARACTERS).replaceAll(/\p{N}/gu, "9").replaceAll(/[\p{L}\p{M}]/gu, "x");
  const rest = text2.length > SHOWN_CHARACTERS ? `\u2026 (${text2.length} characters)` : "";
  return `${JSON.stringify(shown2)}${rest}`;
}
var CURABLE_REASONS, QUARANTINE_COLUMNS, SHOWN_CHARACTERS, PRIVATE;
var init_quarantine = __esm({
  "src/lib/mapping/quarantine.ts"() {
    "use strict";
    init_attributes();
    init_types();
    CURABLE_REASONS = ["missing", "inexact", "wrong_type"];
    QUARANTINE_COLUMNS = [
      { name: "run", type: "string" },
      { name: "_version", type: "bigint" },
      { name: "reason", type: "string" },
      { name: "column_name", type: "string" },
      { name: "value", type: "string" },
      { name: "key", type: "string" },
      { name: "file", type: "string" },
      { name: "line", type: "bigint" },
      { name: "raw", type: "string" }
    ];
    SHOWN_CHARACTERS = 40;
    PRIVATE = ["personal", "restricted"];
  }
});

// src/lib/mapping/type-change.ts
var init_type_change = __esm({
  "src/lib/mapping/type-change.ts"() {
    "use strict";
    init_column_type();
  }
});

// src/lib/mapping/index.ts
var init_mapping = __esm({
  "src/lib/mapping/index.ts"() {
    "use strict";
    init_column_type();
    init_compile_athena();
    init_athena_refusals();
    init_compile_duckdb();
    init_change_inputs();
    init_change_rows();
    init_change_line();
    init_export_line();
    init_row_class();
    init_partition_tray();
    init_partition_path();
    init_quarantine();
    init_row_metadata();
    init_row_function();
    init_type_change();
    init_types();
  }
});

// src/lib/engines/duckdb/local-files.ts
import { createWriteStream } from "node:fs";
import { mkdir as mkdir4 } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pMap2 from "p-map";
async function localFile(store2, key, spoolFolder) {
  const own = store2.localPath(key);
  if (own !== null) return own;
  const folder = path.join(spoolFolder, "objects");
  await mkdir4(folder, { recursive: true });
  copies += 1;
  const copy = path.join(folder, `${copies}-${path.basename(key)}`);
  await pipeline(Readable.from(store2.read(key)), createWriteStream(copy));
  return copy;
}
function localFiles(store2, objects, spoolFolder) {
  return pMap2(objects, ({ key }) => localFile(store2, key, spoolFolder), { concurrency: READS_AT_ONCE });
}
function fileList(files) {
  return `[${files.map((file) => quoteText(file.replaceAll(/[[*?]/g, "[$&]"))).join(", ")}]`;
}
var copies, READS_AT_ONCE;
var init_local_files = __esm({
  "src/lib/engines/duckdb/local-files.ts"() {
    "use strict";
    init_sql();
    copies = 0;
    READS_AT_ONCE = 4;
  }
});

// src/lib/ports/byte-lines.ts
import { pipeline as pipeline2 } from "node:stream";
import { createGunzip } from "node:zlib";
async function* byteLines(chunks, maximumBytes) {
  let parts = [];
  let heldBytes = 0;
  let number = 0;
  const finish = () => {
    number += 1;
    const bytes = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    const line = { number, bytes: bytes.subarray(0, maximumBytes), isCut: heldBytes > maximumBytes };
    parts = [];
    heldBytes = 0;
    return isBlank(line.bytes) ? null : line;
  };
  const hold = (bytes) => {
    if (heldBytes <= maximumBytes && bytes.length > 0) parts.push(bytes);
    heldBytes += bytes.length;
  };
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      hold(bytes.subarray(start, end));
      start = end + 1;
      const line = finish();
      if (line !== null) yield line;
    }
    hold(bytes.subarray(start));
  }
  const last2 = heldBytes === 0 ? null : finish();
  if (last2 !== null) yield last2;
}
function gzipLines(source, maximumBytes) {
  const unpacked = pipeline2(source, createGunzip({ chunkSize: UNPACKED_PIECE_BYTES }), () => void 0);
  return byteLines(unpacked, maximumBytes);
}
function isBlank(bytes) {
  return bytes.every((byte) => byte === 32 || byte === 9 || byte === 13);
}
var LINE_FEED, UNPACKED_PIECE_BYTES;
var init_byte_lines = __esm({
  "src/lib/ports/byte-lines.ts"() {
    "use strict";
    LINE_FEED = 10;
    UNPACKED_PIECE_BYTES = 256 * 1024;
  }
});

// src/lib/mapping/ion-number.ts
function canonicalNumber(text2) {
  const hexadecimal = HEXADECIMAL.exec(text2);
  if (hexadecimal !== null) return canonicalNumber(`${hexadecimal[1]}${BigInt(hexadecimal[2])}`);
  const [, sign, whole, fraction = "", exponent = "0"] = DECIMAL.exec(text2) ?? [];
  if (sign === void 0 || whole === void 0) return null;
  const digits = withoutZeros(whole + fraction);
  if (digits.text === "") return "0";
  const plain = placePoint(digits.text, whole.length - digits.leading + Number(exponent));
  return plain === null ? null : sign + plain;
}
function withoutZeros(digits) {
  let start = 0;
  while (digits[start] === "0") start += 1;
  let end = digits.length;
  while (end > start && digits[end - 1] === "0") end -= 1;
  return { text: digits.slice(start, end), leading: start };
}
function placePoint(digits, point) {
  if (Math.max(digits.length, point, digits.length - point) > MAXIMUM_CHARACTERS) return null;
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return digits.padEnd(point, "0");
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
var MAXIMUM_CHARACTERS, DECIMAL, HEXADECIMAL;
var init_ion_number = __esm({
  "src/lib/mapping/ion-number.ts"() {
    "use strict";
    MAXIMUM_CHARACTERS = 512;
    DECIMAL = /^(-?)(\d+)(?:\.(\d*))?(?:[dD]([+-]?\d{1,9}))?$/;
    HEXADECIMAL = /^(-?)(0[xX][\da-fA-F]{1,256})$/;
  }
});

// src/lib/mapping/ion-value.ts
function readFields({ reader }, read) {
  const names = /* @__PURE__ */ new Set();
  reader.stepIn();
  for (let type = reader.next(); type !== null; type = reader.next()) {
    const name = reader.fieldName();
    if (name === null || names.has(name)) throw new UnfitIon("a name twice in one struct");
    names.add(name);
    read(name, type);
  }
  reader.stepOut();
}
function structText(cursor, depth = 0) {
  const fields = [];
  readFields(cursor, (name, type) => fields.push(`${quoted(name)}:${valueText(cursor, type, depth)}`));
  return `{${fields.join(",")}}`;
}
function valueText(cursor, type, depth = 0) {
  const { reader } = cursor;
  const annotations = reader.annotations();
  if (annotations.length > 0) return setText(cursor, type, annotations);
  if (reader.isNull()) return '{"NULL":true}';
  if (depth >= MAXIMUM_DEPTH && type.isContainer) throw new UnfitIon("too deep");
  switch (type.name) {
    case "bool":
      return `{"BOOL":${reader.booleanValue()}}`;
    case "int":
    case "decimal":
      return `{"N":"${numberText(cursor)}"}`;
    case "string":
    case "symbol":
      return `{"S":${stringText(cursor)}}`;
    case "blob":
      return `{"B":${blobText(cursor)}}`;
    case "list":
      return `{"L":${listText(cursor, (element) => valueText(cursor, element, depth + 1))}}`;
    case "struct":
      return `{"M":${structText(cursor, depth + 1)}}`;
    default:
      throw new UnfitIon(`a ${type.name}`);
  }
}
function setText(cursor, type, [annotation, ...others]) {
  const tag = SET_TAGS.get(annotation);
  if (tag === void 0 || others.length > 0 || type.name !== "list" || cursor.reader.isNull()) {
    throw new UnfitIon("an annotation of no set");
  }
  return `{"${tag}":${listText(cursor, (element) => memberText(cursor, tag, element))}}`;
}
function memberText(cursor, tag, { name }) {
  const { reader } = cursor;
  if (reader.isNull() || reader.annotations().length > 0) throw new UnfitIon("no member of a set");
  if (tag === "SS" && (name === "string" || name === "symbol")) return stringText(cursor);
  if (tag === "NS" && (name === "int" || name === "decimal")) return `"${numberText(cursor)}"`;
  if (tag === "BS" && name === "blob") return blobText(cursor);
  throw new UnfitIon(`a ${name} in ${tag}`);
}
function listText({ reader }, elementText) {
  const elements = [];
  reader.stepIn();
  for (let type = reader.next(); type !== null; type = reader.next()) elements.push(elementText(type));
  reader.stepOut();
  return `[${elements.join(",")}]`;
}
function numberText({ reader, text: text2 }) {
  const end = reader.position();
  let start = end;
  while (start > 0 && isOfNumber(text2.charCodeAt(start - 1))) start -= 1;
  const number = canonicalNumber(text2.slice(start, end));
  if (number === null) throw new UnfitIon("no number of DynamoDB");
  return number;
}
function isOfNumber(code) {
  const isLetter = (code | 32) >= 97 && (code | 32) <= 122;
  return isLetter || code >= 48 && code <= 57 || code === 43 || code === 45 || code === 46;
}
function stringText({ reader }) {
  return quoted(reader.stringValue());
}
function quoted(text2) {
  const json = JSON.stringify(text2);
  if (json.includes("\\ud") && HALF_PAIR3.test(text2)) throw new UnfitIon("half a surrogate pair");
  return json;
}
function blobText({ reader }) {
  return `"${Buffer.from(reader.uInt8ArrayValue()).toString("base64")}"`;
}
var MAXIMUM_DEPTH, HALF_PAIR3, SET_TAGS, UnfitIon;
var init_ion_value = __esm({
  "src/lib/mapping/ion-value.ts"() {
    "use strict";
    init_ion_number();
    MAXIMUM_DEPTH = 64;
    HALF_PAIR3 = /\p{Surrogate}/u;
    SET_TAGS = /* @__PURE__ */ new Map([
      ["$dynamodb_SS", "SS"],
      ["$dynamodb_NS", "NS"],
      ["$dynamodb_BS", "BS"]
    ]);
    UnfitIon = class extends Error {
    };
  }
});

// src/lib/mapping/ion-source.ts
function unmistakable(text2) {
  if (!isMisread(text2)) return text2;
  const parts = [];
  let long = null;
  let isForbiddenBeforeColons = false;
  for (const { 0: token, groups = {} } of text2.matchAll(TOKEN)) {
    const { blank, long: piece, other } = groups;
    if (piece !== void 0) {
      if (groups["closed"] === void 0) throw new UnfitIon("a long string without an end");
      long = (long ?? "") + shortString(piece);
    } else if (blank === void 0) {
      if (isForbiddenBeforeColons && other?.startsWith("::")) throw new UnfitIon("an annotation of no export");
      if (long !== null) parts.push(`"${long}"`);
      long = null;
      isForbiddenBeforeColons = isForbiddenAnnotation(groups);
      parts.push(groups["symbol"] === void 0 ? token : safeSymbol(token));
    } else parts.push(" ");
  }
  if (long !== null) parts.push(`"${long}"`);
  return parts.join("");
}
function isMisread(text2) {
  if (!MISREAD.test(text2)) return false;
  if (text2.includes("'''")) return true;
  const between = text2.replace(QUOTED, "'");
  return MISREAD.test(between) || COMMENT.test(between);
}
function shortString(piece) {
  return piece.replace(/\\(?:\r\n|[^])|"|\r\n?|\n/g, (part2) => {
    if (part2 === '"') return '\\"';
    if (part2.startsWith("\\")) return part2 === "\\\r\n" || part2 === "\\\r" || part2 === "\\\n" ? "" : part2;
    return "\\n";
  });
}
function isForbiddenAnnotation({ quoted: quoted2, symbol }) {
  return quoted2 === void 0 ? symbol === "$ion_symbol_table" : !/^'\$dynamodb_[SNB]S'$/.test(quoted2);
}
function safeSymbol(symbol) {
  if (/^\$\d+$/.test(symbol)) throw new UnfitIon("the number of a symbol");
  return /^\$(?:\d|Infinity)/.test(symbol) ? `'${symbol}'` : symbol;
}
var MISREAD, QUOTED, COMMENT, TOKEN;
var init_ion_source = __esm({
  "src/lib/mapping/ion-source.ts"() {
    "use strict";
    init_ion_value();
    MISREAD = /'''|'\s*(?:\/|::)|\$(?:\d|Infinity|ion_symbol_table)/;
    QUOTED = /"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)|'[^'\\]*(?:\\[^][^'\\]*)*(?:'|\\?$)/g;
    COMMENT = /\/[/*]/;
    TOKEN = new RegExp(
      [
        /(?<blank>[ \t\r\n\v\f]+|\/\/[^\n\r]*|\/\*[^]*?(?:\*\/|$))/,
        /(?<lob>\{\{[^"'}]*)/,
        /(?<string>"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$))/,
        /'''(?<long>[^'\\]*(?:(?:\\[^]|'(?!''))[^'\\]*)*)(?<closed>''')?/,
        /(?<quoted>'[^'\\]*(?:\\[^][^'\\]*)*(?:'|\\?$))/,
        /(?<symbol>[A-Za-z_$][\w$]*)/,
        /(?<other>[^\s"'{/A-Za-z_$]+|[^])/
      ].map(({ source }) => source).join("|"),
      "g"
    );
  }
});

// src/lib/mapping/ion-line.ts
import { isUtf8 as isUtf83 } from "node:buffer";
async function openIonReader() {
  const { makeReader } = await import("ion-js");
  return (bytes) => {
    if (!isUtf83(bytes)) return { fault: "not_ion" };
    try {
      const text2 = unmistakable(bytes.toString("utf8"));
      return readLine({ reader: makeReader(text2), text: text2 });
    } catch {
      return { fault: "not_ion" };
    }
  };
}
function readLine(cursor) {
  const { reader } = cursor;
  const type = reader.next();
  if (type === null) return { fault: "no_item" };
  const envelope = readEnvelope(cursor, type);
  if (reader.next() !== null) throw new UnfitIon("a second value");
  const json = envelope === null ? null : envelopeText(envelope);
  return json === null ? { fault: "no_item" } : { json };
}
function readEnvelope(cursor, type) {
  if (!isStruct(cursor, type)) {
    valueText(cursor, type);
    return null;
  }
  const envelope = { structs: /* @__PURE__ */ new Map(), micros: null };
  let record = null;
  let fields = 0;
  readFields(cursor, (name, fieldType) => {
    fields += 1;
    if (name === "Record" && isStruct(cursor, fieldType)) record = readRecord(cursor);
    else readField(cursor, envelope, name, fieldType);
  });
  if (record === null) return envelope;
  return fields === 1 ? record : null;
}
function readRecord(cursor) {
  const envelope = { structs: /* @__PURE__ */ new Map(), micros: null };
  readFields(cursor, (name, type) => readField(cursor, envelope, name, type));
  return envelope;
}
function readField(cursor, envelope, name, type) {
  const known = STRUCTS.find((struct) => struct === name);
  if (name === "Metadata" && isStruct(cursor, type)) envelope.micros = readMicros(cursor);
  else if (known === void 0) valueText(cursor, type);
  else if (isStruct(cursor, type)) envelope.structs.set(known, structText(cursor));
  else if (valueText(cursor, type) !== '{"NULL":true}') envelope.structs.set(known, null);
}
function readMicros(cursor) {
  let micros = null;
  readFields(cursor, (name, type) => {
    if (name !== "WriteTimestampMicros") valueText(cursor, type);
    else if (!isStruct(cursor, type)) micros = scalarMicros(cursor, type);
    else {
      readFields(cursor, (tag, inner) => {
        const read = scalarMicros(cursor, inner);
        micros = tag === "N" ? read : micros;
      });
    }
  });
  return micros;
}
function scalarMicros(cursor, type) {
  const { reader } = cursor;
  const tagged = valueText(cursor, type);
  if (reader.isNull() || type.isContainer) return null;
  const isNumber2 = type.name === "int" || type.name === "decimal";
  const isText2 = type.name === "string" && tagged.length < 100;
  const text2 = isNumber2 ? numberText(cursor) : isText2 ? canonicalNumber(reader.stringValue()) : null;
  return text2 !== null && MICROSECONDS2.test(text2) ? text2 : null;
}
function envelopeText({ structs, micros }) {
  const [item, keys, ...images] = STRUCTS.map((name) => structs.get(name));
  if (item !== void 0) return item === null || structs.size > 1 ? null : `{"Item":${item}}`;
  if (typeof keys !== "string" || micros === null || images.includes(null)) return null;
  const fields = STRUCTS.filter((name) => structs.has(name)).map((name) => `"${name}":${structs.get(name)}`);
  return `{"Metadata":{"WriteTimestampMicros":{"N":"${micros}"}},${fields.join(",")}}`;
}
function isStruct({ reader }, { name }) {
  return name === "struct" && !reader.isNull() && reader.annotations().length === 0;
}
var MICROSECONDS2, STRUCTS;
var init_ion_line = __esm({
  "src/lib/mapping/ion-line.ts"() {
    "use strict";
    init_ion_number();
    init_ion_source();
    init_ion_value();
    MICROSECONDS2 = /^\d{1,19}$/;
    STRUCTS = ["Item", "Keys", "NewImage", "OldImage"];
  }
});

// src/lib/engines/duckdb/ion-lines.ts
var ion_lines_exports = {};
__export(ion_lines_exports, {
  transcodeIon: () => transcodeIon
});
import { createReadStream as createReadStream3, createWriteStream as createWriteStream5 } from "node:fs";
import path6 from "node:path";
import { pipeline as pipeline7 } from "node:stream/promises";
import { createGzip as createGzip2 } from "node:zlib";
async function transcodeIon(file, folder, signal) {
  const faults = /* @__PURE__ */ new Map();
  const target = path6.join(folder, `ion-${path6.basename(file, ".ion.gz")}.json.gz`);
  const readLine2 = await openIonReader();
  const lines = gzipLines(createReadStream3(file), MAXIMUM_LINE_BYTES);
  await pipeline7(
    inPieces(jsonLines(lines, readLine2, faults)),
    createGzip2({ level: 1 }),
    createWriteStream5(target, { mode: 384 }),
    { ...signal === void 0 ? {} : { signal } }
  );
  return { file: target, faults };
}
async function* jsonLines(lines, readLine2, faults) {
  let last2 = 0;
  for await (const line of lines) {
    const read = line.isCut ? { fault: "not_ion" } : fitting(readLine2(line.bytes));
    if ("fault" in read) faults.set(line.number, read.fault);
    yield `${"\n".repeat(line.number - last2 - 1)}${"json" in read ? read.json : ""}
`;
    last2 = line.number;
  }
}
function fitting(read) {
  return "json" in read && Buffer.byteLength(read.json) > MAXIMUM_LINE_BYTES ? { fault: "not_ion" } : read;
}
async function* inPieces(lines) {
  let piece = "";
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
var PIECE_CHARACTERS;
var init_ion_lines = __esm({
  "src/lib/engines/duckdb/ion-lines.ts"() {
    "use strict";
    init_mapping();
    init_ion_line();
    init_byte_lines();
    PIECE_CHARACTERS = 256 * 1024;
  }
});

// src/lib/engines/duckdb/vectors.ts
function items(vector, type) {
  const raw = vector.items;
  if (!(raw instanceof type)) throw new Error("DuckDB vectors have changed their layout.");
  return raw;
}
function sum(values, rows2) {
  const words = new Uint16Array(values.buffer, values.byteOffset, rows2 * 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let index = 0; index < rows2 * 4; index += 4) {
    a += words[index];
    b += words[index + 1];
    c += words[index + 2];
    d += words[index + 3];
  }
  return BigInt(a) + (BigInt(b) << 16n) + (BigInt(c) << 32n) + (BigInt(d) << 48n);
}
var init_vectors = __esm({
  "src/lib/engines/duckdb/vectors.ts"() {
    "use strict";
  }
});

// src/lib/engines/duckdb/merge-errors.ts
function isOurs(error) {
  return error instanceof SluiceError || !(error instanceof Error) || error.name !== "Error";
}
function sourceBroken(key, fault, cause) {
  return new SluiceError("MERGE_SOURCE_BROKEN", `Cannot read ${key}: ${fault}.`, {
    fix: "Move it out of the table or restore it, then plan again. Nothing was changed.",
    details: { key },
    ...cause === void 0 ? {} : { cause }
  });
}
function sourceChanged(key, isGone) {
  return new SluiceError(
    "MERGE_SOURCE_CHANGED",
    `${key} ${isGone ? "is gone" : "was changed"} since the plan was made.`,
    {
      fix: "Make the plan again and run that. Nothing was changed.",
      details: { key }
    }
  );
}
function lossy(key, column, reason, others = []) {
  const against = others.length === 0 ? "" : `, against ${others.join(", ")}`;
  return new SluiceError(
    "MERGE_LOSSY",
    `Column ${JSON.stringify(column)} of ${key} cannot be merged without loss: ${reason}${against}.`,
    {
      fix: "Rewrite the file under the type of the table, or leave its partition out. Nothing was changed.",
      details: { column, key, ...others.length === 0 ? {} : { others } }
    }
  );
}
var init_merge_errors = __esm({
  "src/lib/engines/duckdb/merge-errors.ts"() {
    "use strict";
    init_errors();
  }
});

// src/lib/ports/line-digest.ts
import { createHash as createHash3, hash } from "node:crypto";
var LINE_FEED2, ALGORITHM, WORDS, MOST_SUMS, LineDigest;
var init_line_digest = __esm({
  "src/lib/ports/line-digest.ts"() {
    "use strict";
    LINE_FEED2 = 10;
    ALGORITHM = "sha256";
    WORDS = 4;
    MOST_SUMS = 1 << 20;
    LineDigest = class {
      count = 0;
      total = 0n;
      sums = [0, 0, 0, 0];
      pending = 0;
      /** Of the line that began in an earlier piece. */
      open = null;
      /** Lines that have ended. */
      get lines() {
        return this.count;
      }
      /** The sum of the hashes of the lines that have ended. */
      get digest() {
        this.settle();
        return this.total;
      }
      add(bytes) {
        const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        let start = 0;
        for (let end = piece.indexOf(LINE_FEED2); end !== -1; end = piece.indexOf(LINE_FEED2, start)) {
          this.endLine(piece.subarray(start, end));
          start = end + 1;
        }
        if (start < piece.length) this.open = (this.open ?? createHash3(ALGORITHM)).update(piece.subarray(start));
      }
      endLine(last2) {
        const digest2 = this.open === null ? hash(ALGORITHM, last2, "buffer") : this.open.update(last2).digest();
        this.open = null;
        for (let word = 0; word < WORDS; word += 1) this.sums[word] += digest2.readUInt32LE(word * 4);
        this.count += 1;
        this.pending += 1;
        if (this.pending === MOST_SUMS) this.settle();
      }
      settle() {
        for (let word = 0; word < WORDS; word += 1) {
          this.total += BigInt(this.sums[word]) << BigInt(32 * word);
          this.sums[word] = 0;
        }
        this.pending = 0;
      }
    };
  }
});

// src/lib/engines/duckdb/merge-lines.ts
import { once as once2 } from "node:events";
import { createReadStream as createReadStream4, createWriteStream as createWriteStream7 } from "node:fs";
import { rm as rm8, stat as stat4 } from "node:fs/promises";
import { finished, pipeline as pipeline9 } from "node:stream/promises";
import { pipeline as pipe } from "node:stream";
import { createGunzip as createGunzip3, createGzip as createGzip4 } from "node:zlib";
function isGzipName(key) {
  return /\.gz$/i.test(key);
}
function isGzipFault(error) {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
async function* readLines(file, isGzip) {
  const source = createReadStream4(file, { highWaterMark: PIECE_BYTES });
  const unpacked = isGzip ? pipe(source, createGunzip3({ chunkSize: PIECE_BYTES }), () => void 0) : source;
  for await (const piece of unpacked) yield piece;
}
async function digestLines(file, isGzip, signal) {
  const lines = new LineDigest();
  for await (const piece of readLines(file, isGzip)) {
    signal.throwIfAborted();
    lines.add(piece);
  }
  return lines;
}
var PIECE_BYTES, LineOutput;
var init_merge_lines = __esm({
  "src/lib/engines/duckdb/merge-lines.ts"() {
    "use strict";
    init_line_digest();
    PIECE_BYTES = 256 * 1024;
    LineOutput = class _LineOutput {
      constructor(path17, head, done) {
        this.path = path17;
        this.head = head;
        this.done = done;
        done.catch(() => void 0);
      }
      path;
      head;
      done;
      static async create(file, isGzip) {
        const target = createWriteStream7(file, { mode: 384 });
        if (!isGzip) return new _LineOutput(file, target, finished(target));
        const gzip = createGzip4({ chunkSize: PIECE_BYTES });
        return new _LineOutput(file, gzip, pipeline9(gzip, target));
      }
      async write(bytes) {
        if (!this.head.write(bytes)) await Promise.race([once2(this.head, "drain"), this.done]);
      }
      async end() {
        this.head.end();
        await this.done;
        return { file: this.path, sizeBytes: (await stat4(this.path)).size };
      }
      async abandon() {
        this.head.destroy();
        await this.done.catch(() => void 0);
        await rm8(this.path, { force: true });
      }
    };
  }
});

// src/lib/engines/duckdb/merge-json.ts
import { mkdir as mkdir7, rm as rm9 } from "node:fs/promises";
import path13 from "node:path";
import { gzipSync } from "node:zlib";
async function mergeJson({ pool, request, folder, signal: stop }) {
  const outputs = await pool.run((session) => {
    const signal = session.bounded(stop);
    return session.guarded(() => writeLines({ ...request, ...signal === void 0 ? {} : { signal } }, folder), stop);
  });
  return { schema: NO_SCHEMA, outputs, dropped: {}, columns: [], changes: [] };
}
async function writeLines(request, folder) {
  await mkdir7(folder, { recursive: true });
  const writer = new LineWriter(request, folder);
  try {
    for (const { key } of request.sources) await copyLines(request, key, folder, writer);
    return await writer.finish();
  } finally {
    await writer.close();
  }
}
async function copyLines({ store: store2, signal }, key, folder, writer) {
  const file = await localFile(store2, key, folder);
  let last2;
  try {
    for await (const piece of readLines(file, isGzipName(key))) {
      signal?.throwIfAborted();
      last2 = piece.at(-1);
      await writer.write(piece);
    }
  } catch (error) {
    throw isGzipFault(error) ? sourceBroken(key, "its gzip data is broken or cut off", error) : error;
  } finally {
    if (store2.localPath(key) === null) await rm9(file, { force: true });
  }
  if (last2 !== void 0 && last2 !== LINE_FEED3[0]) await writer.write(LINE_FEED3);
}
var LINE_FEED3, SAMPLE_BYTES, NO_SCHEMA, LineWriter;
var init_merge_json = __esm({
  "src/lib/engines/duckdb/merge-json.ts"() {
    "use strict";
    init_line_digest();
    init_local_files();
    init_merge_errors();
    init_merge_lines();
    LINE_FEED3 = Buffer.from("\n");
    SAMPLE_BYTES = 4 * 1024 ** 2;
    NO_SCHEMA = "lines";
    LineWriter = class {
      constructor(request, folder) {
        this.request = request;
        this.folder = folder;
        const { sources, targetBytes, outputs } = request;
        this.isGzip = sources.some(({ key }) => isGzipName(key));
        const totalBytes = sources.reduce((sum2, { sizeBytes }) => sum2 + sizeBytes, 0);
        this.limitBytes = Math.max(targetBytes, totalBytes / Math.max(1, outputs));
        if (!this.isGzip) this.roomBytes = this.limitBytes;
      }
      request;
      folder;
      written = [];
      isGzip;
      limitBytes;
      /** Uncompressed; null until the sample is there. */
      roomBytes = null;
      sample = [];
      sampleBytes = 0;
      output = null;
      lines = new LineDigest();
      outputBytes = 0;
      async write(piece) {
        if (this.roomBytes !== null) return this.divide(piece);
        this.sample.push(piece);
        this.sampleBytes += piece.length;
        if (this.sampleBytes >= SAMPLE_BYTES) await this.takeSample();
      }
      async finish() {
        if (this.roomBytes === null) await this.takeSample();
        await this.cut();
        return this.written;
      }
      /** Lets go of an output that was not finished. */
      async close() {
        await this.output?.abandon();
      }
      async takeSample() {
        const bytes = Buffer.concat(this.sample);
        this.sample = [];
        const share = bytes.length === 0 ? 1 : gzipSync(bytes.subarray(0, SAMPLE_BYTES)).length / Math.min(bytes.length, SAMPLE_BYTES);
        this.roomBytes = this.limitBytes / share;
        await this.divide(bytes);
      }
      async divide(bytes) {
        let piece = bytes;
        while (piece.length > 0) {
          const end = this.isLast() ? -1 : piece.indexOf(LINE_FEED3, Math.max(0, Math.floor(this.roomBytes - this.outputBytes)));
          const part2 = end === -1 ? piece : piece.subarray(0, end + 1);
          await this.append(part2);
          if (end !== -1) await this.cut();
          piece = piece.subarray(part2.length);
        }
      }
      /** Rounding makes no small last file; an output that grows far beyond its room is divided all the same. */
      isLast() {
        return this.written.length + 1 >= this.request.outputs && this.outputBytes < 2 * this.roomBytes;
      }
      async append(part2) {
        this.output ??= await LineOutput.create(path13.join(this.folder, `output-${this.written.length}`), this.isGzip);
        this.lines.add(part2);
        this.outputBytes += part2.length;
        await this.output.write(part2);
      }
      async cut() {
        if (this.output === null) return;
        const { file, sizeBytes } = await this.output.end();
        this.written.push({ file, sizeBytes, rows: this.lines.lines, digest: this.lines.digest, runs: {}, dropped: {} });
        this.output = null;
        this.lines = new LineDigest();
        this.outputBytes = 0;
      }
    };
  }
});

// src/lib/engines/duckdb/merge-shape.ts
function duckdbTypeOf(shape) {
  switch (shape.kind) {
    case "null":
      return "INTEGER";
    case "string":
      return "VARCHAR";
    case "binary":
      return "BLOB";
    case "integer":
      return `${shape.isSigned ? "" : "U"}${INTEGER_NAMES[shape.bits]}`;
    case "decimal":
      return `DECIMAL(${shape.precision},${shape.scale})`;
    case "timestamp":
      return shape.isInstant ? "TIMESTAMP WITH TIME ZONE" : shape.unit === "ns" ? "TIMESTAMP_NS" : "TIMESTAMP";
    case "other":
      return shape.duckdbType;
    case "list":
      return `${duckdbTypeOf(shape.element)}[]`;
    case "map":
      return `MAP(${duckdbTypeOf(shape.key)}, ${duckdbTypeOf(shape.value)})`;
    case "struct":
      return `STRUCT(${shape.fields.map(({ name, shape: of }) => `${quoteIdentifier(name)} ${duckdbTypeOf(of)}`).join(", ")})`;
    default:
      return shape.kind.toUpperCase();
  }
}
function shapeText(shape) {
  switch (shape.kind) {
    case "integer":
      return `${shape.isSigned ? "" : "unsigned "}integer of ${shape.bits} bits`;
    case "decimal":
      return `decimal(${shape.precision},${shape.scale})`;
    case "timestamp":
      return `${shape.isInstant ? "instant" : "local time"} in ${UNIT_TEXTS[shape.unit]}`;
    case "binary":
      return shape.isText ? "bytes without a type" : "bytes";
    case "other":
      return shape.duckdbType.toLowerCase();
    case "list":
      return `array<${shapeText(shape.element)}>`;
    case "map":
      return `map<${shapeText(shape.key)}, ${shapeText(shape.value)}>`;
    case "null":
      return "nothing but NULL";
    default:
      return shape.kind;
  }
}
function isSameShape(left, right) {
  return JSON.stringify(left) === JSON.stringify(right);
}
function isNested(shape) {
  return shape.kind === "list" || shape.kind === "map" || shape.kind === "struct";
}
var INTEGER_NAMES, UNIT_TEXTS;
var init_merge_shape = __esm({
  "src/lib/engines/duckdb/merge-shape.ts"() {
    "use strict";
    init_sql();
    INTEGER_NAMES = { 8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT" };
    UNIT_TEXTS = { ms: "milliseconds", us: "microseconds", ns: "nanoseconds", int96: "INT96" };
  }
});

// src/lib/engines/duckdb/merge-cast.ts
function castSql2(sql, from, to, depth = 0) {
  if (isSameShape(from, to)) return sql;
  if (from.kind === "null") return `CAST(NULL AS ${duckdbTypeOf(to)})`;
  if (from.kind === "struct" && to.kind === "struct") return structSql(sql, from.fields, to.fields, depth);
  if (from.kind === "list" && to.kind === "list") return listSql(sql, from.element, to.element, depth);
  if (from.kind === "map" && to.kind === "map") {
    const keys = listSql(`map_keys(${sql})`, from.key, to.key, depth);
    const values = listSql(`map_values(${sql})`, from.value, to.value, depth);
    return `CASE WHEN ${sql} IS NULL THEN NULL ELSE map(${keys}, ${values}) END`;
  }
  if (from.kind === "binary" && to.kind === "string") return `decode(${sql})`;
  if (from.kind === "timestamp" && to.kind === "timestamp") return timestampSql3(sql, from, to);
  if (from.kind === "string") return `CAST(${sql} AS VARCHAR)`;
  return duckdbTypeOf(from) === duckdbTypeOf(to) ? sql : `CAST(${sql} AS ${duckdbTypeOf(to)})`;
}
function timestampSql3(sql, from, to) {
  const readAs = from.readAs ?? duckdbTypeOf(from);
  const wanted = duckdbTypeOf(to);
  if (readAs === wanted) return sql;
  const cast = `CAST(${readAs === "TIMESTAMP_NS" ? `CAST(${sql} AS TIMESTAMP)` : sql} AS ${wanted})`;
  if (readAs !== "TIMESTAMP_NS") return cast;
  return `CASE WHEN epoch_ns(${sql}) % 1000 <> 0 THEN error(${quoteText(INEXACT2)}) ELSE ${cast} END`;
}
function listSql(sql, from, to, depth) {
  if (isSameShape(from, to)) return sql;
  const one = `_sluice_${depth}`;
  return `list_transform(${sql}, lambda ${one}: ${castSql2(one, from, to, depth + 1)})`;
}
function structSql(sql, from, to, depth) {
  const fields = to.map(({ name, shape }) => {
    const found = from.find((field) => field.name === name);
    const value = found === void 0 ? { kind: "null" } : found.shape;
    return `${quoteIdentifier(name)} := ${castSql2(`struct_extract(${sql}, ${quoteText(name)})`, value, shape, depth)}`;
  });
  return `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(${fields.join(", ")}) END`;
}
function writtenSql(sql, shape) {
  const written = writtenType(shape);
  return written === duckdbTypeOf(shape) ? sql : `CAST(${sql} AS ${written})`;
}
function writtenType(shape) {
  if (shape.kind === "timestamp" && shape.unit === "ms") return "TIMESTAMP_MS";
  if (shape.kind === "list") return `${writtenType(shape.element)}[]`;
  if (shape.kind === "map") return `MAP(${writtenType(shape.key)}, ${writtenType(shape.value)})`;
  if (shape.kind !== "struct") return duckdbTypeOf(shape);
  return `STRUCT(${shape.fields.map(({ name, shape: of }) => `${quoteIdentifier(name)} ${writtenType(of)}`).join(", ")})`;
}
function rowHash(columns) {
  const values = columns.flatMap(({ name, isNested: isDeep }) => {
    const sql = quoteIdentifier(name);
    return isDeep ? [sql, `CAST(${sql} AS VARCHAR)`] : [sql];
  });
  return `hash(${values.join(", ")})`;
}
function hashedColumns(fields) {
  return fields.map(({ name, shape }) => ({ name, isNested: isNested(shape) }));
}
var INEXACT2;
var init_merge_cast = __esm({
  "src/lib/engines/duckdb/merge-cast.ts"() {
    "use strict";
    init_sql();
    init_merge_shape();
    INEXACT2 = "sluice: inexact value";
  }
});

// src/lib/engines/duckdb/merge-bounds.ts
function boundOf(bytes, { type = "", converted, logical }) {
  if (bytes === null) return null;
  if (type === "BOOLEAN") return bytes.length === 1 ? BigInt(bytes[0]) : null;
  const isKnown = SIGNED.has(converted) && (converted !== void 0 || logical === void 0 || logical.name === "timestamp");
  if (!isKnown) return null;
  if (INTEGER_TYPES[type] === bytes.length) return littleEndian(bytes);
  return converted === "DECIMAL" && bytes.length > 0 ? bigEndian(bytes) : null;
}
function littleEndian(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length === 4 ? BigInt(view.getInt32(0, true)) : view.getBigInt64(0, true);
}
function bigEndian(bytes) {
  const value = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  return BigInt.asIntN(bytes.length * 8, value);
}
function mergedBound(bound, from, to) {
  if (from.kind === "timestamp") {
    if (from.unit === "ms") return bound * 1000n;
    return from.unit === "us" ? bound : null;
  }
  if (to.kind === "decimal") {
    const scale = from.kind === "decimal" ? from.scale : 0;
    return bound * 10n ** BigInt(to.scale - scale);
  }
  return to.kind === "integer" || to.kind === "date" || to.kind === "boolean" ? bound : null;
}
function boundSql(name, duckdbType2) {
  const sql = quoteIdentifier(name);
  if (duckdbType2 === "BOOLEAN") return `CAST(${sql} AS INTEGER)`;
  if (duckdbType2 === "DATE") return `date_diff('day', DATE '1970-01-01', ${sql})`;
  if (duckdbType2 === "TIMESTAMP" || duckdbType2 === "TIMESTAMP WITH TIME ZONE") return `epoch_us(${sql})`;
  return /^(TINYINT|SMALLINT|INTEGER|BIGINT|DECIMAL\(\d+,\d+\))$/.test(duckdbType2) ? sql : null;
}
var INTEGER_TYPES, SIGNED;
var init_merge_bounds = __esm({
  "src/lib/engines/duckdb/merge-bounds.ts"() {
    "use strict";
    init_sql();
    INTEGER_TYPES = { INT32: 4, INT64: 8 };
    SIGNED = /* @__PURE__ */ new Set([
      "INT_8",
      "INT_16",
      "INT_32",
      "INT_64",
      "DATE",
      "DECIMAL",
      "TIMESTAMP_MILLIS",
      "TIMESTAMP_MICROS",
      void 0
    ]);
  }
});

// src/lib/engines/duckdb/merge-stored-shape.ts
import { DuckDBTypeId } from "@duckdb/node-api";
function refuseTwinNames(elements, column) {
  const roots = rootElements(elements);
  refuseTwins(
    roots.map(({ element }) => element.name),
    column
  );
  for (const { element, index } of roots) {
    if (element.children === 0) continue;
    refuseTwinNames(elements.slice(index + 1, index + sizeOf(elements, index)), column ?? element.name);
  }
}
function storedFields({ names, types, elements }) {
  const roots = rootElements(elements);
  return names.map((name, index) => {
    const root2 = roots[index];
    if (root2?.element.name !== name) throw new UnreadableColumn(name, "its name cannot be read");
    const leaves = elements.slice(root2.index, root2.index + sizeOf(elements, root2.index)).filter(isLeaf);
    const shape = shapeOf2(types[index], leaves.values(), name);
    return { name, shape };
  });
}
function isLeaf(element) {
  return element.type !== void 0;
}
function rootElements(elements) {
  const roots = [];
  for (let index = 0; index < elements.length; index += sizeOf(elements, index))
    roots.push({ element: elements[index], index });
  return roots;
}
function sizeOf(elements, index) {
  let size = 1;
  for (let child = 0; child < (elements[index]?.children ?? 0); child += 1) size += sizeOf(elements, index + size);
  return size;
}
function refuseTwins(names, column) {
  const seen = /* @__PURE__ */ new Map();
  for (const name of names) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== void 0)
      throw new UnreadableColumn(
        column ?? name,
        `the file also has ${JSON.stringify(twin)} beside ${JSON.stringify(name)}`
      );
    seen.set(name.toLowerCase(), name);
  }
}
function shapeOf2(type, leaves, column) {
  switch (type.typeId) {
    case DuckDBTypeId.LIST:
      return { kind: "list", element: shapeOf2(type.valueType, leaves, column) };
    case DuckDBTypeId.MAP:
      return { kind: "map", key: shapeOf2(type.keyType, leaves, column), value: shapeOf2(type.valueType, leaves, column) };
    case DuckDBTypeId.STRUCT: {
      const fields = type.entryTypes.map((entry, index) => ({
        name: type.entryNames[index],
        shape: shapeOf2(entry, leaves, column)
      }));
      return { kind: "struct", fields };
    }
    default:
      return leafShape(type, leaves.next().value, column);
  }
}
function leafShape(type, element, column) {
  if (element === void 0) throw new UnreadableColumn(column, "its structure cannot be read");
  if (element.logical?.name === "null" || type.typeId === DuckDBTypeId.SQLNULL) return { kind: "null" };
  const isDecimal = element.converted === "DECIMAL" || element.logical?.name === "decimal";
  if (isDecimal && type.typeId !== DuckDBTypeId.DECIMAL)
    throw new UnreadableColumn(column, `decimals of ${element.precision} digits cannot be read exactly`);
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return { kind: "boolean" };
    case DuckDBTypeId.FLOAT:
      return { kind: "float" };
    case DuckDBTypeId.DOUBLE:
      return { kind: "double" };
    case DuckDBTypeId.DATE:
      return { kind: "date" };
    case DuckDBTypeId.DECIMAL:
      return { kind: "decimal", precision: type.width, scale: type.scale };
    case DuckDBTypeId.VARCHAR:
      return type.alias === void 0 ? { kind: "string" } : { kind: "string", readAs: type.alias };
    case DuckDBTypeId.BLOB:
      return blobShape(element, column);
    case DuckDBTypeId.UUID:
    case DuckDBTypeId.TIME:
      return { kind: "other", duckdbType: type.toString() };
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_NS:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return timestampShape(type.toString(), element, column);
    default: {
      const integer = INTEGERS.get(type.typeId);
      if (integer !== void 0) return integer;
      throw new UnreadableColumn(column, `its type ${type.toString()} cannot be carried over`);
    }
  }
}
function blobShape(element, column) {
  const isPlain = element.converted === void 0 && element.logical === void 0;
  if (!isPlain)
    throw new UnreadableColumn(column, `its type ${element.converted ?? element.logical?.name} cannot be carried over`);
  return { kind: "binary", isText: element.type === "BYTE_ARRAY" };
}
function timestampShape(readAs, { type, logical, converted }, column) {
  const unit2 = type === "INT96" ? "int96" : logical?.unit ?? (converted === "TIMESTAMP_MILLIS" ? "ms" : "us");
  if (unit2 === "ns" && readAs !== "TIMESTAMP_NS")
    throw new UnreadableColumn(column, "instants in nanoseconds cannot be read exactly");
  const shape = { kind: "timestamp", unit: unit2, isInstant: logical?.isAdjustedToUtc ?? true };
  return readAs === duckdbTypeOf(shape) ? shape : { ...shape, readAs };
}
var UnreadableColumn, INTEGERS;
var init_merge_stored_shape = __esm({
  "src/lib/engines/duckdb/merge-stored-shape.ts"() {
    "use strict";
    init_merge_shape();
    UnreadableColumn = class extends Error {
      constructor(column, reason) {
        super(reason);
        this.column = column;
        this.reason = reason;
      }
      column;
      reason;
      name = "UnreadableColumn";
    };
    INTEGERS = /* @__PURE__ */ new Map([
      [DuckDBTypeId.TINYINT, { kind: "integer", bits: 8, isSigned: true }],
      [DuckDBTypeId.SMALLINT, { kind: "integer", bits: 16, isSigned: true }],
      [DuckDBTypeId.INTEGER, { kind: "integer", bits: 32, isSigned: true }],
      [DuckDBTypeId.BIGINT, { kind: "integer", bits: 64, isSigned: true }],
      [DuckDBTypeId.UTINYINT, { kind: "integer", bits: 8, isSigned: false }],
      [DuckDBTypeId.USMALLINT, { kind: "integer", bits: 16, isSigned: false }],
      [DuckDBTypeId.UINTEGER, { kind: "integer", bits: 32, isSigned: false }],
      [DuckDBTypeId.UBIGINT, { kind: "integer", bits: 64, isSigned: false }]
    ]);
  }
});

// src/lib/engines/duckdb/merge-field-ids.ts
function fieldIdsSql(groups, fields, lists) {
  if (groups.every(({ elements }) => elements.every(({ fieldId }) => fieldId === void 0))) return null;
  const entries = fields.flatMap(({ name, shape }) => {
    const found = groups.flatMap(({ elements, first: first2 }, group) => {
      const root2 = rootElements(elements).find(({ element }) => element.name === name);
      if (root2 === void 0) return [];
      const own = lists[group].find((field) => field.name === name).shape;
      const ids = idsOf(elements.slice(root2.index, root2.index + sizeOf(elements, root2.index)), own);
      return [{ ids, key: first2.source.key, isSame: isSameShape(own, shape) || shape.kind !== "struct" }];
    });
    const [first] = found;
    const odd = found.find(({ ids, isSame }) => ids !== first?.ids || !isSame && ids !== null);
    if (odd !== void 0) throw lossy(odd.key, name, "the files give its parts other field ids", [first.key]);
    return first?.ids == null ? [] : [`${quoteIdentifier(name)}: ${first.ids}`];
  });
  return entries.length === 0 ? null : `{${entries.join(", ")}}`;
}
function idsOf(elements, shape) {
  const [own, ...below] = elements;
  const parts = partsOf(below, shape).flatMap(({ name, elements: part2, shape: of }) => {
    const ids = idsOf(part2, of);
    return ids === null ? [] : [`${quoteIdentifier(name)}: ${ids}`];
  });
  if (parts.length === 0) return own?.fieldId === void 0 ? null : String(own.fieldId);
  return `{${[...own?.fieldId === void 0 ? [] : [`${OWN_ID}: ${own.fieldId}`], ...parts].join(", ")}}`;
}
function partsOf(below, shape) {
  if (shape.kind === "struct") {
    return rootElements(below).map(({ index }, place) => ({
      name: shape.fields[place].name,
      elements: below.slice(index, index + sizeOf(below, index)),
      shape: shape.fields[place].shape
    }));
  }
  if (shape.kind === "list") return [{ name: "element", elements: below.slice(1), shape: shape.element }];
  if (shape.kind !== "map") return [];
  const inner = below.slice(1);
  const keySize = sizeOf(inner, 0);
  return [
    { name: "key", elements: inner.slice(0, keySize), shape: shape.key },
    { name: "value", elements: inner.slice(keySize), shape: shape.value }
  ];
}
var OWN_ID;
var init_merge_field_ids = __esm({
  "src/lib/engines/duckdb/merge-field-ids.ts"() {
    "use strict";
    init_sql();
    init_merge_errors();
    init_merge_shape();
    init_merge_stored_shape();
    OWN_ID = "__duckdb_field_id";
  }
});

// src/lib/engines/duckdb/merge-lattice.ts
function mergedShape(table, shapes) {
  const indexes = shapes.flatMap((shape, index) => shape.kind === "null" ? [] : [index]);
  const [first] = indexes;
  if (first === void 0) return table ?? { kind: "null" };
  const kind = table?.kind ?? shapes[first].kind;
  const found = indexes.map((index) => shapes[index]);
  if (kind === "list" || kind === "map" || kind === "struct") {
    refuseOtherKinds(kind, shapes, indexes);
    if (kind === "list") return mergedList(table, found, indexes);
    return kind === "map" ? mergedMap(table, found, indexes) : mergedStruct(table, found, indexes);
  }
  const merged = mergedScalar(table, shapes, indexes);
  for (const index of indexes) {
    if (!fits(shapes[index], merged))
      throw new Misfit(index, [], `${shapeText(shapes[index])} does not fit into ${shapeText(merged)}`);
  }
  return merged;
}
function refuseOtherKinds(kind, shapes, indexes) {
  const odd = indexes.find((index) => shapes[index].kind !== kind);
  if (odd !== void 0)
    throw new Misfit(odd, [], `${shapeText(shapes[odd])} is no ${kind === "list" ? "array" : kind}`);
}
function mergedList(table, shapes, indexes) {
  const elementOf2 = (shape) => shape.element;
  return {
    kind: "list",
    element: part("element", indexes, () => mergedShape(table && elementOf2(table), shapes.map(elementOf2)))
  };
}
function mergedMap(table, shapes, indexes) {
  const partOf = (name) => (shape) => shape[name];
  const merged = (name) => part(name, indexes, () => mergedShape(table && partOf(name)(table), shapes.map(partOf(name))));
  return { kind: "map", key: merged("key"), value: merged("value") };
}
function mergedStruct(table, shapes, indexes) {
  const fieldsOf = (shape) => shape.fields;
  return {
    kind: "struct",
    fields: mergedFields(
      table && fieldsOf(table),
      shapes.map(fieldsOf),
      (misfit2, name, holders) => misfit2.within(
        name,
        holders.map((holder) => indexes[holder])
      )
    ).map(({ name, shape }) => ({ name, shape }))
  };
}
function mergedFields(table, lists, misfit2) {
  const found = /* @__PURE__ */ new Map();
  for (const [list2, fields] of lists.entries()) {
    for (const [place, { name }] of fields.entries()) {
      const standing = found.get(name.toLowerCase()) ?? { name, places: lists.map(() => null) };
      if (standing.name !== name || standing.places[list2] !== null)
        throw misfit2(new Misfit(0, [], `its name is also spelled ${JSON.stringify(standing.name)}`), name, [list2]);
      standing.places[list2] = place;
      found.set(name.toLowerCase(), standing);
    }
  }
  const ofTable = (table ?? []).flatMap(({ name }) => found.get(name.toLowerCase()) ?? []);
  return [.../* @__PURE__ */ new Set([...ofTable, ...found.values()])].map(({ name, places }) => {
    const holders = places.flatMap((place, list2) => place === null ? [] : [list2]);
    const wanted = table?.find((field) => field.name.toLowerCase() === name.toLowerCase())?.shape ?? null;
    try {
      const shapes = holders.map((list2) => lists[list2][places[list2]].shape);
      return { name, shape: mergedShape(wanted, shapes), places };
    } catch (error) {
      throw error instanceof Misfit ? misfit2(error, name, holders) : error;
    }
  });
}
function part(name, indexes, merge2) {
  try {
    return merge2();
  } catch (error) {
    throw error instanceof Misfit ? error.within(name, indexes) : error;
  }
}
function mergedScalar(table, shapes, indexes) {
  if (table !== null && table.kind !== "timestamp") return table;
  const odd = table === null ? void 0 : indexes.find((index) => shapes[index].kind !== "timestamp");
  if (odd !== void 0) throw new Misfit(odd, [], `${shapeText(shapes[odd])} is no timestamp`);
  const [first, ...others] = indexes;
  return others.reduce((merged, index) => joined(merged, shapes[index], index), stored(shapes[first]));
}
function stored(shape) {
  if (shape.kind === "string") return { kind: "string" };
  if (shape.kind !== "timestamp") return shape;
  const unit2 = shape.unit === "ms" && !shape.isInstant ? "ms" : "us";
  return { kind: "timestamp", unit: unit2, isInstant: shape.isInstant };
}
function joined(left, right, index) {
  if (isSameShape(left, stored(right))) return left;
  const merged = join7(left, right);
  if (merged === null) throw new Misfit(index, [], `${shapeText(right)} and ${shapeText(left)} have no type in common`);
  return merged;
}
function join7(left, right) {
  if (left.kind === "integer" && right.kind === "integer") return joinIntegers(left, right);
  if (left.kind === "timestamp" && right.kind === "timestamp") return joinTimes(left, right);
  if (isDecimalLike(left) && isDecimalLike(right)) return joinDecimals(left, right);
  const kinds = [left.kind, right.kind];
  return kinds.every((kind) => kind === "float" || kind === "double") ? { kind: "double" } : null;
}
function joinIntegers(left, right) {
  const bits = Math.max(left.bits, right.bits);
  if (left.isSigned === right.isSigned) return { kind: "integer", bits, isSigned: left.isSigned };
  const unsigned = left.isSigned ? right : left;
  const needed = Math.max(bits, unsigned.bits * 2);
  return needed > 64 ? null : { kind: "integer", bits: needed, isSigned: true };
}
function joinTimes(left, right) {
  if (left.isInstant !== right.isInstant) return null;
  const unit2 = left.unit === "ms" && right.unit === "ms" ? "ms" : "us";
  return stored({ kind: "timestamp", unit: unit2, isInstant: left.isInstant });
}
function joinDecimals(left, right) {
  const [a, b] = [decimalOf(left), decimalOf(right)];
  const scale = Math.max(a.scale, b.scale);
  const precision = Math.max(a.precision - a.scale, b.precision - b.scale) + scale;
  return precision > MOST_DIGITS ? null : { kind: "decimal", precision, scale };
}
function isDecimalLike(shape) {
  return decimalOf(shape) !== null;
}
function decimalOf(shape) {
  if (shape.kind === "decimal") return shape;
  if (shape.kind !== "integer") return null;
  return { precision: shape.isSigned || shape.bits < 64 ? INTEGER_DIGITS[shape.bits] : UNSIGNED_64_DIGITS, scale: 0 };
}
function fits(from, to) {
  if (isSameShape(from, to)) return true;
  switch (to.kind) {
    case "integer":
      return from.kind === "integer" && fitsInteger(from, to);
    case "double":
      return from.kind === "float";
    case "decimal": {
      const digits = decimalOf(from);
      return digits !== null && digits.scale <= to.scale && digits.precision - digits.scale <= to.precision - to.scale;
    }
    case "timestamp":
      return from.kind === "timestamp" && from.isInstant === to.isInstant && (to.unit === "us" || from.unit === to.unit);
    case "string":
      return from.kind === "string" || from.kind === "binary" && from.isText;
    case "binary":
      return from.kind === "binary";
    default:
      return false;
  }
}
function fitsInteger(from, to) {
  if (from.isSigned === to.isSigned) return from.bits <= to.bits;
  return to.isSigned && from.bits < to.bits;
}
var Misfit, MOST_DIGITS, INTEGER_DIGITS, UNSIGNED_64_DIGITS;
var init_merge_lattice = __esm({
  "src/lib/engines/duckdb/merge-lattice.ts"() {
    "use strict";
    init_merge_shape();
    Misfit = class _Misfit extends Error {
      /** `index`: whose shape it is, in the list given. `path`: of the field below the column. */
      constructor(index, path17, reason) {
        super(reason);
        this.index = index;
        this.path = path17;
        this.reason = reason;
      }
      index;
      path;
      reason;
      name = "Misfit";
      within(name, indexes) {
        return new _Misfit(indexes[this.index], [name, ...this.path], this.reason);
      }
    };
    MOST_DIGITS = 38;
    INTEGER_DIGITS = { 8: 3, 16: 5, 32: 10, 64: 19 };
    UNSIGNED_64_DIGITS = 20;
  }
});

// src/lib/engines/duckdb/merge-table-types.ts
function tableFields(columns) {
  return columns.flatMap(({ name, type }) => {
    const shape = new TypeReader(type).read();
    return shape === null ? [] : [{ name, shape }];
  });
}
var SCALARS, TypeReader;
var init_merge_table_types = __esm({
  "src/lib/engines/duckdb/merge-table-types.ts"() {
    "use strict";
    SCALARS = {
      boolean: { kind: "boolean" },
      tinyint: { kind: "integer", bits: 8, isSigned: true },
      smallint: { kind: "integer", bits: 16, isSigned: true },
      int: { kind: "integer", bits: 32, isSigned: true },
      integer: { kind: "integer", bits: 32, isSigned: true },
      bigint: { kind: "integer", bits: 64, isSigned: true },
      float: { kind: "float" },
      real: { kind: "float" },
      double: { kind: "double" },
      date: { kind: "date" },
      // Whether files hold local times or instants, and how fine, they say themselves.
      timestamp: { kind: "timestamp", unit: "us", isInstant: false },
      string: { kind: "string" },
      binary: { kind: "binary", isText: false },
      varbinary: { kind: "binary", isText: false }
    };
    TypeReader = class {
      constructor(text2) {
        this.text = text2;
      }
      text;
      position = 0;
      read() {
        const shape = this.type();
        return this.text.slice(this.position).trim() === "" ? shape : null;
      }
      type() {
        const name = (this.take(/^\s*([a-z]+)/i) ?? "").toLowerCase();
        if (name === "array") return this.list();
        if (name === "map") return this.map();
        if (name === "struct" || name === "row") return this.struct();
        const [first, second] = this.take(/^\s*\(\s*([0-9]+(?:\s*,\s*[0-9]+)?)\s*\)/)?.split(",") ?? [];
        if (name === "decimal") return { kind: "decimal", precision: Number(first ?? 10), scale: Number(second ?? 0) };
        if (name === "varchar" || name === "char") return { kind: "string" };
        return SCALARS[name] ?? null;
      }
      list() {
        const element = this.enclosed(() => this.type());
        return element && { kind: "list", element };
      }
      map() {
        return this.enclosed(() => {
          const key = this.type();
          const value = this.take(/^\s*(,)/) === null ? null : this.type();
          return key && value && { kind: "map", key, value };
        });
      }
      struct() {
        return this.enclosed(() => {
          const fields = [];
          do {
            const name = this.take(/^\s*([^:<>,()]+?)\s*:/);
            const shape = name === null ? null : this.type();
            if (name === null || shape === null) return null;
            fields.push({ name, shape });
          } while (this.take(/^\s*(,)/) !== null);
          return { kind: "struct", fields };
        });
      }
      enclosed(read) {
        if (this.take(/^\s*(<)/) === null) return null;
        const found = read();
        return this.take(/^\s*(>)/) === null ? null : found;
      }
      take(pattern) {
        const match = pattern.exec(this.text.slice(this.position));
        if (match === null) return null;
        this.position += match[0].length;
        return match[1];
      }
    };
  }
});

// src/lib/engines/duckdb/merge-columns.ts
import { createHash as createHash4 } from "node:crypto";
async function mergeColumns(session, { groups }, columns, signal) {
  const lists = [];
  for (const group of groups) lists.push(await groupFields(session, group, signal));
  const fields = mergedFields(tableFields(columns), lists, (misfit2, name, holders) => {
    const odd = groups[holders[misfit2.index]].first.source.key;
    const others = holders.map((holder) => groups[holder].first.source.key).filter((key) => key !== odd);
    return lossy(odd, [name, ...misfit2.path].join("."), misfit2.reason, others.slice(0, 1));
  });
  const selects = groups.map((_, group) => selectOf(fields, group, lists[group]));
  for (const [index, { first }] of groups.entries()) {
    const rows2 = `SELECT ${selects[index].join(", ")} FROM ${parquetSql(first.file)}`;
    refuseOtherTypes(fields, (await session.columnsOf(rows2, signal)).types);
  }
  const types = fields.map(({ name, shape }) => [name, shape]);
  return {
    fields: fields.map(({ name, shape }) => ({ name, shape })),
    selects,
    written: fields.map(({ name, shape }) => named(writtenSql(quoteIdentifier(name), shape), name)),
    fieldIds: fieldIdsSql(groups, fields, lists),
    areAsStored: lists.every(
      (list2) => JSON.stringify(list2.map(({ name, shape }) => [name, shape])) === JSON.stringify(types)
    ),
    schema: createHash4("sha256").update(JSON.stringify(types)).digest("hex").slice(0, 16),
    facts: fields.map((field) => factsOf(field, groups, lists))
  };
}
async function groupFields(session, group, signal) {
  const { source, file } = group.first;
  const { elements } = group;
  try {
    refuseTwinNames(elements);
    const { names, types } = await columnsOf(session, file, signal);
    return storedFields({ names, types, elements });
  } catch (error) {
    if (error instanceof UnreadableColumn) throw lossy(source.key, error.column, error.reason);
    throw isOurs(error) ? error : sourceBroken(source.key, "DuckDB cannot read its columns", error);
  }
}
function columnsOf(session, file, signal) {
  return session.columnsOf(`SELECT * FROM ${parquetSql(file)}`, signal);
}
function parquetSql(file) {
  return `read_parquet(${fileList([file])}, hive_partitioning = false)`;
}
function refuseOtherTypes(fields, types) {
  for (const [index, { name, shape }] of fields.entries()) {
    const found = types[index];
    const isWanted2 = found.alias === void 0 && isSameType(found.toString(), duckdbTypeOf(shape));
    if (!isWanted2)
      throw new Error(`The cast of a column gives ${found.toString()}, not ${duckdbTypeOf(shape)}: ${name}.`);
  }
}
function isSameType(left, right) {
  const plain = (type) => type.replaceAll(/["\s]/g, "");
  return plain(left) === plain(right);
}
function selectOf(fields, group, list2) {
  return fields.map(({ name, shape, places }) => {
    const place = places[group];
    if (place === null || place === void 0) return named(`CAST(NULL AS ${duckdbTypeOf(shape)})`, name);
    return named(castSql2(quoteIdentifier(name), list2[place].shape, shape), name);
  });
}
function named(sql, name) {
  const quoted2 = quoteIdentifier(name);
  return sql === quoted2 ? quoted2 : `${sql} AS ${quoted2}`;
}
function factsOf({ name, shape, places }, groups, lists) {
  const facts = { name, type: duckdbTypeOf(shape) };
  if (isNested(shape)) return facts;
  let nulls = 0;
  const bounds = { minimum: [], maximum: [] };
  let isBounded = true;
  for (const [group, place] of places.entries()) {
    const { rows: rows2 } = groups[group];
    const from = place === null ? null : lists[group][place].shape;
    const leaf = place === null ? null : leafOf(groups[group], place);
    const isNull2 = leaf === null || from === null || from.kind === "null";
    const found = isNull2 ? rows2 : leaf.nulls;
    nulls = nulls === null || found === null ? null : nulls + found;
    if (isNull2 || found === rows2) continue;
    const [minimum, maximum] = [leaf.minimum, leaf.maximum].map(
      (bound) => bound === null ? null : mergedBound(bound, from, shape)
    );
    if (!leaf.isBounded || minimum == null || maximum == null) isBounded = false;
    else {
      bounds.minimum.push(minimum);
      bounds.maximum.push(maximum);
    }
  }
  const isKnown = isBounded && bounds.minimum.length > 0;
  return {
    ...facts,
    ...nulls === null ? {} : { nulls },
    ...isKnown ? { min: String(least(bounds.minimum)), max: String(-least(bounds.maximum.map((bound) => -bound))) } : {}
  };
}
function least(values) {
  return values.reduce((least2, value) => value < least2 ? value : least2);
}
function leafOf({ elements, leaves }, place) {
  const { index } = rootElements(elements)[place];
  const before = elements.slice(0, index).filter(({ type }) => type !== void 0).length;
  return sizeOf(elements, index) === 1 ? leaves[before] : null;
}
var init_merge_columns = __esm({
  "src/lib/engines/duckdb/merge-columns.ts"() {
    "use strict";
    init_sql();
    init_merge_bounds();
    init_merge_cast();
    init_merge_errors();
    init_merge_field_ids();
    init_merge_lattice();
    init_merge_shape();
    init_local_files();
    init_merge_stored_shape();
    init_merge_table_types();
  }
});

// src/lib/engines/duckdb/merge-entries.ts
function carriedEntries({ entries, files }, columns) {
  for (const [name, key] of entries.differing) {
    if (OF_THE_VALUES.test(name)) throw mixedEntry(name, key, files[0].source.key);
  }
  const carried = [...entries.shared].filter(
    ([name]) => name !== STAMP && (columns.areAsStored || !OF_THE_COLUMNS.has(name))
  );
  return new Map([...oneByName(carried), [STAMP, columns.schema]]);
}
function oneByName(entries) {
  const seen = /* @__PURE__ */ new Set();
  return entries.filter(([name]) => name !== "" && !seen.has(name.toLowerCase()) && seen.add(name.toLowerCase()));
}
function mixedEntry(name, key, other) {
  return new SluiceError(
    "MERGE_LOSSY",
    `${key} says ${name} in its footer, and not all of the files do: ${other} and others.`,
    {
      fix: "Spark reads old dates of such files in another calendar. Rewrite the files with one setting, or leave the partition out.",
      details: { key, entry: name }
    }
  );
}
var STAMP, OF_THE_COLUMNS, OF_THE_VALUES;
var init_merge_entries = __esm({
  "src/lib/engines/duckdb/merge-entries.ts"() {
    "use strict";
    init_errors();
    STAMP = "sluice.compacted";
    OF_THE_COLUMNS = /* @__PURE__ */ new Set([
      "ARROW:schema",
      "pandas",
      "org.apache.spark.sql.parquet.row.metadata",
      "parquet.avro.schema",
      "avro.schema",
      "iceberg.schema",
      "geo"
    ]);
    OF_THE_VALUES = /^org\.apache\.spark\.legacy/;
  }
});

// src/lib/engines/duckdb/merge-failure.ts
async function explainFailure(session, error, failed) {
  if (isOurs(error) || failed.signal.aborted) return error;
  for (const { file } of failed.slices) {
    const fault = await faultOf(session, file, failed);
    if (fault !== null) return fault;
  }
  return error;
}
async function faultOf(session, file, failed) {
  const from = `read_parquet(${fileList([file.file])}, hive_partitioning = false)`;
  const whole = await failureOf(session, `SELECT bit_xor(hash(COLUMNS(*))) FROM ${from}`, failed);
  if (whole !== null) return isOurs(whole) ? whole : sourceBroken(file.source.key, "its pages cannot be read", whole);
  for (const [index, select] of failed.selects[file.group].entries()) {
    const name = quoteIdentifier(failed.names[index]);
    const fault = await failureOf(session, `SELECT bit_xor(hash(${name})) FROM (SELECT ${select} FROM ${from})`, failed);
    if (fault === null) continue;
    if (isOurs(fault)) return fault;
    const message = fault instanceof Error ? fault.message : "";
    const reason = VALUE_FAULTS.find(([pattern]) => pattern.test(message))?.[1] ?? "a value does not fit";
    return lossy(file.source.key, failed.names[index], reason);
  }
  return null;
}
async function failureOf(session, sql, { signal }) {
  try {
    await session.rows(sql, signal);
    return null;
  } catch (error) {
    return error;
  }
}
var VALUE_FAULTS;
var init_merge_failure = __esm({
  "src/lib/engines/duckdb/merge-failure.ts"() {
    "use strict";
    init_sql();
    init_local_files();
    init_merge_cast();
    init_merge_errors();
    VALUE_FAULTS = [
      [new RegExp(INEXACT2), "a time has nanoseconds"],
      [/Failure in decode/, "a value is no UTF-8 text"],
      [/Map keys must be unique/, "a map has a key twice"]
    ];
  }
});

// src/lib/engines/duckdb/merge-footer.ts
import { closeSync as closeSync2, fstatSync as fstatSync2, openSync as openSync2, readSync as readSync2 } from "node:fs";
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";
import { CompressionCodecs, ConvertedTypes, FieldRepetitionTypes, ParquetTypes } from "hyparquet/src/constants.js";
function readFooter(file) {
  const descriptor = openSync2(file, "r");
  try {
    const bytes = footerBytes(descriptor);
    try {
      return footerOf(
        deserializeTCompactProtocol({ view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 })
      );
    } catch (error) {
      throw error instanceof FooterFault ? error : new FooterFault("its footer cannot be read");
    }
  } finally {
    closeSync2(descriptor);
  }
}
function footerBytes(descriptor) {
  const { size } = fstatSync2(descriptor);
  if (size === 0) throw new FooterFault("it is empty");
  const tail = readEnd(descriptor, size, FIRST_READ.subarray(0, Math.min(size, FIRST_READ.length)));
  const magic = tail.subarray(-MAGIC.length).toString("latin1");
  if (magic === ENCRYPTED_MAGIC) throw new FooterFault("its footer is encrypted");
  if (magic !== MAGIC || size < TAIL_BYTES + MAGIC.length)
    throw new FooterFault("it is no Parquet file, or was cut off");
  const footerSize = tail.readUInt32LE(tail.length - TAIL_BYTES);
  if (footerSize + TAIL_BYTES + MAGIC.length > size) throw new FooterFault("its footer is longer than the file");
  const isWhole2 = footerSize + TAIL_BYTES <= tail.length;
  const whole = isWhole2 ? tail : readEnd(descriptor, size, Buffer.allocUnsafe(footerSize + TAIL_BYTES));
  return whole.subarray(whole.length - TAIL_BYTES - footerSize, whole.length - TAIL_BYTES);
}
function readEnd(descriptor, size, buffer) {
  const start = size - buffer.length;
  for (let read = 0; read < buffer.length; ) {
    const bytesRead = readSync2(descriptor, buffer, read, buffer.length - read, start + read);
    if (bytesRead === 0) throw new FooterFault("it grew shorter while it was read");
    read += bytesRead;
  }
  return buffer;
}
function footerOf(thrift) {
  const elements = list(thrift["field_2"]).slice(1).map(elementOf);
  return {
    rows: Number(thrift["field_3"]),
    elements,
    schemaText: JSON.stringify(elements),
    keyValues: new Map(list(thrift["field_5"]).map((entry) => [text(entry["field_1"]), text(entry["field_2"])])),
    chunks: list(thrift["field_4"]).map((group) => list(group["field_1"]).map(chunkOf))
  };
}
function elementOf(thrift) {
  const [type, repetition, converted] = [thrift["field_1"], thrift["field_3"], thrift["field_6"]];
  const isRepeated = repetition !== void 0 && FieldRepetitionTypes[Number(repetition)] === "REPEATED";
  const logical = logicalOf(thrift["field_10"]);
  return {
    name: text(thrift["field_4"]),
    children: Number(thrift["field_5"] ?? 0),
    ...type === void 0 ? {} : { type: ParquetTypes[Number(type)] ?? "unknown" },
    ...thrift["field_2"] === void 0 ? {} : { length: Number(thrift["field_2"]) },
    // Whether a column may hold NULL changes nothing of what it holds.
    ...isRepeated ? { repetition: "REPEATED" } : {},
    ...converted === void 0 ? {} : { converted: ConvertedTypes[Number(converted)] ?? "unknown" },
    ...thrift["field_7"] === void 0 ? {} : { scale: Number(thrift["field_7"]) },
    ...thrift["field_8"] === void 0 ? {} : { precision: Number(thrift["field_8"]) },
    ...thrift["field_9"] === void 0 ? {} : { fieldId: Number(thrift["field_9"]) },
    ...logical === void 0 ? {} : { logical }
  };
}
function logicalOf(thrift) {
  const [field] = Object.keys(thrift ?? {});
  if (thrift === void 0 || field === void 0) return void 0;
  const name = LOGICAL_FIELDS[field] ?? "other";
  if (name !== "time" && name !== "timestamp") return { name };
  const time = thrift[field];
  const unit2 = time["field_2"];
  return {
    name,
    isAdjustedToUtc: time["field_1"] === true,
    unit: unit2["field_1"] === void 0 ? unit2["field_2"] === void 0 ? "ns" : "us" : "ms"
  };
}
function chunkOf(thrift) {
  const data = thrift["field_3"];
  if (data === void 0 || thrift["field_8"] !== void 0) throw new FooterFault("a column of it is encrypted");
  const statistics = data["field_12"] ?? {};
  const bound = (value, isExact) => statistics[isExact] === false ? null : statistics[value] ?? null;
  return {
    codec: CompressionCodecs[Number(data["field_4"])] ?? "unknown",
    values: Number(data["field_5"]),
    uncompressedBytes: Number(data["field_6"]),
    nulls: statistics["field_3"] === void 0 ? null : Number(statistics["field_3"]),
    minimum: bound("field_6", "field_8"),
    maximum: bound("field_5", "field_7")
  };
}
function list(value) {
  return value ?? [];
}
function text(value) {
  return value === void 0 ? "" : DECODER.decode(value);
}
var FooterFault, MAGIC, ENCRYPTED_MAGIC, TAIL_BYTES, FIRST_READ, LOGICAL_FIELDS, DECODER;
var init_merge_footer = __esm({
  "src/lib/engines/duckdb/merge-footer.ts"() {
    "use strict";
    FooterFault = class extends Error {
      name = "FooterFault";
    };
    MAGIC = "PAR1";
    ENCRYPTED_MAGIC = "PARE";
    TAIL_BYTES = 8;
    FIRST_READ = Buffer.allocUnsafeSlow(16 * 1024);
    LOGICAL_FIELDS = {
      field_1: "string",
      field_2: "map",
      field_3: "list",
      field_4: "enum",
      field_5: "decimal",
      field_6: "date",
      field_7: "time",
      field_8: "timestamp",
      field_10: "integer",
      field_11: "null"
    };
    DECODER = new TextDecoder();
  }
});

// src/lib/engines/duckdb/merge-groups.ts
import { setImmediate as nextTurn } from "node:timers/promises";
async function readSources(sources, files, signal) {
  const reader = new SourcesReader();
  for (const [index, source] of sources.entries()) {
    if (index % FOOTERS_A_TURN === 0) {
      await nextTurn();
      signal?.throwIfAborted();
    }
    reader.add(source, files[index]);
  }
  return reader.result();
}
function footerOf2(source, file) {
  try {
    return readFooter(file);
  } catch (error) {
    if (error instanceof FooterFault) throw sourceBroken(source.key, error.message, error);
    throw error;
  }
}
function emptyFacts() {
  return { nulls: 0, minimum: null, maximum: null, isBounded: true };
}
function addFacts(facts, chunk, element) {
  facts.nulls = facts.nulls === null || chunk.nulls === null ? null : facts.nulls + chunk.nulls;
  if (chunk.nulls === chunk.values || !facts.isBounded) return;
  const [minimum, maximum] = [boundOf(chunk.minimum, element), boundOf(chunk.maximum, element)];
  if (minimum === null || maximum === null) {
    facts.isBounded = false;
    return;
  }
  if (facts.minimum === null || minimum < facts.minimum) facts.minimum = minimum;
  if (facts.maximum === null || maximum > facts.maximum) facts.maximum = maximum;
}
var FOOTERS_A_TURN, SourcesReader;
var init_merge_groups = __esm({
  "src/lib/engines/duckdb/merge-groups.ts"() {
    "use strict";
    init_merge_footer();
    init_merge_errors();
    init_merge_bounds();
    FOOTERS_A_TURN = 64;
    SourcesReader = class {
      files = [];
      groups = [];
      groupOf = /* @__PURE__ */ new Map();
      codecs = /* @__PURE__ */ new Set();
      entries = /* @__PURE__ */ new Map();
      uncompressedBytes = 0;
      rows = 0;
      add(source, file) {
        const footer = footerOf2(source, file);
        const group = this.groupOf.get(footer.schemaText) ?? this.groups.length;
        const read = { source, file, rows: footer.rows, group };
        if (group === this.groups.length) {
          this.groupOf.set(footer.schemaText, group);
          const leaves = footer.elements.filter(({ type }) => type !== void 0);
          this.groups.push({ elements: footer.elements, first: read, leaves: leaves.map(emptyFacts), rows: 0 });
        }
        this.files.push(read);
        this.rows += footer.rows;
        this.groups[group].rows += footer.rows;
        this.addEntries(source, footer);
        for (const chunks of footer.chunks) this.addChunks(this.groups[group], chunks);
      }
      result() {
        const { files, groups, codecs, uncompressedBytes, rows: rows2 } = this;
        const entries = [...this.entries];
        const isShared = ([, { count: count2, isShared: isEqual }]) => isEqual && count2 === files.length;
        return {
          files,
          groups,
          codecs,
          uncompressedBytes,
          rows: rows2,
          entries: {
            shared: new Map(entries.filter(isShared).map(([name, { value }]) => [name, value])),
            differing: new Map(entries.filter((entry) => !isShared(entry)).map(([name, { key }]) => [name, key]))
          }
        };
      }
      addEntries({ key }, { keyValues }) {
        for (const [name, value] of keyValues) {
          const standing = this.entries.get(name);
          if (standing === void 0) this.entries.set(name, { value, key, count: 1, isShared: true });
          else {
            standing.count += 1;
            standing.isShared &&= standing.value === value;
          }
        }
      }
      addChunks({ elements, leaves }, chunks) {
        const leafElements = elements.filter(({ type }) => type !== void 0);
        for (const [index, chunk] of chunks.entries()) {
          const leaf = leaves[index];
          if (leaf === void 0) continue;
          this.codecs.add(chunk.codec);
          this.uncompressedBytes += chunk.uncompressedBytes;
          addFacts(leaf, chunk, leafElements[index]);
        }
      }
    };
  }
});

// src/lib/engines/duckdb/merge-int96.ts
import { open as open6 } from "node:fs/promises";
import zlib from "node:zlib";
import { parquetMetadataAsync, parquetRead } from "hyparquet";
async function checkInt96({ files, groups }, signal) {
  const columns = groups.map(
    ({ elements }) => rootElements(elements).filter(({ index }) => elements.slice(index, index + sizeOf(elements, index)).some(({ type }) => type === "INT96")).map(({ element }) => element.name)
  );
  for (const file of files) {
    for (const column of columns[file.group]) {
      signal?.throwIfAborted();
      if (file.rows > 0) await checkColumn(file, column);
    }
  }
}
async function checkColumn({ source, file }, column) {
  let fault = null;
  const timestampFromNanoseconds = (nanoseconds) => {
    const microseconds = nanoseconds / 1000n;
    if (nanoseconds % 1000n !== 0n) fault = "a time has nanoseconds";
    else if (microseconds < LEAST_MICROSECONDS || microseconds > MOST_MICROSECONDS) fault = "a date is out of range";
    return null;
  };
  const handle = await open6(file);
  try {
    const buffer = {
      byteLength: (await handle.stat()).size,
      slice: async (start, end) => {
        const bytes = new Uint8Array((end ?? buffer.byteLength) - start);
        await handle.read(bytes, 0, bytes.length, start);
        return bytes.buffer;
      }
    };
    const metadata2 = await parquetMetadataAsync(buffer);
    let rowStart = 0;
    for (const { num_rows: rows2 } of metadata2.row_groups) {
      const rowEnd = rowStart + Number(rows2);
      const options = { file: buffer, metadata: metadata2, columns: [column], rowStart, rowEnd, compressors: COMPRESSORS };
      await parquetRead({ ...options, parsers: { timestampFromNanoseconds } });
      rowStart = rowEnd;
    }
  } catch (error) {
    const reason = error instanceof Error && /codec/.test(error.message) ? "its INT96 has a codec that cannot be checked here" : "its INT96 cannot be checked";
    throw lossy(source.key, column, reason);
  } finally {
    await handle.close();
  }
  if (fault !== null) throw lossy(source.key, column, fault);
}
var LEAST_MICROSECONDS, MOST_MICROSECONDS, inflateZstd, COMPRESSORS;
var init_merge_int96 = __esm({
  "src/lib/engines/duckdb/merge-int96.ts"() {
    "use strict";
    init_merge_errors();
    init_merge_stored_shape();
    LEAST_MICROSECONDS = -9223372022400000000n;
    MOST_MICROSECONDS = 9223372036854775806n;
    inflateZstd = zlib.zstdDecompressSync;
    COMPRESSORS = {
      GZIP: (bytes) => zlib.gunzipSync(bytes),
      BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
      ...inflateZstd === void 0 ? {} : { ZSTD: (bytes) => inflateZstd(bytes) }
    };
  }
});

// src/lib/engines/duckdb/merge-slices.ts
function sliceFiles(files, outputs) {
  const holding = files.filter(({ rows: rows2 }) => rows2 > 0);
  const totalBytes = holding.reduce((sum2, { source }) => sum2 + source.sizeBytes, 0);
  const shareBytes = totalBytes / Math.max(1, outputs);
  const slices = [[]];
  let passedBytes = 0;
  for (const file of holding) {
    const { sizeBytes } = file.source;
    let start = 0;
    while (slices.length < outputs) {
      const cut = shareBytes * slices.length - passedBytes;
      const end = rowAt(file, cut, shareBytes);
      if (end >= file.rows) break;
      if (end > start) slices.at(-1).push({ file, start, end });
      start = Math.max(start, end);
      slices.push([]);
    }
    slices.at(-1).push({ file, start, end: file.rows });
    passedBytes += sizeBytes;
  }
  return slices.filter((slice3) => slice3.length > 0);
}
function rowAt({ source, rows: rows2 }, cutBytes, shareBytes) {
  if (cutBytes <= shareBytes * SNAP_SHARE) return 0;
  if (source.sizeBytes - cutBytes <= shareBytes * SNAP_SHARE) return rows2;
  return Math.round(cutBytes / source.sizeBytes * rows2);
}
function isWhole({ file, start, end }) {
  return start === 0 && end === file.rows;
}
var SNAP_SHARE;
var init_merge_slices = __esm({
  "src/lib/engines/duckdb/merge-slices.ts"() {
    "use strict";
    SNAP_SHARE = 0.1;
  }
});

// src/lib/engines/duckdb/merge-rows.ts
function havePlaces(names) {
  return !names.some((name) => OWN_NAMES.has(name.toLowerCase()));
}
function rowsSql2(slices, { selects, names, droppedRuns }) {
  const runs = runsOf(slices);
  const columns = names.map(quoteIdentifier);
  const isSorted = runs.length <= MOST_BRANCHES || !havePlaces(names);
  const sql = isSorted ? runs.map((run) => branchSql(run, selects)).join(" UNION ALL ") : placedSql(slices, selects);
  return {
    sql: keptSql(sql, droppedRuns),
    columns: isSorted ? columns : [...columns, FILE, ROW],
    order: isSorted ? null : `${FILE}, ${ROW}`
  };
}
function keptSql(sql, droppedRuns) {
  if (droppedRuns.length === 0) return sql;
  return `SELECT * FROM (${sql}) WHERE _source IS NULL OR _source NOT IN (${droppedRuns.map(quoteText).join(", ")})`;
}
function runsOf(slices) {
  const runs = [];
  for (const slice3 of slices) {
    const last2 = runs.at(-1);
    const isLike = last2 !== void 0 && last2[0].file.group === slice3.file.group && isWhole(last2[0]) && isWhole(slice3);
    if (isLike) last2.push(slice3);
    else runs.push([slice3]);
  }
  return runs;
}
function branchSql(run, selects) {
  const [first] = run;
  const from = `FROM read_parquet(${fileList(run.map(({ file }) => file.file))}, hive_partitioning = false)`;
  const where = isWhole(first) ? "" : ` WHERE file_row_number >= ${first.start} AND file_row_number < ${first.end}`;
  return `SELECT ${selects[first.file.group].join(", ")} ${from}${where}`;
}
function placedSql(slices, selects) {
  const groups = /* @__PURE__ */ new Map();
  for (const [place, slice3] of slices.entries()) {
    const { group } = slice3.file;
    groups.set(group, [...groups.get(group) ?? [], { slice: slice3, place }]);
  }
  const branches = [...groups].map(([group, members]) => {
    const file = `list_value(${members.map(({ place }) => place).join(", ")})[file_index + 1] AS ${FILE}`;
    const parts = members.flatMap(({ slice: slice3, place }) => isWhole(slice3) ? [] : [partSql(slice3, place)]);
    const from = `read_parquet(${fileList(members.map(({ slice: slice3 }) => slice3.file.file))}, hive_partitioning = false)`;
    const rows2 = `SELECT ${[...selects[group], file, `file_row_number AS ${ROW}`].join(", ")} FROM ${from}`;
    return parts.length === 0 ? rows2 : `SELECT * FROM (${rows2}) WHERE ${parts.join(" AND ")}`;
  });
  return branches.join(" UNION ALL ");
}
function partSql({ start, end }, place) {
  return `(${FILE} <> ${place} OR (${ROW} >= ${start} AND ${ROW} < ${end}))`;
}
var MOST_BRANCHES, FILE, ROW, OWN_NAMES;
var init_merge_rows = __esm({
  "src/lib/engines/duckdb/merge-rows.ts"() {
    "use strict";
    init_sql();
    init_local_files();
    init_merge_slices();
    MOST_BRANCHES = 64;
    FILE = "_sluice_file";
    ROW = "_sluice_row";
    OWN_NAMES = /* @__PURE__ */ new Set(["file_index", "file_row_number", FILE, ROW]);
  }
});

// src/lib/engines/duckdb/merge-changes.ts
function storageChanges(groups, names) {
  const found = /* @__PURE__ */ new Map();
  for (const { elements } of groups) {
    for (const { element, index } of rootElements(elements)) {
      for (const leaf of elements.slice(index, index + sizeOf(elements, index))) {
        const change = changeOf2(leaf);
        if (change === null) continue;
        const column = names.find((name) => name === element.name) ?? element.name;
        found.set(JSON.stringify([column, change]), { column, ...change });
      }
    }
  }
  return [...found.values()];
}
function changeOf2({ type, converted, logical, repetition }) {
  const instant2 = "TIMESTAMP_MICROS, adjusted to UTC";
  if (type === void 0) return null;
  if (type === "INT96") return { from: "INT96", to: instant2 };
  if (logical?.name === "timestamp" && logical.unit === "ns") return { from: "nanoseconds", to: "TIMESTAMP_MICROS" };
  const isMillis = logical?.unit === "ms" || logical === void 0 && converted === "TIMESTAMP_MILLIS";
  const isLocal = logical?.isAdjustedToUtc === false;
  if (isMillis && logical?.name !== "time" && !isLocal) return { from: "TIMESTAMP_MILLIS", to: instant2 };
  if (converted === "TIME_MILLIS") return { from: "TIME_MILLIS", to: "TIME_MICROS" };
  if (converted === "ENUM" || logical?.name === "enum") return { from: "ENUM", to: "UTF8" };
  if (converted === "JSON") return { from: "JSON", to: "UTF8" };
  const isFixed = type === "FIXED_LEN_BYTE_ARRAY" && converted === void 0 && logical === void 0;
  if (isFixed) return { from: "FIXED_LEN_BYTE_ARRAY", to: "BYTE_ARRAY" };
  return repetition === "REPEATED" ? { from: "a repeated field", to: "LIST" } : null;
}
var init_merge_changes = __esm({
  "src/lib/engines/duckdb/merge-changes.ts"() {
    "use strict";
    init_merge_stored_shape();
  }
});

// src/lib/engines/duckdb/merge-tap.ts
import { DuckDBScalarFunction as DuckDBScalarFunction2, INTEGER as INTEGER2, UBIGINT as UBIGINT2 } from "@duckdb/node-api";
function tapSql(hashSql) {
  return `${TAP}(${hashSql})`;
}
async function tapped(session, write) {
  const counts = tapOf(session);
  counts.rows = 0;
  counts.digest = 0n;
  await write();
  return { ...counts };
}
function tapOf(session) {
  const standing = taps2.get(session);
  if (standing !== void 0) return standing;
  const counts = { rows: 0, digest: 0n };
  session.connection.registerScalarFunction(
    DuckDBScalarFunction2.create({
      name: TAP,
      parameterTypes: [UBIGINT2],
      returnType: INTEGER2,
      volatile: true,
      mainFunction: (_info, chunk, output) => {
        counts.rows += chunk.rowCount;
        counts.digest += sum(items(chunk.getColumnVector(0), BigUint64Array), chunk.rowCount);
        items(output, Int32Array).fill(1, 0, chunk.rowCount);
        output.flush();
      }
    })
  );
  taps2.set(session, counts);
  return counts;
}
var TAP, taps2;
var init_merge_tap = __esm({
  "src/lib/engines/duckdb/merge-tap.ts"() {
    "use strict";
    init_vectors();
    TAP = "sluice_merge_tap";
    taps2 = /* @__PURE__ */ new WeakMap();
  }
});

// src/lib/engines/duckdb/merge-parquet.ts
import { mkdir as mkdir8, rm as rm10, stat as stat5 } from "node:fs/promises";
import path14 from "node:path";
async function mergeParquet({ pool, request, folder, signal }) {
  const plan = await pool.run((session) => planOf(session, request, folder, signal));
  const cuts = havePlaces(plan.names) ? request.outputs : 1;
  const outputs = await pool.all(
    sliceFiles(plan.read.files, cuts),
    (session, slices, index, stop) => writeOutput(session, plan, slices, { index, signal: stop }),
    signal
  );
  const dropped = {};
  for (const output of outputs) {
    for (const [run, rows2] of Object.entries(output.dropped)) dropped[run] = (dropped[run] ?? 0) + rows2;
  }
  const isWhole2 = Object.keys(dropped).length === 0;
  return {
    schema: plan.columns.schema,
    outputs: outputs.filter(({ rows: rows2 }) => rows2 > 0),
    dropped,
    columns: plan.columns.facts.map((facts) => isWhole2 ? facts : { name: facts.name, type: facts.type }),
    changes: storageChanges(plan.read.groups, plan.names)
  };
}
async function planOf(session, request, folder, signal) {
  await mkdir8(folder, { recursive: true });
  const files = await localFiles(request.store, request.sources, folder);
  const read = await readSources(request.sources, files, signal);
  const columns = await mergeColumns(session, read, request.columns, signal);
  await checkInt96(read, signal);
  const names = columns.fields.map(({ name }) => name);
  const entries = carriedEntries(read, columns);
  const options = [
    "FORMAT parquet",
    `COMPRESSION ${codecOf(read)}`,
    `ROW_GROUP_SIZE ${groupRows(session, read, names.length)}`,
    `KV_METADATA {${[...entries].map(([name, value]) => `${quoteIdentifier(name)}: ${quoteText(value)}`).join(", ")}}`,
    ...columns.fieldIds === null ? [] : [`FIELD_IDS ${columns.fieldIds}`]
  ];
  const isChangelog = CHANGELOG_COLUMNS.every((name) => names.includes(name));
  const droppedRuns = names.includes("_source") ? request.droppedRuns : [];
  return { read, columns, names, isChangelog, droppedRuns, copyOptions: options.join(", "), folder };
}
function codecOf({ codecs }) {
  const [codec] = codecs;
  return codecs.size === 1 ? KEPT_CODECS[codec] ?? "snappy" : "snappy";
}
function groupRows(session, { rows: rows2, uncompressedBytes }, columns) {
  const rowBytes = Math.max(columns * LEAST_COLUMN_BYTES, rows2 === 0 ? 0 : uncompressedBytes / rows2);
  const fitting2 = Math.floor(session.options.memoryLimitBytes * GROUP_MEMORY_SHARE / rowBytes);
  const steps = Math.floor(Math.min(MOST_GROUP_ROWS, fitting2) / GROUP_ROWS_STEP);
  return Math.max(1, steps) * GROUP_ROWS_STEP;
}
async function writeOutput(session, plan, slices, { index, signal }) {
  const { columns, names, droppedRuns, copyOptions } = plan;
  const file = path14.join(plan.folder, `output-${index}.parquet`);
  const rows2 = rowsSql2(slices, { selects: columns.selects, names, droppedRuns });
  const seen = `SELECT ${rows2.columns.join(", ")}, ${tapSql(rowHash(hashedColumns(columns.fields)))} AS _sluice_seen FROM (${rows2.sql})`;
  const ordered = rows2.order === null ? "" : ` ORDER BY ${rows2.order}`;
  const copy = `COPY (SELECT ${columns.written.join(", ")} FROM (${seen}) WHERE _sluice_seen = 1${ordered}) TO ${quoteText(file)} (${copyOptions})`;
  try {
    const counted = await tapped(session, () => session.execute([copy], signal));
    const dropped = await droppedRows(session, plan, slices, signal);
    refuseMissingRows(slices, counted.rows, dropped);
    const runs = plan.isChangelog ? await runsOf2(session, file, signal) : {};
    return { file, sizeBytes: (await stat5(file)).size, ...counted, runs, dropped };
  } catch (error) {
    await rm10(file, { force: true });
    throw await explainFailure(session, error, { slices, selects: columns.selects, names, signal });
  }
}
async function droppedRows(session, { columns, names, droppedRuns }, slices, signal) {
  if (droppedRuns.length === 0) return {};
  const { sql } = rowsSql2(slices, { selects: columns.selects, names, droppedRuns: [] });
  const runs = droppedRuns.map(quoteText).join(", ");
  return countsOf(
    await session.rows(
      `SELECT _source AS run, count(*) AS rows FROM (${sql}) WHERE _source IN (${runs}) GROUP BY 1`,
      signal
    )
  );
}
async function runsOf2(session, file, signal) {
  const from = `read_parquet(${fileList([file])}, hive_partitioning = false)`;
  return countsOf(
    await session.rows(
      `SELECT coalesce(_source, '') AS run, count(*) AS rows FROM ${from} GROUP BY 1 ORDER BY 1`,
      signal
    )
  );
}
function countsOf(rows2) {
  return Object.fromEntries(rows2.map((row) => [String(row["run"]), Number(row["rows"])]));
}
function refuseMissingRows(slices, kept, dropped) {
  const expected = slices.reduce((sum2, { start, end }) => sum2 + end - start, 0);
  const read = Object.values(dropped).reduce((sum2, rows2) => sum2 + rows2, kept);
  if (read === expected) return;
  throw new SluiceError(
    "PROOF_FAILED",
    `Files from ${slices[0].file.source.key} to ${slices.at(-1).file.source.key} hold ${expected} rows by their footers, ${read} were read.`,
    {
      fix: "Nothing was changed. Run the same command again; if it happens twice, check the files.",
      details: { expected, read, first: slices[0].file.source.key }
    }
  );
}
var MOST_GROUP_ROWS, GROUP_ROWS_STEP, GROUP_MEMORY_SHARE, LEAST_COLUMN_BYTES, KEPT_CODECS, CHANGELOG_COLUMNS;
var init_merge_parquet = __esm({
  "src/lib/engines/duckdb/merge-parquet.ts"() {
    "use strict";
    init_errors();
    init_sql();
    init_local_files();
    init_merge_cast();
    init_merge_columns();
    init_merge_entries();
    init_merge_failure();
    init_merge_groups();
    init_merge_int96();
    init_merge_rows();
    init_merge_slices();
    init_merge_changes();
    init_merge_tap();
    MOST_GROUP_ROWS = 122880;
    GROUP_ROWS_STEP = 2048;
    GROUP_MEMORY_SHARE = 1 / 8;
    LEAST_COLUMN_BYTES = 16;
    KEPT_CODECS = { SNAPPY: "snappy", ZSTD: "zstd", GZIP: "gzip" };
    CHANGELOG_COLUMNS = ["_op", "_version", "_source"];
  }
});

// src/lib/engines/duckdb/merge.ts
var merge_exports = {};
__export(merge_exports, {
  merge: () => merge
});
import { rm as rm11 } from "node:fs/promises";
import path15 from "node:path";
import pMap6 from "p-map";
async function merge(pool, request) {
  await checkSources(request);
  const number = merges += 1;
  const folder = path15.join(await pool.spoolFolder(), `merge-${number}`);
  try {
    const work = { pool, request, folder, signal: request.signal };
    const { outputs, schema, columns, dropped, changes } = await (request.format === "json" ? mergeJson(work) : mergeParquet(work));
    await checkSources(request);
    const objects = await storeOutputs(request, outputs, schema);
    return {
      objects,
      facts: {
        rows: outputs.reduce((sum2, { rows: rows2 }) => sum2 + rows2, 0),
        digest: outputs.reduce((sum2, { digest: digest2 }) => sum2 + digest2, 0n).toString(16),
        columns
      },
      dropped,
      changes
    };
  } finally {
    await rm11(folder, { recursive: true, force: true });
  }
}
async function checkSources({ store: store2, sources, signal }) {
  await pMap6(
    sources,
    async ({ key, etag }) => {
      signal?.throwIfAborted();
      const head = await store2.head(key);
      if (head?.etag !== etag) throw sourceChanged(key, head === null);
    },
    { concurrency: HEADS_AT_ONCE }
  );
}
async function storeOutputs({ store: store2, keyOf, signal }, outputs, schema) {
  const stored2 = [];
  let failure = null;
  const storeOne = async ({ file, rows: rows2, runs }, n) => {
    if (failure !== null) return null;
    try {
      signal?.throwIfAborted();
      const { key, etag, sizeBytes } = await store2.write(keyOf(n, schema), { file });
      stored2.push({ key, etag, sizeBytes, rows: rows2, runs });
      return stored2.at(-1);
    } catch (error) {
      failure = { error };
      return null;
    }
  };
  const objects = await pMap6(outputs, storeOne, { concurrency: UPLOADS_AT_ONCE2 });
  if (failure === null) return objects.filter((object) => object !== null);
  await store2.deleteBatch(stored2).catch(() => void 0);
  throw failure.error;
}
var HEADS_AT_ONCE, UPLOADS_AT_ONCE2, merges;
var init_merge = __esm({
  "src/lib/engines/duckdb/merge.ts"() {
    "use strict";
    init_merge_errors();
    init_merge_json();
    init_merge_parquet();
    HEADS_AT_ONCE = 16;
    UPLOADS_AT_ONCE2 = 4;
    merges = 0;
  }
});

// src/lib/engines/duckdb/prove-merged.ts
var prove_merged_exports = {};
__export(prove_merged_exports, {
  proveMerged: () => proveMerged
});
import { mkdir as mkdir9, rm as rm12 } from "node:fs/promises";
import path16 from "node:path";
async function proveMerged(pool, request) {
  const { objects, expected, signal } = request;
  const number = proofs += 1;
  const folder = path16.join(await pool.spoolFolder(), `proof-${number}`);
  await mkdir9(folder, { recursive: true });
  try {
    const read = await pool.all(
      objects,
      (session, object, _, stop) => readObject2(session, request, object, { folder, signal: stop }),
      signal
    );
    const rows2 = read.reduce((sum2, one) => sum2 + one.rows, 0);
    const digest2 = read.reduce((sum2, one) => sum2 + one.digest, 0n).toString(16);
    if (rows2 !== expected.rows)
      throw disproven(`The outputs hold ${rows2} rows, the sources ${expected.rows}.`, { rows: rows2, expected: expected.rows });
    if (digest2 !== expected.digest)
      throw disproven("The rows of the outputs are not those of the sources.", { digest: digest2, expected: expected.digest });
    for (const [index, facts] of expected.columns.entries()) {
      compareColumn(
        facts,
        read.map(({ columns }) => columns[index])
      );
    }
  } finally {
    await rm12(folder, { recursive: true, force: true });
  }
}
async function readObject2(session, { store: store2, format, expected }, object, { folder, signal }) {
  const head = await store2.head(object.key);
  if (head === null || head.etag !== object.etag || head.sizeBytes !== object.sizeBytes)
    throw disproven(`${object.key} ${head === null ? "is gone" : "is not as it was written"}.`, { key: object.key });
  const file = await localFile(store2, object.key, folder);
  try {
    return await (format === "json" ? readLineFile(object, file, signal) : readParquetFile(session, object, file, { columns: expected.columns, signal }));
  } catch (error) {
    throw isOurs(error) || signal.aborted ? error : disproven(`${object.key} cannot be read back.`, { key: object.key }, error);
  } finally {
    if (file !== store2.localPath(object.key)) await rm12(file, { force: true });
  }
}
async function readLineFile({ key, rows: rows2 }, file, signal) {
  const { lines, digest: digest2 } = await digestLines(file, isGzipName(key), signal);
  if (lines !== rows2)
    throw disproven(`${key} holds ${lines} lines, ${rows2} were written.`, { key, rows: lines, expected: rows2 });
  return { rows: lines, digest: digest2, columns: [] };
}
async function readParquetFile(session, { key, rows: rows2, runs }, file, { columns, signal }) {
  const from = `read_parquet(${fileList([file])}, hive_partitioning = false)`;
  await refuseOtherColumns(session, key, from, columns, signal);
  const [row] = await session.rows(`SELECT ${factsSql(columns)} FROM ${from}`, signal);
  const found = Number(row["rows"]);
  if (found !== rows2)
    throw disproven(`${key} holds ${found} rows, ${rows2} were written.`, { key, rows: found, expected: rows2 });
  await refuseOtherRuns(session, key, from, runs, signal);
  return {
    rows: found,
    digest: BigInt(String(row["digest"] ?? 0)),
    columns: columns.map((_, index) => ({
      nulls: found - Number(row[`count_${index}`] ?? found),
      minimum: integerOf(row[`min_${index}`]),
      maximum: integerOf(row[`max_${index}`])
    }))
  };
}
function factsSql(columns) {
  const hash2 = rowHash(
    columns.map(({ name, type }) => ({ name, isNested: /[[(]/.test(type.replace(/^DECIMAL\(\d+,\d+\)$/, "")) }))
  );
  const facts = columns.flatMap(({ name, type, nulls, min }, index) => {
    const bound = min === void 0 ? null : boundSql(name, type);
    return [
      ...nulls === void 0 ? [] : [`count(${quoteIdentifier(name)}) AS count_${index}`],
      ...bound === null ? [] : [`min(${bound}) AS min_${index}`, `max(${bound}) AS max_${index}`]
    ];
  });
  return ["count(*) AS rows", `sum(CAST(${hash2} AS HUGEINT)) AS digest`, ...facts].join(", ");
}
function integerOf(value) {
  return value === null || value === void 0 ? null : BigInt(String(value).replace(".", ""));
}
async function refuseOtherColumns(session, key, from, columns, signal) {
  const { names, types } = await session.columnsOf(`SELECT * FROM ${from}`, signal);
  const wanted = await session.columnsOf(
    `SELECT ${columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${quoteIdentifier(name)}`).join(", ")}`,
    signal
  );
  const [found, expected] = [{ names, types }, wanted].map(
    (one) => one.names.map((name, index) => `${name} ${one.types[index].toString()}`)
  );
  const odd = expected.findIndex((column, index) => found[index] !== column);
  if (odd === -1 && found.length === expected.length) return;
  throw disproven(`${key} has other columns than were merged${odd === -1 ? "" : `: ${columns[odd].name}`}.`, {
    key,
    found,
    expected
  });
}
async function refuseOtherRuns(session, key, from, runs, signal) {
  if (Object.keys(runs).length === 0) return;
  const rows2 = await session.rows(
    `SELECT coalesce(_source, '') AS run, count(*) AS rows FROM ${from} GROUP BY 1`,
    signal
  );
  const isAsWritten = rows2.length === Object.keys(runs).length && rows2.every((row) => runs[String(row["run"])] === Number(row["rows"]));
  if (!isAsWritten) throw disproven(`${key} has other rows of its runs than were written.`, { key });
}
function compareColumn({ name, nulls, min, max }, read) {
  const found = read.reduce((sum2, one) => sum2 + one.nulls, 0);
  if (nulls !== void 0 && found !== nulls)
    throw disproven(
      `Column ${JSON.stringify(name)} has ${found} NULLs in the outputs, ${nulls} by the footers of the sources.`,
      { column: name, found, expected: nulls }
    );
  const minima = read.flatMap(({ minimum }) => minimum ?? []);
  const maxima = read.flatMap(({ maximum }) => maximum ?? []);
  if (min !== void 0 && !minima.some((value) => value === BigInt(min) && minima.every((other) => other >= value)))
    throw disproven(
      `Column ${JSON.stringify(name)} has another smallest value in the outputs than by the footers of the sources.`,
      { column: name }
    );
  if (max !== void 0 && !maxima.some((value) => value === BigInt(max) && maxima.every((other) => other <= value)))
    throw disproven(
      `Column ${JSON.stringify(name)} has another largest value in the outputs than by the footers of the sources.`,
      { column: name }
    );
}
function disproven(message, details, cause) {
  return new SluiceError("PROOF_FAILED", message, {
    fix: "Nothing was changed for readers. Run the same command again; if it happens twice, check the disk.",
    details,
    ...cause === void 0 ? {} : { cause }
  });
}
var proofs;
var init_prove_merged = __esm({
  "src/lib/engines/duckdb/prove-merged.ts"() {
    "use strict";
    init_errors();
    init_sql();
    init_local_files();
    init_merge_bounds();
    init_merge_cast();
    init_merge_errors();
    init_merge_lines();
    proofs = 0;
  }
});

// ../../w/merge/e.ts
import { rmSync } from "node:fs";

// src/lib/local/folder-object-store.ts
init_errors();
import { lstatSync } from "node:fs";
import { link as link4, lstat as lstat4, open as open5, rename as rename2, unlink as unlink4 } from "node:fs/promises";
import { dirname as dirname3, join as join6, resolve } from "node:path";
import pMap from "p-map";

// src/lib/local/etag-cache.ts
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
var MOST_ENTRIES = 2e4;
var CHUNK_BYTES = 1 << 20;
var SMALL_BYTES = 1 << 18;
var SMALL_BUFFER = Buffer.allocUnsafeSlow(SMALL_BYTES);
var READ_NO_FOLLOW = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
var EtagCache = class {
  #entries = /* @__PURE__ */ new Map();
  /** The file's etag and the facts it belongs to; the file is read only when it is not known. */
  async tag(path17, stats) {
    const known = this.#entries.get(path17);
    if (known !== void 0 && isSameFile(known.stats, stats)) return known;
    if (stats.size <= SMALL_BYTES) return this.remember(path17, tagSmall(path17));
    const handle = await open(path17, READ_NO_FOLLOW);
    try {
      const opened = await handle.stat({ bigint: true });
      return this.remember(path17, { stats: opened, etag: await hashFile(handle) });
    } finally {
      await handle.close();
    }
  }
  remember(path17, file) {
    this.#entries.delete(path17);
    this.#entries.set(path17, file);
    if (this.#entries.size > MOST_ENTRIES) this.#forgetOldest();
    return file;
  }
  #forgetOldest() {
    for (const path17 of this.#entries.keys()) {
      this.#entries.delete(path17);
      return;
    }
  }
};
function isSameFile(left, right) {
  return left.ino === right.ino && left.mtimeNs === right.mtimeNs && left.size === right.size;
}
function hashBytes(bytes) {
  return createHash("md5").update(bytes).digest("hex");
}
function tagSmall(path17) {
  const descriptor = openSync(path17, READ_NO_FOLLOW);
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    const hash2 = createHash("md5");
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(CHUNK_BYTES, Number(stats.size))));
    for (let position = 0; ; ) {
      const bytesRead = readSync(descriptor, buffer, 0, buffer.length, position);
      if (bytesRead === 0) return { stats, etag: hash2.digest("hex") };
      hash2.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  } finally {
    closeSync(descriptor);
  }
}
async function hashFile(handle) {
  const hash2 = createHash("md5");
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let position = 0;
  for (; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return hash2.digest("hex");
    hash2.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

// src/lib/local/folder-listing.ts
import { readdir } from "node:fs/promises";
import { join } from "node:path";

// src/lib/ports/object-keys.ts
init_errors();
var RESERVED_NAME = ".sluice-store";
var LONGEST_KEY_BYTES = 1024;
var LONGEST_SEGMENT_BYTES = 255;
function assertKey(key) {
  const fault = faultOfKey(key);
  if (fault !== null) throw keyInvalid(key, fault);
}
function assertPrefix(prefix) {
  const folder = prefix.slice(0, prefix.lastIndexOf("/"));
  const fault = faultOfCharacters(prefix) ?? (prefix.includes("/") ? faultOfKey(folder) : null);
  if (fault !== null) throw keyInvalid(prefix, fault);
}
function keyInvalid(key, fault, cause) {
  return new SluiceError("KEY_INVALID", `The key ${shown(key)} is refused: ${fault}.`, {
    fix: "Use a relative key of plain names separated by single slashes.",
    ...cause === void 0 ? {} : { cause }
  });
}
function shown(text2) {
  const plain = text2.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, "?");
  return `"${plain.length > 300 ? `${plain.slice(0, 300)}\u2026` : plain}"`;
}
function compareKeys(left, right) {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit !== rightUnit) return rankOfUnit(leftUnit) - rankOfUnit(rightUnit);
  }
  return left.length - right.length;
}
function rankOfUnit(unit2) {
  return unit2 >= 55296 && unit2 <= 57343 ? unit2 + 65536 : unit2;
}
function faultOfKey(key) {
  if (key === "") return "it is empty";
  if (key.startsWith("/")) return "it begins with a slash";
  if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) return `it is longer than ${LONGEST_KEY_BYTES} bytes`;
  return faultOfCharacters(key) ?? firstFaultOfSegments(key);
}
function faultOfCharacters(text2) {
  if (text2.includes("\0")) return "it holds a NUL character";
  if (/\p{Cs}/u.test(text2)) return "it is not well-formed Unicode";
  return null;
}
function firstFaultOfSegments(key) {
  for (const segment of key.split("/")) {
    if (segment === "") return "it has an empty segment";
    if (segment === "." || segment === "..") return `it has a ${shown(segment)} segment`;
    if (segment.startsWith(RESERVED_NAME)) return `names that begin with ${RESERVED_NAME} belong to the store itself`;
    if (Buffer.byteLength(segment) > LONGEST_SEGMENT_BYTES)
      return `a segment is longer than ${LONGEST_SEGMENT_BYTES} bytes`;
  }
  return null;
}

// src/lib/local/store-errors.ts
init_errors();
var ABSENT = /* @__PURE__ */ new Set(["ENOENT", "ENOTDIR"]);
var FULL = /* @__PURE__ */ new Set(["ENOSPC", "EDQUOT"]);
var FORBIDDEN = /* @__PURE__ */ new Set(["EROFS", "EACCES", "EPERM"]);
var KEY_FAULTS = {
  ENAMETOOLONG: "its path is too long for this file system",
  EILSEQ: "this file system cannot write its name",
  ELOOP: "a symbolic link is in its path",
  ENOTDIR: "one of its folders is an object itself",
  EISDIR: "it is the folder of other objects"
};
function errnoOf(error) {
  if (!(error instanceof Error) || !("code" in error)) return void 0;
  return typeof error.code === "string" ? error.code : void 0;
}
function isAbsence(error) {
  return ABSENT.has(errnoOf(error) ?? "");
}
async function nullWhenAbsent(action) {
  try {
    return await action();
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}
async function atEdge(call, action) {
  try {
    return await action();
  } catch (error) {
    throw storeError(error, call);
  }
}
function storeError(error, call) {
  if (error instanceof SluiceError) return error;
  const errno = errnoOf(error) ?? "";
  const fault = KEY_FAULTS[errno];
  if (fault !== void 0) return keyInvalid(call.key, fault, error);
  if (FULL.has(errno)) return diskFull(call, error);
  if (FORBIDDEN.has(errno) && call.isChange) return readOnly(call, error);
  return unavailable(call, errno, error);
}
function readOnly(call, cause) {
  return new SluiceError("STORE_READ_ONLY", `The folder ${shown(call.root)} may not be changed.`, {
    fix: "Give this user write permission on the folder and its content, or choose another folder.",
    ...cause === void 0 ? {} : { cause }
  });
}
function diskFull(call, cause) {
  return new SluiceError("DISK_FULL", `No space is left for ${shown(call.key)} in the folder ${shown(call.root)}.`, {
    fix: "Free space on that disk, or raise the quota, and run the command again.",
    cause
  });
}
function unavailable(call, errno, cause) {
  const why = errno === "" ? "an unexpected error" : errno;
  const deed = call.isChange ? "changed" : "read";
  const message = `The object ${shown(call.key)} in the folder ${shown(call.root)} could not be ${deed}: ${why}.`;
  return new SluiceError("STORE_UNAVAILABLE", message, { fix: "Check that the folder is there and can be used.", cause });
}

// src/lib/local/folder-listing.ts
var BATCH_KEYS = 256;
async function* walkKeys(options) {
  const levels = [await readLevel(options, folderOf(options.prefix))];
  for (; ; ) {
    const level = levels.at(-1);
    if (level === void 0) return;
    const batch = takeKeys(level);
    if (batch.length > 0) yield batch;
    else await enterNext(levels, level, options);
  }
}
function filesAndFolders(entry) {
  if (entry.isFile()) return [entry.name];
  return entry.isDirectory() ? [`${entry.name}/`] : [];
}
function folderOf(prefix) {
  return prefix.slice(0, prefix.lastIndexOf("/") + 1);
}
async function enterNext(levels, level, options) {
  const folder = level.items[level.next];
  level.next += 1;
  if (folder === void 0) levels.pop();
  else levels.push(await readLevel(options, folder));
}
function takeKeys(level) {
  const start = level.next;
  while (level.next - start < BATCH_KEYS && isKey(level.items[level.next])) level.next += 1;
  return level.items.slice(start, level.next);
}
function isKey(item) {
  return item !== void 0 && !item.endsWith("/");
}
async function readLevel(options, folder) {
  const items2 = [];
  const path17 = join(options.root, folder);
  for (const entry of await nullWhenAbsent(() => readdir(path17, { withFileTypes: true })) ?? []) {
    if (entry.name.startsWith(RESERVED_NAME)) continue;
    for (const name of options.itemsOf(entry)) {
      const item = folder + name;
      if (isWanted(item, options)) items2.push(item);
    }
  }
  return { items: items2.sort(compareKeys), next: 0 };
}
function isWanted(item, { prefix, after }) {
  const isFolder = item.endsWith("/");
  if (!item.startsWith(prefix) && !(isFolder && prefix.startsWith(item))) return false;
  if (after === void 0 || compareKeys(item, after) > 0) return true;
  return isFolder && after.startsWith(item);
}

// src/lib/local/folder-paths.ts
import { realpathSync } from "node:fs";
import { lstat, mkdir, realpath, rmdir } from "node:fs/promises";
import { dirname, join as join2, relative } from "node:path";

// src/lib/local/folder-sync.ts
import { open as open2 } from "node:fs/promises";
var FolderSync = class {
  #running = /* @__PURE__ */ new Map();
  #next = /* @__PURE__ */ new Map();
  /** Resolves when every name made in the folder before this call is on disk. */
  sync(folder) {
    const running = this.#running.get(folder);
    if (running === void 0) return this.#start(folder);
    const planned = this.#next.get(folder);
    if (planned !== void 0) return planned;
    const next = running.then(
      () => this.#startNext(folder),
      () => this.#startNext(folder)
    );
    this.#next.set(folder, next);
    return next;
  }
  #startNext(folder) {
    this.#next.delete(folder);
    return this.#start(folder);
  }
  #start(folder) {
    const work = syncFolder(folder).finally(() => {
      if (this.#running.get(folder) === work) this.#running.delete(folder);
    });
    this.#running.set(folder, work);
    return work;
  }
};
async function syncFolder(folder) {
  if (process.platform === "win32") return;
  try {
    const handle = await open2(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isAbsence(error)) throw error;
  }
}

// src/lib/local/folder-paths.ts
var MOST_PLACING_TRIES = 100;
var FolderPaths = class {
  root;
  #sync = new FolderSync();
  #realRoot;
  constructor(root2) {
    this.root = root2;
  }
  /** The file of a key. Throws `KEY_INVALID`. */
  fileOf(key) {
    assertKey(key);
    if (process.platform === "win32" && /[\\:]/.test(key))
      throw keyInvalid(key, "it holds a character that Windows reads as a path");
    return join2(this.root, key);
  }
  /** False when the folder is not there. Throws `KEY_INVALID` when a symbolic link below the root leads to it. */
  async isThere(folder) {
    try {
      const real = realpathSync.native(folder);
      this.#realRoot ??= await realpath(this.root);
      if (real === join2(this.#realRoot, relative(this.root, folder))) return true;
    } catch (error) {
      if (isAbsence(error)) return false;
      throw error;
    }
    throw this.#linked(folder);
  }
  /** Makes the folder and those above it, durably. Throws `KEY_INVALID` when a symbolic link or a file is in the way. */
  async ensure(folder) {
    if (await this.isThere(folder)) return;
    if (folder === this.root) {
      await this.#makeRoot(folder);
      return;
    }
    await this.ensure(dirname(folder));
    await this.#make(folder);
    await this.#sync.sync(dirname(folder));
  }
  /** Gives a file its name (`link` or `rename` inside `action`); makes its folder again when a delete removed it. */
  async place(file, action) {
    for (let tries = 1; ; tries += 1) {
      try {
        await action();
        return;
      } catch (error) {
        if (errnoOf(error) !== "ENOENT" || tries === MOST_PLACING_TRIES) throw error;
        await this.ensure(dirname(file));
      }
    }
  }
  /** Resolves when the names in the folder are on disk. */
  sync(folder) {
    return this.#sync.sync(folder);
  }
  /** Removes the folder and those above it as far as they are empty, never `top`; then what is left is synced. */
  async prune(folder, top) {
    let current = folder;
    while (current !== top && await isRemoved(current)) current = dirname(current);
    await this.#sync.sync(current);
  }
  /** Makes the root and those above it; what a write answers must not go with the root's own name in a power cut. */
  async #makeRoot(folder) {
    for (const made of await makeWithParents(folder)) {
      await this.#sync.sync(dirname(made)).catch((error) => {
        if (errnoOf(error) !== "EACCES") throw error;
      });
    }
  }
  async #make(folder) {
    try {
      await mkdir(folder);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return;
      if (errnoOf(error) !== "EEXIST") throw error;
      const stats = await lstat(folder).catch(() => null);
      if (stats?.isSymbolicLink() === true) throw this.#linked(folder);
    }
  }
  #linked(folder) {
    const key = relative(this.root, folder);
    return keyInvalid(key, "a symbolic link, or another spelling of the same name, is in its path");
  }
};
async function makeWithParents(folder) {
  try {
    await mkdir(folder);
    return [folder];
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return [];
    if (errnoOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    const above = await makeWithParents(dirname(folder));
    await mkdir(folder).catch((again) => {
      if (errnoOf(again) !== "EEXIST") throw again;
    });
    return [...above, folder];
  }
}
async function isRemoved(folder) {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    return errnoOf(error) === "ENOENT";
  }
}

// src/lib/local/folder-versions.ts
import { randomUUID } from "node:crypto";
import { link, lstat as lstat2, open as open3, readdir as readdir2, rename, unlink } from "node:fs/promises";
import { dirname as dirname2, join as join3 } from "node:path";
var VERSIONS_OF_KEY = `${RESERVED_NAME}-versions`;
var DELETE_MARKER = "deleted-";
var TAKEN = /* @__PURE__ */ new Set(["EISDIR", "ENOTDIR", "ENOTEMPTY", "EEXIST"]);
function versionIdOf(stats) {
  return `${stats.mtimeNs}-${stats.ino}`;
}
function modifiedAtOf(stats) {
  return new Date(Number(stats.mtimeNs / 1000000n));
}
var FolderVersions = class {
  #folder;
  #paths;
  constructor(folder, paths) {
    this.#folder = folder;
    this.#paths = paths;
  }
  /** Keeps the standing file as an old version; it stays in place for readers. */
  async archive(key, file, stats) {
    const stored2 = await this.#stored(key);
    const versionId = versionIdOf(stats);
    if (stored2.some((version) => version.versionId === versionId)) return;
    const folder = this.#folderOf(key);
    const target = join3(folder, nameOf(nextSequence(stored2), versionId));
    await this.#paths.place(target, () => link(file, target));
    await this.#paths.sync(folder);
  }
  /** Keeps the standing file as an old version, with a delete marker above it; the key is free then. */
  async archiveDeleted(key, file, stats) {
    await this.archive(key, file, stats);
    const sequence = nextSequence(await this.#stored(key));
    const marker = join3(this.#folderOf(key), nameOf(sequence, DELETE_MARKER + randomUUID()));
    await this.#paths.place(marker, async () => (await open3(marker, "wx")).close());
    await unlink(file);
    await this.#paths.sync(dirname2(marker));
  }
  /** The file of an old version, or null; a delete marker has none. */
  async fileOf(key, versionId) {
    const found = (await this.#stored(key)).find((version) => version.versionId === versionId);
    return found === void 0 || found.isDeleteMarker ? null : found.file;
  }
  /** Removes an old version or a marker; false when there is none of this id. */
  async remove(key, versionId) {
    const found = (await this.#stored(key)).filter((version) => version.versionId === versionId);
    for (const version of found) await unlink(version.file);
    if (found.length > 0) await this.#paths.prune(this.#folderOf(key), this.#folder);
    return found.length > 0;
  }
  /** Gives an absent key its newest old version back, as S3 does when what was above it is removed. */
  async restoreNewest(key, file) {
    const newest = (await this.#stored(key))[0];
    if (newest === void 0 || newest.isDeleteMarker) return;
    try {
      await this.#paths.ensure(dirname2(file));
      await this.#paths.place(file, () => rename(newest.file, file));
    } catch (error) {
      if (!TAKEN.has(errnoOf(error) ?? "")) throw error;
      return;
    }
    await this.#paths.sync(dirname2(file));
    await this.#paths.prune(this.#folderOf(key), this.#folder);
  }
  /** Present and old versions below a prefix: keys in order, newest first within a key. */
  async *list(prefix, presentKeys) {
    const stored2 = walkKeys({ root: this.#folder, prefix, itemsOf: keysAndFolders });
    for await (const key of mergeKeys(flatten(presentKeys), flatten(stored2))) yield* await this.#versionsOf(key);
  }
  async #versionsOf(key) {
    const present = await versionAt(key, join3(this.#paths.root, key));
    const versions = present === null ? [] : [present];
    for (const stored2 of await this.#stored(key)) {
      const version = stored2.versionId === present?.versionId ? null : await versionAt(key, stored2.file, stored2);
      if (version !== null) versions.push(version);
    }
    return versions.map((version, index) => ({ ...version, isLatest: index === 0 }));
  }
  /** Newest first. */
  async #stored(key) {
    const folder = this.#folderOf(key);
    const names = await nullWhenAbsent(() => readdir2(folder)) ?? [];
    const versions = names.flatMap((name) => parseName(folder, name));
    return versions.sort((left, right) => right.sequence - left.sequence);
  }
  #folderOf(key) {
    return join3(this.#folder, key, VERSIONS_OF_KEY);
  }
};
async function versionAt(key, file, stored2) {
  const stats = await nullWhenAbsent(() => lstat2(file, { bigint: true }));
  if (stats?.isFile() !== true) return null;
  return {
    key,
    versionId: stored2?.versionId ?? versionIdOf(stats),
    sizeBytes: Number(stats.size),
    modifiedAt: modifiedAtOf(stats),
    isLatest: false,
    isDeleteMarker: stored2?.isDeleteMarker ?? false
  };
}
function nameOf(sequence, versionId) {
  return `${sequence}_${versionId}`;
}
function nextSequence(stored2) {
  return (stored2[0]?.sequence ?? 0) + 1;
}
function parseName(folder, name) {
  const match = /^(\d+)_(.+)$/.exec(name);
  const [, sequence, versionId] = match ?? [];
  if (sequence === void 0 || versionId === void 0) return [];
  const isDeleteMarker = versionId.startsWith(DELETE_MARKER);
  return [{ file: join3(folder, name), sequence: Number(sequence), versionId, isDeleteMarker }];
}
function keysAndFolders(entry) {
  return entry.isDirectory() ? [entry.name, `${entry.name}/`] : [];
}
async function* flatten(batches2) {
  for await (const batch of batches2) yield* batch;
}
async function* mergeKeys(left, right) {
  let [leftItem, rightItem] = [await left.next(), await right.next()];
  while (leftItem.done !== true || rightItem.done !== true) {
    const order = orderOf(leftItem, rightItem);
    const key = order <= 0 ? leftItem.value : rightItem.value;
    yield key;
    if (order <= 0) leftItem = await left.next();
    if (order >= 0) rightItem = await right.next();
  }
}
function orderOf(left, right) {
  if (left.done === true) return 1;
  if (right.done === true) return -1;
  return compareKeys(left.value, right.value);
}

// src/lib/local/key-lock.ts
init_errors();
import { createHash as createHash2 } from "node:crypto";
import { link as link2, mkdir as mkdir2, readFile, readdir as readdir3, unlink as unlink2 } from "node:fs/promises";
import { join as join4 } from "node:path";

// src/lib/local/process-identity.ts
function parseIdentity(text2) {
  try {
    const value = JSON.parse(text2);
    return isIdentity(value) ? value : null;
  } catch {
    return null;
  }
}
function isIdentity(value) {
  if (typeof value !== "object" || value === null) return false;
  const { host, bootId: bootId2, pid, startedAt } = value;
  if (typeof host !== "string" || typeof bootId2 !== "string" || typeof startedAt !== "string") return false;
  return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0;
}

// src/lib/local/key-lock.ts
var KEPT_GENERATIONS = 16;
var LIVING_HOLDER_LIMIT_MS = 1e4;
var SILENT_HOLDER_LIMIT_MS = 3e4;
var LONGEST_PAUSE_MS = 16;
var LONGEST_LOOK_MS = 1e3;
var KeyLock = class {
  #options;
  #queues = /* @__PURE__ */ new Map();
  #sightings = /* @__PURE__ */ new Map();
  constructor(options) {
    this.#options = options;
  }
  /** Runs `action` while no other process runs one for this key. Throws `STORE_UNAVAILABLE` when it cannot be had. */
  async run(key, action) {
    const shard = createHash2("sha256").update(key).digest("hex").slice(0, 2);
    const turn = (this.#queues.get(shard) ?? Promise.resolve()).then(() => this.#runLocked(shard, action));
    const over = turn.then(
      () => void 0,
      () => void 0
    );
    this.#queues.set(shard, over);
    void over.then(() => {
      if (this.#queues.get(shard) === over) this.#queues.delete(shard);
    });
    return turn;
  }
  async #runLocked(shard, action) {
    const folder = join4(this.#options.folder, shard);
    const generation = await this.#acquire(folder);
    try {
      return await action();
    } finally {
      await this.#release(folder, generation);
    }
  }
  async #acquire(folder) {
    const wait2 = { startedAtMs: this.#options.clock.monotonicMs(), tries: 0, holder: null };
    for (; ; ) {
      const top = await readTop(folder);
      const holder = top.isReleased ? null : await this.#holderOf(folder, top.generation);
      const isFree = holder === null || holder.fate === "gone";
      if (isFree && await this.#isTaken(folder, top)) return top.generation + 1;
      wait2.holder = holder;
      await this.#pause(wait2);
    }
  }
  /** Tries to make the next generation; false when somebody else was faster. */
  async #isTaken(folder, seen) {
    const own = seen.generation + 1;
    if (!await this.#isMade(folder, String(own))) return false;
    const now = await readTop(folder);
    if (now.generation !== own || now.isReleased) {
      await unlink2(join4(folder, String(own))).catch(() => void 0);
      return false;
    }
    this.#sightings.delete(folder);
    await removeOld(folder, now);
    return true;
  }
  async #isMade(folder, name) {
    try {
      await link2(await this.#options.holderFile(), join4(folder, name));
      return true;
    } catch (error) {
      if (errnoOf(error) === "EEXIST") return false;
      if (errnoOf(error) !== "ENOENT") throw error;
    }
    const isNewFolder = await mkdir2(folder, { recursive: true }) !== void 0;
    if (!isNewFolder) this.#options.resetHolderFile();
    return isNewFolder ? this.#isMade(folder, name) : false;
  }
  async #release(folder, generation) {
    try {
      await link2(join4(folder, String(generation)), join4(folder, `${generation}.released`));
    } catch {
      await unlink2(join4(folder, String(generation))).catch(() => void 0);
    }
  }
  async #holderOf(folder, generation) {
    const text2 = await nullWhenAbsent(() => readFile(join4(folder, String(generation)), "utf8"));
    if (text2 === null) return { fate: "unknown", label: "a process that just gave up" };
    const identity = parseIdentity(text2);
    const fate = identity === null ? "unknown" : this.#options.host.fateOf(identity);
    const label = identity === null ? "an unknown process" : `process ${identity.pid} on ${shown(identity.host)}`;
    if (fate !== "unknown") return { fate, label };
    return { fate: this.#isSilent(folder, generation) ? "gone" : "unknown", label };
  }
  #isSilent(folder, generation) {
    const nowMs = this.#options.clock.monotonicMs();
    const sighting = this.#sightings.get(folder);
    if (sighting?.generation !== generation) {
      this.#sightings.set(folder, { generation, lookedMs: nowMs, silentMs: 0 });
      return false;
    }
    sighting.silentMs += Math.min(nowMs - sighting.lookedMs, LONGEST_LOOK_MS);
    sighting.lookedMs = nowMs;
    return sighting.silentMs >= SILENT_HOLDER_LIMIT_MS;
  }
  async #pause(wait2) {
    wait2.tries += 1;
    const waitedMs = this.#options.clock.monotonicMs() - wait2.startedAtMs;
    const extraMs = wait2.holder?.fate === "unknown" ? SILENT_HOLDER_LIMIT_MS : 0;
    if (waitedMs > LIVING_HOLDER_LIMIT_MS + extraMs) throw heldTooLong(wait2.holder);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, 2 ** Math.min(wait2.tries, 5));
    await this.#options.clock.sleep(pauseMs * (0.5 + Math.random() / 2));
  }
};
async function readTop(folder) {
  const names = await nullWhenAbsent(() => readdir3(folder)) ?? [];
  const generations = /* @__PURE__ */ new Set();
  for (const name of names) {
    const match = /^(\d+)(\.released)?$/.exec(name);
    if (match !== null) generations.add(Number(match[1]));
  }
  const generation = Math.max(0, ...generations);
  const isReleased = generation === 0 || names.includes(`${generation}.released`);
  return { generation, isReleased, generations: [...generations] };
}
async function removeOld(folder, top) {
  for (const generation of top.generations) {
    if (generation > top.generation - KEPT_GENERATIONS) continue;
    await unlink2(join4(folder, String(generation))).catch(() => void 0);
    await unlink2(join4(folder, `${generation}.released`)).catch(() => void 0);
  }
}
function heldTooLong(holder) {
  const who = holder === null ? "other processes" : holder.label;
  return new SluiceError("STORE_UNAVAILABLE", `The store stayed locked by ${who} for too long.`, {
    fix: "Run the command again, or end that process when it hangs."
  });
}

// src/lib/local/read-chunks.ts
var CHUNK_BYTES2 = 1 << 20;
async function* readChunks(handle, range) {
  const { size } = await handle.stat();
  const end = Math.min(range?.end ?? size, size);
  let position = Math.max(range?.start ?? 0, 0);
  while (position < end) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES2, end - position));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

// src/lib/local/staging.ts
import { randomBytes } from "node:crypto";
import { constants as constants2 } from "node:fs";
import { copyFile, link as link3, lstat as lstat3, mkdir as mkdir3, open as open4, readFile as readFile2, readdir as readdir4, rm, stat, unlink as unlink3 } from "node:fs/promises";
import { join as join5 } from "node:path";
var SHARED_MODE = 438;
var HOLDER_FILE = "holder.json";
var NOT_LINKABLE = /* @__PURE__ */ new Set(["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP"]);
var Staging = class {
  #folder;
  #paths;
  #host;
  #session;
  #count = 0;
  constructor(folder, paths, host) {
    this.#folder = folder;
    this.#paths = paths;
    this.#host = host;
  }
  /** A durable file that says which process this is; locks are links to it. */
  async holderFile() {
    return join5(await this.#ownFolder(), HOLDER_FILE);
  }
  /** Writes or adopts the body. The file of a `{file}` body stays where it is until `adopted`. */
  async stage(body, mode = SHARED_MODE) {
    try {
      return await this.#stageAt(await this.#nextPath(), body, mode);
    } catch (error) {
      if (!isAbsence(error) || await this.#isSessionThere()) throw error;
      this.reset();
      return this.#stageAt(await this.#nextPath(), body, mode);
    }
  }
  /** Forgets the folder of this process, so that the next call makes a new one. */
  reset() {
    this.#session = void 0;
  }
  async #stageAt(path17, body, mode) {
    try {
      return body instanceof Uint8Array ? await stageBytes(path17, body, mode) : await stageFile(path17, body.file);
    } catch (error) {
      await removeQuietly(path17);
      throw error;
    }
  }
  async #isSessionThere() {
    return await stat(await this.holderFile()).catch(() => null) !== null;
  }
  async #nextPath() {
    const folder = await this.#ownFolder();
    this.#count += 1;
    return join5(folder, String(this.#count));
  }
  #ownFolder() {
    if (this.#session !== void 0) return this.#session;
    const session = this.#begin();
    this.#session = session;
    session.catch(() => {
      if (this.#session === session) this.#session = void 0;
    });
    return session;
  }
  async #begin() {
    await this.#paths.ensure(this.#folder);
    await this.#sweep();
    const own = join5(this.#folder, `${this.#host.identity.pid}-${randomBytes(8).toString("hex")}`);
    await mkdir3(own);
    const handle = await open4(join5(own, HOLDER_FILE), "wx");
    try {
      await handle.writeFile(JSON.stringify(this.#host.identity));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return own;
  }
  async #sweep() {
    for (const name of await readdir4(this.#folder)) {
      const folder = join5(this.#folder, name);
      const text2 = await readFile2(join5(folder, HOLDER_FILE), "utf8").catch(() => null);
      const identity = text2 === null ? null : parseIdentity(text2);
      if (identity === null || this.#host.fateOf(identity) !== "gone") continue;
      await rm(folder, { recursive: true, force: true }).catch(() => void 0);
    }
  }
};
async function removeQuietly(path17) {
  await unlink3(path17).catch(() => void 0);
}
async function stageBytes(path17, bytes, mode) {
  const handle = await open4(path17, "wx", mode);
  try {
    await handle.writeFile(bytes);
    return { path: path17, etag: hashBytes(bytes), stats: await seal(handle) };
  } finally {
    await handle.close();
  }
}
async function stageFile(path17, file) {
  await linkOrCopy(file, path17);
  const handle = await open4(path17, "r");
  try {
    const etag = await hashFile(handle);
    return { path: path17, etag, stats: await seal(handle) };
  } finally {
    await handle.close();
  }
}
function isNotLinkable(error) {
  return NOT_LINKABLE.has(errnoOf(error) ?? "");
}
async function linkOrCopy(file, path17) {
  const stats = await lstat3(file);
  if (stats.isFile() && stats.nlink === 1) {
    try {
      await link3(file, path17);
      return;
    } catch (error) {
      if (!isNotLinkable(error)) throw error;
    }
  }
  await copyFile(file, path17, constants2.COPYFILE_EXCL | constants2.COPYFILE_FICLONE);
}
async function seal(handle) {
  const seconds = (Date.now() + performance.now() % 1) / 1e3;
  await handle.utimes(seconds, seconds).catch(unlessForeign);
  await handle.sync();
  return handle.stat({ bigint: true });
}
function unlessForeign(error) {
  if (errnoOf(error) !== "EPERM") throw error;
}

// src/lib/local/system.ts
import { readFileSync, readlinkSync } from "node:fs";
import { hostname, uptime, userInfo } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { ulid } from "ulid";
var FIRST_PID_NAMESPACE = "pid:[4026531836]";
var BOOT_TIME_TOLERANCE_SECONDS = 300;
var systemClock = {
  now: () => /* @__PURE__ */ new Date(),
  monotonicMs: () => performance.now(),
  sleep: sleepUnlessAborted
};
function systemHost() {
  const identity = {
    host: hostName(),
    bootId: bootId(),
    pid: process.pid,
    startedAt: startOf(process.pid)?.startedAt ?? String(Math.round(performance.timeOrigin)),
    user: userName()
  };
  return { identity, fateOf: (other) => fateOf(other, identity) };
}
async function sleepUnlessAborted(ms, signal) {
  try {
    await wait(ms, void 0, signal === void 0 ? {} : { signal });
  } catch (error) {
    throw signal?.reason ?? error;
  }
}
function fateOf(other, own) {
  if (other.host !== own.host) return "unknown";
  if (!isSameBoot(other.bootId, own.bootId)) return "gone";
  if (!isRunning(other.pid)) return "gone";
  const start = startOf(other.pid);
  if (start === null) return "alive";
  return start.isOver || start.startedAt !== other.startedAt ? "gone" : "alive";
}
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== "ESRCH";
  }
}
function startOf(pid) {
  const stat6 = readOrNull(`/proc/${pid}/stat`);
  if (stat6 === null) return null;
  const fields = stat6.slice(stat6.lastIndexOf(")") + 2).split(" ");
  const startedAt = fields[19];
  return startedAt === void 0 ? null : { startedAt, isOver: fields[0] === "Z" || fields[0] === "X" };
}
function hostName() {
  try {
    const namespace = readlinkSync("/proc/self/ns/pid");
    return namespace === FIRST_PID_NAMESPACE ? hostname() : `${hostname()}#${namespace.replace(/\D/g, "")}`;
  } catch {
    return hostname();
  }
}
function bootId() {
  const known = readOrNull("/proc/sys/kernel/random/boot_id");
  return known === null ? `booted-${Math.round(Date.now() / 1e3 - uptime())}` : known.trim();
}
function isSameBoot(left, right) {
  if (left === right) return true;
  const [leftSeconds, rightSeconds] = [bootSeconds(left), bootSeconds(right)];
  if (leftSeconds === null || rightSeconds === null) return false;
  return Math.abs(leftSeconds - rightSeconds) <= BOOT_TIME_TOLERANCE_SECONDS;
}
function bootSeconds(id) {
  const match = /^booted-(\d+)$/.exec(id);
  return match === null ? null : Number(match[1]);
}
function userName() {
  try {
    return userInfo().username;
  } catch {
    return process.env["USER"] ?? `uid-${process.getuid?.() ?? "unknown"}`;
  }
}
function readOrNull(path17) {
  try {
    return readFileSync(path17, "utf8");
  } catch {
    return null;
  }
}

// src/lib/local/folder-object-store.ts
var PARALLEL_DELETES = 16;
var PRIVATE_MODE = 384;
var FolderObjectStore = class {
  uri;
  #paths;
  #staging;
  #lock;
  #etags = new EtagCache();
  #versions;
  #isReadOnly;
  #privatePrefix;
  constructor(options) {
    this.uri = resolve(options.root);
    const own = join6(this.uri, RESERVED_NAME);
    const host = options.host ?? systemHost();
    this.#paths = new FolderPaths(this.uri);
    this.#staging = new Staging(join6(own, "tmp"), this.#paths, host);
    this.#lock = new KeyLock({
      folder: join6(own, "locks"),
      holderFile: () => this.#staging.holderFile(),
      resetHolderFile: () => this.#staging.reset(),
      clock: options.clock ?? systemClock,
      host
    });
    this.#versions = options.versioned === true ? new FolderVersions(join6(own, "versions"), this.#paths) : null;
    this.#isReadOnly = options.readOnly ?? false;
    this.#privatePrefix = options.privatePrefix ?? null;
  }
  async *list(prefix, options = {}) {
    assertPrefix(prefix);
    try {
      for await (const keys of this.#walk(prefix, options.after)) yield* this.#listed(keys);
    } catch (error) {
      throw storeError(error, { root: this.uri, key: prefix, isChange: false });
    }
  }
  async head(key) {
    const file = this.#paths.fileOf(key);
    return this.#reading(
      key,
      () => nullWhenAbsent(async () => {
        const stats = await this.#standing(key, file);
        return stats === null ? null : this.#headOf(key, await this.#etags.tag(file, stats));
      })
    );
  }
  async *read(key, options = {}) {
    const file = this.#paths.fileOf(key);
    const handle = await this.#reading(key, async () => {
      const source = await this.#sourceOf(key, file, options.versionId);
      return source === null ? null : nullWhenAbsent(() => open5(source, READ_NO_FOLLOW));
    });
    if (handle === null) throw this.#notFound(key, options.versionId);
    try {
      yield* readChunks(handle, options.range);
    } catch (error) {
      throw storeError(error, { root: this.uri, key, isChange: false });
    } finally {
      await handle.close();
    }
  }
  async write(key, body, options = {}) {
    const file = this.#paths.fileOf(key);
    this.#refuseWhenReadOnly();
    return this.#changing(key, async () => {
      if (options.ifMatch !== void 0) await this.#assertEtag(key, file, options.ifMatch);
      await this.#paths.ensure(dirname3(file));
      const isPrivate = this.#privatePrefix !== null && key.startsWith(this.#privatePrefix);
      const staged = await this.#staging.stage(body, isPrivate ? PRIVATE_MODE : void 0);
      try {
        await this.#publish(key, file, staged, options);
      } finally {
        await removeQuietly(staged.path);
      }
      if (!(body instanceof Uint8Array)) await removeQuietly(body.file);
      await this.#paths.sync(dirname3(file));
      return this.#headOf(key, this.#etags.remember(file, { etag: staged.etag, stats: staged.stats }));
    });
  }
  /** A second name for the same file: the store never writes into a file that has a key. */
  async copy(from, to, { ifMatch }) {
    const [source, file] = [this.#paths.fileOf(from), this.#paths.fileOf(to)];
    this.#refuseWhenReadOnly();
    return this.#changing(to, async () => {
      if (await this.#standing(from, source) === null) throw this.#notFound(from, void 0);
      const stats = await this.#assertEtag(from, source, ifMatch);
      await this.#paths.ensure(dirname3(file));
      const staged = { path: source, etag: ifMatch, stats };
      const tagged = await this.#linked(to, file, staged).catch(async (error) => {
        if (!isNotLinkable(error)) throw error;
        const copied = await this.#staging.stage({ file: source });
        return this.#linked(to, file, copied).finally(() => removeQuietly(copied.path));
      });
      await this.#paths.sync(dirname3(file));
      return this.#headOf(to, this.#etags.remember(file, tagged));
    });
  }
  async delete(key, options = {}) {
    const file = this.#paths.fileOf(key);
    this.#refuseWhenReadOnly();
    return this.#changing(key, async () => {
      const stats = await this.#standing(key, file);
      if (stats === null) return "absent";
      if (options.ifMatch !== void 0) await nullWhenAbsent(() => this.#etags.tag(file, stats));
      const outcome = await this.#lock.run(key, () => this.#deleteStanding(key, file, options.ifMatch));
      if (outcome === "deleted") await this.#paths.prune(dirname3(file), this.uri);
      return outcome;
    });
  }
  async deleteBatch(objects) {
    return pMap(objects, ({ key, etag }) => this.#outcomeOfDelete(key, etag), { concurrency: PARALLEL_DELETES });
  }
  async *versions(prefix) {
    assertPrefix(prefix);
    if (this.#versions === null) return;
    try {
      yield* this.#versions.list(prefix, this.#walk(prefix));
    } catch (error) {
      throw storeError(error, { root: this.uri, key: prefix, isChange: false });
    }
  }
  async deleteVersion(key, versionId) {
    const file = this.#paths.fileOf(key);
    this.#refuseWhenReadOnly();
    const versions = this.#versions;
    if (versions === null) return "absent";
    return this.#changing(
      key,
      () => this.#lock.run(key, async () => {
        const isPresent = await this.#isPresentRemoved(key, file, versionId);
        const isOld = await versions.remove(key, versionId);
        if (!isPresent && !isOld) return "absent";
        if (await this.#standing(key, file) === null) await versions.restoreNewest(key, file);
        if (isPresent) await this.#paths.prune(dirname3(file), this.uri);
        return "deleted";
      })
    );
  }
  localPath(key) {
    return this.#paths.fileOf(key);
  }
  async *#walk(prefix, after) {
    if (!await this.#paths.isThere(join6(this.uri, folderOf(prefix), "."))) return;
    yield* walkKeys({ root: this.uri, prefix, after, itemsOf: filesAndFolders });
  }
  *#listed(keys) {
    for (const key of keys) {
      const stats = lstatSync(join6(this.uri, key), { bigint: true, throwIfNoEntry: false });
      if (stats?.isFile() !== true) continue;
      yield { key, sizeBytes: Number(stats.size), modifiedAt: modifiedAtOf(stats) };
    }
  }
  /** The object's file as it stands, or null. Throws `KEY_INVALID` for symbolic links. One system call when absent. */
  async #standing(key, file) {
    const stats = await nullWhenAbsent(async () => lstatSync(file, { bigint: true }));
    if (stats === null || stats.isDirectory()) return null;
    if (!stats.isFile()) throw keyInvalid(key, "a symbolic link or a device has its name");
    return await this.#paths.isThere(dirname3(file)) ? stats : null;
  }
  async #sourceOf(key, file, versionId) {
    const stats = await this.#standing(key, file);
    if (versionId === void 0) return stats === null ? null : file;
    if (this.#versions === null) return null;
    if (stats !== null && versionIdOf(stats) === versionId) return file;
    return this.#versions.fileOf(key, versionId);
  }
  async #assertEtag(key, file, etag) {
    const stats = await this.#standing(key, file);
    const tagged = stats === null ? null : await nullWhenAbsent(() => this.#etags.tag(file, stats));
    if (tagged?.etag !== etag) throw preconditionFailed(key);
    return tagged.stats;
  }
  async #publish(key, file, staged, options) {
    if (options.ifMatch === void 0 && await this.#isLinked(key, file, staged)) return;
    if (options.ifAbsent === true) throw preconditionFailed(key);
    await this.#lock.run(key, async () => {
      if (options.ifMatch !== void 0) await this.#assertEtag(key, file, options.ifMatch);
      const stats = await this.#standing(key, file);
      if (stats !== null) await this.#versions?.archive(key, file, stats);
      await this.#paths.place(file, () => rename2(staged.path, file));
    });
  }
  async #linked(key, file, staged) {
    if (await this.#isLinked(key, file, staged)) return staged;
    throw preconditionFailed(key);
  }
  /** Gives the staged file its key when the key is free; false when an object has it. */
  async #isLinked(key, file, staged) {
    try {
      await this.#paths.place(file, () => link4(staged.path, file));
      return true;
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
    const stats = await nullWhenAbsent(() => lstat4(file));
    if (stats?.isDirectory() !== true) return false;
    if (await isRemoved(file)) return this.#isLinked(key, file, staged);
    throw keyInvalid(key, "it is the folder of other objects");
  }
  async #deleteStanding(key, file, etag) {
    const stats = await this.#standing(key, file);
    if (stats === null) return "absent";
    if (etag !== void 0) await this.#assertEtag(key, file, etag);
    if (this.#versions === null) await unlink4(file);
    else await this.#versions.archiveDeleted(key, file, stats);
    return "deleted";
  }
  async #isPresentRemoved(key, file, versionId) {
    const stats = await this.#standing(key, file);
    if (stats === null || versionIdOf(stats) !== versionId) return false;
    await unlink4(file);
    return true;
  }
  async #outcomeOfDelete(key, etag) {
    try {
      return { key, state: await this.delete(key, etag === void 0 ? {} : { ifMatch: etag }) };
    } catch (error) {
      if (hasCode(error, "PRECONDITION_FAILED")) return { key, state: "changed" };
      return { key, state: "failed", reason: error instanceof Error ? error.message : String(error) };
    }
  }
  #headOf(key, { etag, stats }) {
    const versionId = this.#versions === null ? null : versionIdOf(stats);
    return { key, etag, versionId, sizeBytes: Number(stats.size), modifiedAt: modifiedAtOf(stats) };
  }
  #notFound(key, versionId) {
    const what = versionId === void 0 ? "object" : `version ${shown(versionId)} of the object`;
    return new SluiceError("OBJECT_NOT_FOUND", `There is no ${what} ${shown(key)} in the folder ${shown(this.uri)}.`);
  }
  #refuseWhenReadOnly() {
    if (this.#isReadOnly) throw readOnly({ root: this.uri });
  }
  #reading(key, action) {
    return atEdge({ root: this.uri, key, isChange: false }, action);
  }
  #changing(key, action) {
    return atEdge({ root: this.uri, key, isChange: true }, action);
  }
};
function preconditionFailed(key) {
  return new SluiceError("PRECONDITION_FAILED", `The object ${shown(key)} was changed in the meantime.`);
}

// src/lib/engines/duckdb/append.ts
init_errors();
init_mapping();
init_sql();
init_local_files();
import { createWriteStream as createWriteStream4 } from "node:fs";
import { mkdir as mkdir5, rm as rm2 } from "node:fs/promises";
import path4 from "node:path";
import { pipeline as pipeline5 } from "node:stream/promises";

// src/lib/engines/duckdb/quarantine.ts
init_errors();
init_mapping();
init_sql();
import { createWriteStream as createWriteStream3 } from "node:fs";
import { writeFile } from "node:fs/promises";
import path3 from "node:path";
import { pipeline as pipeline4 } from "node:stream/promises";

// src/lib/engines/duckdb/key-probe.ts
init_mapping();
init_sql();
init_local_files();
var SEPARATOR = "\0";
var QUOTE = 34;
var BACKSLASH = 92;
async function quarantinedKeys(session, mapping, rowFiles, signal) {
  const key = mapping.key.map((name) => `${keyText(mapping, name)} AS ${quoteIdentifier(name)}`);
  const from = `FROM read_parquet(${fileList(rowFiles)}, hive_partitioning = false)`;
  const rows2 = rowFiles.length === 0 ? [] : await session.rows(`SELECT ${key.join(", ")} ${from} WHERE _op = 'quarantined'`, signal);
  const wanted = new Set(rows2.map((row) => mapping.key.map((name) => String(row[name])).join(SEPARATOR)));
  const needles = keyNeedles(mapping);
  return {
    isWanted: (values) => wanted.has(values.join(SEPARATOR)),
    probe: needles === null ? null : probeOf(needles, wanted)
  };
}
function keyText(mapping, name) {
  const isBinary = mapping.columns.find((column) => column.name === name)?.type === "binary";
  return isBinary ? `to_base64(${quoteIdentifier(name)})` : `CAST(${quoteIdentifier(name)} AS VARCHAR)`;
}
function probeOf(needles, wanted) {
  return (line) => {
    const values = needles.map((needle) => textAfter(line, needle));
    return values.includes(null) || wanted.has(values.join(SEPARATOR));
  };
}
function keyNeedles(mapping) {
  const needles = [];
  for (const name of mapping.key) {
    const column = mapping.columns.find((one) => one.name === name);
    if (column === void 0 || isDerived(column) || typeof column.from !== "string") return null;
    const { kind } = columnType(column.type);
    if (kind !== "string" && kind !== "bigint" && kind !== "integer") return null;
    needles.push(Buffer.from(`${JSON.stringify(column.from)}:{"${sourceTag(column)}":"`));
  }
  return needles;
}
function textAfter(line, needle) {
  const at = line.indexOf(needle);
  if (at === -1) return null;
  const start = at + needle.length;
  const end = line.indexOf(QUOTE, start);
  if (end === -1) return null;
  const text2 = line.subarray(start, end);
  return text2.includes(BACKSLASH) ? null : text2.toString("utf8");
}

// src/lib/engines/duckdb/line-judge.ts
init_mapping();
var NOTHING = { fault: null, problem: null, item: {}, values: {} };
function lineJudge({ mapping, origin, shape }) {
  return shape === "items" ? judgeOfItems(mapping, dayOfVersion(origin.version)) : judgeOfChanges(mapping);
}
function lineFault(line, shape) {
  const read = shape === "items" ? readExportLine(line) : readChangeLine(line);
  return "fault" in read ? read.fault : null;
}
function judgeOfItems(mapping, loadDay) {
  const map = compileRowFunction(mapping, loadDay);
  return (line) => {
    const read = readItem(line);
    if ("fault" in read) return { ...NOTHING, state: "no_item", fault: read.fault };
    const row = map(read.item);
    return row.state === "row" ? { ...NOTHING, ...row, item: read.item } : { ...NOTHING, state: row.state };
  };
}
function judgeOfChanges(mapping) {
  const map = compileChangeFunction(mapping);
  return (line) => {
    const read = readChange(line);
    if ("fault" in read) return { ...NOTHING, state: "no_item", fault: read.fault };
    const { outcome, problem, rows: rows2 } = map(read.change);
    const state = outcome === "upsert" || outcome === "quarantined" || outcome === "error" ? "row" : outcome;
    return { state, fault: null, problem, item: read.change.newImage ?? {}, values: rows2[0]?.values ?? {} };
  };
}

// src/lib/engines/duckdb/quarantine.ts
init_local_files();

// src/lib/engines/duckdb/source-lines.ts
init_mapping();
init_byte_lines();
import { createReadStream, createWriteStream as createWriteStream2 } from "node:fs";
import path2 from "node:path";
import { pipeline as pipeline3 } from "node:stream/promises";
import { createGzip } from "node:zlib";
function linesOf(file) {
  return gzipLines(createReadStream(file), MAXIMUM_LINE_BYTES);
}
async function siftLines(lines, shape, folder, signal) {
  const faults = new Map(lines.faults);
  const file = path2.join(folder, `sifted-${path2.basename(lines.original)}`);
  await pipeline3(
    goodLines(lines.original, shape, faults),
    createGzip({ level: 1 }),
    createWriteStream2(file, { mode: 384 }),
    {
      ...signal === void 0 ? {} : { signal }
    }
  );
  return { ...lines, file, faults, isSifted: true };
}
async function* goodLines(file, shape, faults) {
  for await (const { number, bytes, isCut } of linesOf(file)) {
    const fault = isCut ? "too_long" : lineFault(bytes, shape);
    if (fault !== null) faults.set(number, fault);
    else yield Buffer.concat([bytes, Buffer.from("\n")]);
  }
}

// src/lib/engines/duckdb/quarantine.ts
var MAXIMUM_PROBED_LINES = 5e3;
var COLUMN_NAMES = QUARANTINE_COLUMNS.map(({ name }) => quoteIdentifier(name)).join(", ");
async function writeQuarantine(session, request, { sources, tap, rowFiles }, folder) {
  const affected = sources.map((lines, index) => ({ lines, expected: tap.problemsOfFile[index] + lines.faults.size })).filter(({ expected }) => expected > 0);
  if (affected.length === 0) return { rows: 0, digest: "0", file: null, problems: [] };
  const counts = /* @__PURE__ */ new Map();
  const text2 = path3.join(folder, "quarantine.json");
  const keys = await quarantinedKeys(session, request.mapping, rowFiles, request.signal);
  await pipeline4(quarantinedLines(request, affected, keys, counts), createWriteStream3(text2, { mode: 384 }), {
    ...request.signal === void 0 ? {} : { signal: request.signal }
  });
  const file = await parquetOf(session, text2, request.signal);
  const problems = [...counts.values()].sort((a, b) => b.rows - a.rows || (problemName(a) < problemName(b) ? -1 : 1));
  return { ...await digestOf(session, linesSql(text2), request.signal), file, problems };
}
async function quarantineFile(session, rows2, folder, signal) {
  const text2 = path3.join(folder, "quarantine.json");
  await writeFile(text2, rows2.map((row) => `${JSON.stringify(row)}
`).join(""), { mode: 384 });
  return parquetOf(session, text2, signal);
}
async function parquetOf(session, text2, signal) {
  const file = text2.replace(/\.json$/, ".parquet");
  await session.execute(
    [`COPY (SELECT ${COLUMN_NAMES} FROM ${linesSql(text2)}) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION snappy)`],
    signal
  );
  return file;
}
async function digestQuarantine(session, request) {
  if (request.objects.length === 0) return { rows: 0, digest: "0" };
  const files = await localFiles(request.store, request.objects, session.spoolFolder);
  return digestOf(session, `read_parquet(${fileList(files)}, hive_partitioning = false)`, request.signal);
}
async function digestOf(session, from, signal) {
  const [row] = await session.rows(
    `SELECT count(*) AS rows, sum(CAST(hash(${COLUMN_NAMES}) AS HUGEINT)) AS digest FROM ${from}`,
    signal
  );
  return { rows: Number(row?.["rows"]), digest: BigInt(String(row?.["digest"] ?? 0)).toString(16) };
}
function linesSql(file) {
  const columns = QUARANTINE_COLUMNS.map(
    ({ name, type }) => `${quoteIdentifier(name)}: '${type === "string" ? "VARCHAR" : type}'`
  );
  const maximumBytes = 64 * 1024 * 1024;
  return `read_json(${fileList([file])}, format = 'newline_delimited', maximum_object_size = ${maximumBytes}, columns = {${columns.join(", ")}})`;
}
async function* quarantinedLines(request, affected, { probe, isWanted: isWanted2 }, counts) {
  const judge = judgeOf(request, request.where === null ? () => true : isWanted2);
  const { source: run, version } = request.origin;
  for (const { lines, expected } of affected) {
    let found = 0;
    for await (const { line, finding, raw } of foundLines(lines, judge, expected, probe)) {
      found += 1;
      countProblem(counts, finding);
      const row = { run, _version: version.toString(), ...finding, file: lines.source.key, line };
      yield `${JSON.stringify({ ...row, raw: raw.toString("utf8") })}
`;
    }
    if (found !== expected) throw readingsDiffer(lines.source.key, found, expected);
  }
}
async function* foundLines(lines, judge, expected, probe) {
  if (probe !== null && expected <= MAXIMUM_PROBED_LINES) {
    const found = [];
    for await (const line of judgedLines(lines, judge, probe)) found.push(line);
    if (found.length === expected) return yield* found;
  }
  yield* judgedLines(lines, judge, () => true);
}
async function* judgedLines(lines, judge, probe) {
  const unseen = new Map(lines.faults);
  for await (const line of linesOf(lines.original)) {
    if (!unseen.delete(line.number) && !probe(line.bytes)) continue;
    const finding = findingOf(line, lines, judge);
    if (finding !== null) yield { line: line.number, finding, raw: Buffer.from(line.bytes) };
  }
  if (unseen.size === 0) return;
  for await (const { number, bytes } of linesOf(lines.stored)) {
    const reason = unseen.get(number);
    if (reason === void 0) continue;
    yield { line: number, finding: { reason, column_name: null, value: null, key: null }, raw: Buffer.from(bytes) };
  }
}
function findingOf({ number, bytes }, { faults }, judge) {
  const fault = faults.get(number);
  return fault === void 0 ? judge(bytes) : { reason: fault, column_name: null, value: null, key: null };
}
function judgeOf(request, isWanted2) {
  const { mapping } = request;
  const judge = lineJudge(request);
  const hidesKey = isKeyPrivate(mapping);
  return (line) => {
    const { state, fault, problem, item, values } = judge(line);
    const whole = fault ?? (state === "no_key" ? state : null);
    if (whole !== null) return { reason: whole, column_name: null, value: null, key: null };
    if (problem === null) return null;
    const key = mapping.key.map((name) => String(values[name]));
    if (!isWanted2(key)) return null;
    const { reason, column } = problem;
    return {
      reason,
      column_name: column,
      value: redactedValue(mapping, column, item),
      key: hidesKey ? null : JSON.stringify(key)
    };
  };
}
function countProblem(counts, { reason, column_name: column }) {
  const name = problemName({ reason, column });
  counts.set(name, { reason, column, rows: (counts.get(name)?.rows ?? 0) + 1 });
}
function problemName({ reason, column }) {
  return `${column ?? ""} ${reason}`;
}
function readingsDiffer(file, found, expected) {
  return new SluiceError(
    "PROOF_FAILED",
    `Two readings of ${file} disagree: ${expected} lines were set aside, ${found} should have been.`,
    {
      fix: "Nothing was stored. Run the same command again; if it happens twice, this is a fault of sluice: report it.",
      details: { file, found, expected }
    }
  );
}

// src/lib/engines/duckdb/append.ts
var DELETES = "-1";
var MAXIMUM_ROW_BYTES = 64 * 1024 * 1024;
var appends = 0;
async function append(session, request) {
  const number = appends += 1;
  const folder = path4.join(session.spoolFolder, `append-${number}`);
  await mkdir5(folder, { recursive: true });
  try {
    const partitions = new Partitions();
    const text2 = path4.join(folder, "rows.json");
    await pipeline5(rowLines(request, partitions), createWriteStream4(text2, { mode: 384 }));
    const files = await writeParquet(session, request, text2, { folder, rows: `appended_${number}` });
    await request.onPartitions(partitions.distinct);
    return await storeAll(session, request, files, partitions, folder);
  } finally {
    await rm2(folder, { recursive: true, force: true });
  }
}
var Partitions = class {
  numbers = /* @__PURE__ */ new Map();
  distinct = [];
  numberOf(values) {
    const name = JSON.stringify(values);
    const known = this.numbers.get(name);
    if (known !== void 0) return String(known);
    this.numbers.set(name, this.distinct.length);
    this.distinct.push(values);
    return String(this.distinct.length - 1);
  }
};
async function* rowLines({ mapping, rows: rows2 }, partitions) {
  for await (const row of rows2) {
    const values = mapping.columns.map(({ name }) => [name, textOf2(row.values[name] ?? null)]);
    const home = row.partition === null ? DELETES : partitions.numberOf(catalogValues(row.partition));
    const metadata2 = { _op: row.op, _version: row.version.toString(), _sequence: row.sequence, _home: home };
    yield `${JSON.stringify({ ...Object.fromEntries(values), ...metadata2 })}
`;
  }
}
function textOf2(value) {
  if (value === null || typeof value === "string") return value;
  return Array.isArray(value) ? value.map((entry) => textOf2(entry)) : String(value);
}
async function writeParquet(session, { mapping, sourceRank, source, signal }, text2, { folder, rows: rows2 }) {
  const values = mapping.columns.map(({ name, type }) => `${castSql(name, type)} AS ${quoteIdentifier(name)}`);
  const metadata2 = [
    "_op",
    "CAST(_version AS BIGINT) AS _version",
    `CAST(${sourceRank} AS INTEGER) AS _source_rank`,
    "_sequence",
    `${quoteText(source)} AS _source`,
    "_home"
  ];
  await session.execute(
    [`CREATE TEMP TABLE ${rows2} AS SELECT ${[...values, ...metadata2].join(", ")} FROM ${linesSql2(mapping, text2)}`],
    signal
  );
  try {
    const homes = await session.rows(`SELECT _home, count(*) AS rows FROM ${rows2} GROUP BY 1 ORDER BY 1`, signal);
    const files = homes.map((row) => {
      const home = String(row["_home"]);
      return { file: path4.join(folder, `${home}.parquet`), rows: Number(row["rows"]), home };
    });
    await session.execute(
      files.map(
        ({ file, home }) => `COPY (SELECT * EXCLUDE (_home) FROM ${rows2} WHERE _home = ${quoteText(home)}) TO ${quoteText(file)} (FORMAT parquet, COMPRESSION snappy)`
      ),
      signal
    );
    return files;
  } finally {
    await session.execute([`DROP TABLE ${rows2}`]);
  }
}
function linesSql2(mapping, text2) {
  const mapped = new Set(mapping.columns.map(({ name }) => name));
  const types = storedColumns(mapping).filter(({ name }) => mapped.has(name)).map(({ name, type }) => `${quoteIdentifier(name)}: '${type.startsWith("array") ? "VARCHAR[]" : "VARCHAR"}'`);
  const metadata2 = ["_op", "_version", "_sequence", "_home"].map((name) => `${name}: 'VARCHAR'`);
  return `read_json(${fileList([text2])}, format = 'newline_delimited', maximum_object_size = ${MAXIMUM_ROW_BYTES}, columns = {${[...types, ...metadata2].join(", ")}})`;
}
function castSql(name, typeName) {
  const column = quoteIdentifier(name);
  const type = columnType(typeName);
  if (type.kind === "binary") return `from_base64(${column})`;
  if (type.kind === "array" && type.element.kind === "binary")
    return `list_transform(${column}, lambda one: from_base64(one))`;
  return `CAST(${column} AS ${duckdbType(type)})`;
}
async function storeAll(session, request, files, partitions, folder) {
  const objects = [];
  let standing = 0;
  const store2 = async (key, file, rows2, partition) => {
    request.signal?.throwIfAborted();
    try {
      const { etag, sizeBytes } = await request.target.write(key, { file }, { ifAbsent: true });
      objects.push({ key, etag, sizeBytes, rows: rows2, partition });
    } catch (error) {
      if (!hasCode(error, "PRECONDITION_FAILED")) throw error;
      standing += 1;
    }
  };
  const { quarantined } = request;
  if (quarantined.length > 0) {
    const file = await quarantineFile(session, quarantined, folder, request.signal);
    await store2(request.quarantineKeyOf(0), file, quarantined.length, []);
  }
  for (const { file, rows: rows2, home } of files) {
    const partition = home === DELETES ? [] : partitions.distinct[Number(home)];
    await store2(home === DELETES ? request.deletesKeyOf(0) : await request.keyOf(partition, 0), file, rows2, partition);
  }
  return { objects, standing };
}

// src/lib/engines/duckdb/condition.ts
init_mapping();

// src/lib/sql/partition-filter.ts
init_literals();

// src/lib/sql/syntax.ts
function isNode(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function childrenOf(value) {
  if (Array.isArray(value)) return value.flatMap((item) => isNode(item) ? [item] : childrenOf(item));
  return isNode(value) ? Object.values(value).flatMap((item) => isNode(item) ? [item] : childrenOf(item)) : [];
}
function nodesIn(node, field) {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}
function textIn(node, field) {
  const value = node[field];
  return typeof value === "string" ? value : "";
}
function columnNames(node) {
  if (!isNode(node) || node.type !== "COLUMN_REF") return null;
  return node["column_names"];
}
function constantOf(node) {
  if (!isNode(node) || node.type !== "VALUE_CONSTANT" || !isNode(node["value"])) return void 0;
  const { is_null: isNull2, value } = node["value"];
  return isNull2 === true ? null : value;
}
function foldedName(name) {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
function functionName(node) {
  return isNode(node) && node.type === "FUNCTION" ? foldedName(textIn(node, "function_name")) : "";
}
function castType(node) {
  return isNode(node) && node.class === "CAST" && isNode(node["cast_type"]) ? textIn(node["cast_type"], "id") : "";
}

// src/lib/sql/position.ts
function positionAt(sql, byteOffset) {
  const bytes = Buffer.from(sql);
  if (byteOffset === void 0 || byteOffset < 0 || byteOffset > bytes.length) return null;
  const before = bytes.subarray(0, byteOffset).toString().split("\n");
  const line = before.length;
  return { line, column: (before.at(-1) ?? "").length + 1, text: sql.split("\n")[line - 1] ?? "" };
}
function textFrom(sql, byteOffset) {
  const bytes = Buffer.from(sql);
  return byteOffset === void 0 || byteOffset > bytes.length ? "" : bytes.subarray(byteOffset).toString();
}

// src/lib/sql/portability-names.ts
var DUCKDB_FUNCTIONS = {
  strftime: "CAST(x AS VARCHAR), or substr of it; date_format(x, '%Y-%m-%d') runs on Athena only",
  strptime: "date_parse(x, '%Y-%m-%d')",
  try_strptime: "TRY(date_parse(x, '%Y-%m-%d'))",
  epoch: "to_unixtime(x)",
  epoch_ms: "to_unixtime(x) * 1000",
  epoch_us: "to_unixtime(x) * 1000000",
  to_timestamp: "from_iso8601_timestamp of ISO text",
  make_date: "CAST(text AS DATE)",
  today: "current_date",
  datediff: "CAST(date_diff('millisecond', a, b) AS DOUBLE) / 1000.0",
  date_sub: "CAST(date_diff('millisecond', a, b) AS DOUBLE) / 1000.0",
  datesub: "CAST(date_diff('millisecond', a, b) AS DOUBLE) / 1000.0",
  dayofweek: "day_of_week on Athena counts from Monday = 1; group by CAST(date_trunc(\u2026) AS DATE) instead",
  isodow: "day_of_week on Athena; group by CAST(date_trunc(\u2026) AS DATE) instead",
  dayname: "date_format(x, '%W') on Athena",
  monthname: "date_format(x, '%M') on Athena",
  json_extract_string: "json_extract_scalar(j, path)",
  "->>": "json_extract_scalar(j, path)",
  approx_quantile: "approx_percentile(x, p)",
  quantile: "approx_percentile(x, p)",
  quantile_cont: "approx_percentile(x, p)",
  quantile_disc: "approx_percentile(x, p)",
  median: "approx_percentile(x, 0.5)",
  approx_count_distinct: "COUNT(DISTINCT x)",
  regexp_matches: "regexp_like(x, pattern)",
  regexp_full_match: "regexp_like(x, '^(pattern)$')",
  "~~*": "lower(x) LIKE 'pattern'",
  "!~~*": "lower(x) NOT LIKE 'pattern'",
  "~~~": "LIKE",
  list: "array_agg(x)",
  string_agg: "array_join(array_agg(x), ',') on Athena",
  group_concat: "array_join(array_agg(x), ',') on Athena",
  listagg: "array_join(array_agg(x), ',') on Athena",
  string_split: "split(x, separator) on Athena",
  str_split: "split(x, separator) on Athena",
  string_to_array: "split(x, separator) on Athena",
  len: "length(x) of a text, cardinality(x) of an array",
  array_length: "cardinality(x)",
  strlen: "length(x)",
  ifnull: "coalesce(a, b)",
  nvl: "coalesce(a, b)",
  arg_max: "max_by(a, b) on Athena",
  arg_min: "min_by(a, b) on Athena",
  first: "any_value(x)",
  last: "max_by(x, position) on Athena",
  mode: "COUNT(*) \u2026 GROUP BY 1 ORDER BY 2 DESC",
  suffix: "x LIKE \u2026 with the text at the end",
  ends_with: "x LIKE \u2026 with the text at the end",
  prefix: "starts_with(x, text)",
  range: "sequence(a, b) on Athena",
  generate_series: "sequence(a, b) on Athena",
  gen_random_uuid: "uuid() on Athena",
  format: "parts put together with ||; Athena's format reads Java patterns",
  printf: "parts put together with ||",
  struct_pack: "CAST(ROW(\u2026) AS ROW(name type)) on Athena",
  "//": "CAST(floor(CAST(n AS DOUBLE) / NULLIF(d, 0)) AS BIGINT)",
  "**": "power(x, y)",
  "^": "power(x, y)"
};
var DUCKDB_FAMILIES = [
  [/^list_/, "Trino's array functions, e.g. array_distinct, contains, transform"],
  [/^(datepart|date_part)$/, "extract(part FROM x)"],
  [/^to_(years|months|weeks|days|hours|minutes|seconds|milliseconds|microseconds)$/, "INTERVAL '1' DAY"],
  [/^struct_/, "a field by its name: x.field"]
];

// src/lib/sql/portability.ts
function portabilityWarnings(sql, tree, columnTypes = /* @__PURE__ */ new Map()) {
  const findings = [];
  visit(tree.node, { sql, parent: null, columnTypes }, findings);
  const placed = findings.map(({ at, ...warning }) => ({
    at: at ?? Number.MAX_VALUE,
    ...warning,
    position: positionAt(sql, at)
  }));
  return placed.sort((one, other) => one.at - other.at).map(({ at: _, ...warning }) => warning);
}
function visit(node, place, findings) {
  for (const rule of RULES) {
    const finding = rule(node, place);
    if (finding !== null) findings.push({ ...finding, at: locationOf(node) });
  }
  for (const child of childrenOf(node)) visit(child, { ...place, parent: node }, findings);
}
function locationOf(node) {
  const own = node.query_location;
  if (own !== void 0 && Number.isSafeInteger(own)) return own;
  for (const child of childrenOf(node)) {
    const below = locationOf(child);
    if (below !== void 0) return below;
  }
  return void 0;
}
var division = (node) => {
  if (functionName(node) !== "/" || nodesIn(node, "children").some(isFractional)) return null;
  return {
    rule: "division",
    message: "/ of whole numbers gives a fraction here and drops it on Athena; of decimals it rounds there.",
    portable: "CAST(n AS DOUBLE) / NULLIF(d, 0)"
  };
};
function isFractional(node) {
  if (castType(node) !== "") return /^(DOUBLE|FLOAT|DECIMAL)$/.test(castType(node));
  return /^[-+*/]$/.test(functionName(node)) && nodesIn(node, "children").some(isFractional);
}
var dateDifference = (node) => {
  const unit2 = constantOf(nodesIn(node, "children")[0]);
  if (functionName(node) !== "date_diff" || typeof unit2 !== "string" || /^(milli|micro)seconds?$/i.test(unit2))
    return null;
  return {
    rule: "date-diff",
    message: `date_diff('${unit2}', \u2026) counts boundaries here and whole units on Athena.`,
    portable: "CAST(date_diff('millisecond', a, b) AS DOUBLE) / 1000.0"
  };
};
var extremes = (node) => {
  const name = functionName(node);
  if (name !== "greatest" && name !== "least") return null;
  return {
    rule: "greatest-least",
    message: `${name} ignores NULL here; on Athena one NULL makes it NULL.`,
    portable: `${name}(coalesce(a, b), coalesce(b, a))`
  };
};
var duckdbFunction = (node, { sql }) => {
  const name = functionName(node);
  if (name === "" || textIn(node, "schema") !== "" && name !== "struct_pack") return null;
  const isWritten = textFrom(sql, node.query_location).toLowerCase().startsWith(name);
  const family = isWritten ? DUCKDB_FAMILIES.find(([pattern]) => pattern.test(name)) : void 0;
  const portable = (Object.hasOwn(DUCKDB_FUNCTIONS, name) ? DUCKDB_FUNCTIONS[name] : void 0) ?? family?.[1];
  return portable === void 0 ? null : { rule: "duckdb-only", message: `Athena has no ${name} like this one.`, portable };
};
var noMatch = (node, { parent }) => {
  if (functionName(node) !== "regexp_extract" || functionName(parent) === "nullif") return null;
  return {
    rule: "regexp-extract",
    message: "regexp_extract without a match gives '' here and NULL on Athena.",
    portable: "NULLIF(regexp_extract(\u2026), '')"
  };
};
var ZONED = /^(now|current_timestamp|get_current_timestamp|from_iso8601_timestamp|timezone|with_timezone)$/;
var timeZone = (node) => {
  if (functionName(node) !== "timezone" || textIn(node, "schema") === "") return null;
  const operand = nodesIn(node, "children")[1];
  if (ZONED.test(functionName(operand)) || castType(operand) === "TIMESTAMP WITH TIME ZONE") return null;
  return {
    rule: "at-time-zone",
    message: "AT TIME ZONE turns a timestamp without a zone opposite ways here and on Athena.",
    portable: "AT TIME ZONE on values with a zone only, e.g. from_iso8601_timestamp(x)"
  };
};
var textToTimestamp = (node, { columnTypes }) => {
  if (castType(node) !== "TIMESTAMP" || !Number.isSafeInteger(node.query_location)) return null;
  const constant = constantOf(node["child"]);
  const isOffset = typeof constant === "string" && /(Z|[+-]\d\d:?\d\d)$/.test(constant);
  const column = columnNames(node["child"])?.at(-1)?.toLowerCase();
  if (!isOffset && (column === void 0 || columnTypes.get(column) !== "string")) return null;
  return {
    rule: "text-to-timestamp",
    message: "A cast of text to TIMESTAMP drops an offset from UTC in silence.",
    portable: "from_iso8601_timestamp(x)"
  };
};
var textComparison = (node, { columnTypes }) => {
  if (node.class !== "COMPARISON") return null;
  const sides = [node["left"], node["right"]];
  const isText2 = sides.some((side) => columnTypes.get(columnNames(side)?.at(-1)?.toLowerCase() ?? "") === "string");
  const isOther = sides.some((side) => typeof constantOf(side) === "number" || /^(DATE|TIMESTAMP)/.test(castType(side)));
  if (!isText2 || !isOther) return null;
  return {
    rule: "text-comparison",
    message: "Athena compares no text with a number or a date; here the text is cast, which prunes no partition.",
    portable: "day = '14', dt >= '2026-01-14'"
  };
};
var doubleColon = (node, { sql }) => {
  if (castType(node) === "" || !textFrom(sql, node.query_location).startsWith("::")) return null;
  return { rule: "double-colon", message: "Athena has no :: cast.", portable: "CAST(x AS type)" };
};
var subscript = (node) => {
  if (node.type === "ARRAY_SLICE") {
    return { rule: "array-slice", message: "Athena has no x[a:b].", portable: "slice(x, start, length) on Athena" };
  }
  if (node.type !== "ARRAY_EXTRACT") return null;
  return {
    rule: "array-subscript",
    message: "x[i] beyond the end is NULL here and an error on Athena.",
    portable: "CROSS JOIN UNNEST(x) AS u(item), or a check of cardinality(x) before"
  };
};
var arrayLiteral = (node, { parent }) => {
  if (functionName(node) !== "list_value" || textIn(node, "schema") === "" || functionName(parent) === "map")
    return null;
  return { rule: "array-literal", message: "Athena has no [\u2026].", portable: "ARRAY[1, 2]" };
};
var starOptions = (node, { sql }) => {
  if (node.type !== "STAR") return null;
  const isShaped = ["exclude_list", "replace_list", "rename_list", "qualified_exclude_list"].some(
    (field) => Array.isArray(node[field]) && node[field].length > 0
  );
  if (isShaped || node["columns"] === true) {
    return { rule: "star", message: "Athena has * alone.", portable: "the names of the columns" };
  }
  const isFromFirst = /^from\b/i.test(textFrom(sql, node.query_location));
  return isFromFirst ? { rule: "from-first", message: "Athena needs SELECT before FROM.", portable: "SELECT * FROM x" } : null;
};
var selectClauses = (node) => {
  if (node.type !== "SELECT_NODE") return null;
  if (isNode(node["qualify"])) {
    return {
      rule: "qualify",
      message: "Athena has no QUALIFY.",
      portable: "a subquery with the window, and WHERE around it"
    };
  }
  if (node["aggregate_handling"] !== "FORCE_AGGREGATES") return null;
  return { rule: "group-by-all", message: "Athena has no GROUP BY ALL.", portable: "GROUP BY 1, 2" };
};
var groupByAlias = (node) => {
  const aliases = new Set(
    nodesIn(node, "select_list").filter((item) => item.alias && columnNames(item)?.at(-1)?.toLowerCase() !== item.alias.toLowerCase()).map(({ alias }) => alias.toLowerCase())
  );
  const named2 = nodesIn(node, "group_expressions").find((item) => {
    const names = columnNames(item);
    return names?.length === 1 && aliases.has(names[0].toLowerCase());
  });
  if (named2 === void 0) return null;
  const name = columnNames(named2)[0];
  return {
    rule: "group-by-alias",
    message: `GROUP BY ${name} names an alias, which Athena does not know.`,
    portable: "GROUP BY 1"
  };
};
var limitOrder = (node) => {
  if (node.type !== "LIMIT_MODIFIER" || !isNode(node["limit"]) || !isNode(node["offset"])) return null;
  const [limit, offset] = [locationOf(node["limit"]), locationOf(node["offset"])];
  if (limit === void 0 || offset === void 0 || offset < limit) return null;
  return { rule: "offset-order", message: "Athena wants OFFSET before LIMIT.", portable: "OFFSET 10 LIMIT 5" };
};
var distinctOn = (node) => {
  if (node.type !== "DISTINCT_MODIFIER" || nodesIn(node, "distinct_on_targets").length === 0) return null;
  return {
    rule: "distinct-on",
    message: "Athena has no DISTINCT ON.",
    portable: "row_number() in a subquery, and WHERE around it"
  };
};
var joinKind = (node) => {
  const kind = [textIn(node, "join_type"), textIn(node, "ref_type")].find(
    (name) => /^(SEMI|ANTI|ASOF|POSITIONAL)$/.test(name)
  );
  if (node.type !== "JOIN" || kind === void 0) return null;
  return { rule: "join", message: `Athena has no ${kind} JOIN.`, portable: "EXISTS, NOT EXISTS or a window" };
};
var RULES = [
  division,
  dateDifference,
  extremes,
  duckdbFunction,
  noMatch,
  timeZone,
  textToTimestamp,
  textComparison,
  doubleColon,
  subscript,
  arrayLiteral,
  starOptions,
  selectClauses,
  groupByAlias,
  limitOrder,
  distinctOn,
  joinKind
];

// src/lib/sql/table-scans.ts
var QUERY_NODES = /* @__PURE__ */ new Set(["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"]);
var REACHING_FUNCTIONS = /* @__PURE__ */ new Set([
  "json_serialize_plan",
  "json_serialize_sql",
  "json_deserialize_sql",
  "current_setting"
]);
var NAMED_PARTS = { RECURSIVE_CTE_NODE: "right", CTE_NODE: "child" };
var PLAIN_RELATIONS = /* @__PURE__ */ new Set(["EMPTY", "EXPRESSION_LIST"]);
function statementReads(tree) {
  const collector = new ReadCollector();
  collector.visit(tree.node, /* @__PURE__ */ new Set());
  return collector;
}
var ReadCollector = class {
  scans = [];
  names = [];
  tableFunctions = [];
  others = [];
  /** Walks anything; queries bring their CTEs into scope. */
  visit(value, scope) {
    if (REACHING_FUNCTIONS.has(functionName(value))) this.call(functionName(value), value);
    if (isNode(value) && QUERY_NODES.has(value.type ?? "")) return this.query(value, scope);
    for (const child of childrenOf(value)) this.visit(child, scope);
  }
  query(node, outer) {
    const scope = this.withExpressions(node, outer);
    const { cte_map: _map, from_table: from, ...rest } = node;
    if (isNode(from)) this.relation(from, conjunctsOf(node["where_clause"]), scope);
    const named2 = /* @__PURE__ */ new Set([...scope, foldedName(textIn(node, "cte_name"))]);
    const seesName = NAMED_PARTS[node.type ?? ""];
    for (const [part2, child] of Object.entries(rest)) this.visit(child, part2 === seesName ? named2 : scope);
  }
  /** A CTE sees those before it. A table of its name is what it reads itself: only its recursive part sees itself. */
  withExpressions(node, outer) {
    const scope = new Set(outer);
    const map = node["cte_map"];
    for (const { key, value } of isNode(map) ? nodesIn(map, "map") : []) {
      this.visit(value, scope);
      scope.add(foldedName(String(key)));
    }
    return scope;
  }
  relation(node, conjuncts, scope) {
    if (node.type === "BASE_TABLE") return this.table(node, conjuncts, scope);
    if (node.type === "JOIN") return this.join(node, conjuncts, scope);
    if (node.type === "TABLE_FUNCTION" && isNode(node["function"])) this.call(functionName(node["function"]), node);
    else if (node.type !== "SUBQUERY" && !PLAIN_RELATIONS.has(node.type ?? "")) this.others.push(node.type ?? "");
    for (const child of childrenOf(node)) this.visit(child, scope);
  }
  table(node, conjuncts, scope) {
    const writtenName = textIn(node, "table_name");
    const name = foldedName(writtenName);
    const qualifier = [textIn(node, "catalog_name"), textIn(node, "schema_name")].filter(Boolean).join(".");
    this.names.push({ writtenName, location: node.query_location });
    if (qualifier === "" && scope.has(name)) return;
    const alias = foldedName(node.alias ?? "") || name;
    const isRenamed = Array.isArray(node["column_name_alias"]) && node["column_name_alias"].length > 0;
    const usable = isRenamed ? [] : conjuncts;
    this.scans.push({ name, writtenName, alias, qualifier, location: node.query_location, conjuncts: usable });
  }
  /** An ON restricts both sides of an inner join and the inner side of an outer one. */
  join(node, conjuncts, scope) {
    const on = conjunctsOf(node["condition"]);
    const kind = textIn(node, "join_type");
    const sides = [
      { side: node["left"], hasOn: kind === "INNER" || kind === "RIGHT" },
      { side: node["right"], hasOn: kind === "INNER" || kind === "LEFT" }
    ];
    for (const { side, hasOn } of sides) {
      if (isNode(side)) this.relation(side, hasOn ? [...conjuncts, ...on] : conjuncts, scope);
    }
    this.visit(node["condition"], scope);
  }
  call(name, { query_location: location }) {
    this.tableFunctions.push({ name, location });
  }
};
function conjunctsOf(clause) {
  if (!isNode(clause)) return [];
  return clause.type === "CONJUNCTION_AND" ? nodesIn(clause, "children").flatMap(conjunctsOf) : [clause];
}

// src/lib/engines/duckdb/condition.ts
init_sql();

// src/lib/engines/duckdb/parquet-source.ts
init_catalog();
init_sql();
init_local_files();
function sqlType(type) {
  const array = /^array<(.+)>$/.exec(type);
  if (array !== null) return `${sqlType(array[1])}[]`;
  if (type === "binary") return "BLOB";
  return type === "string" ? "VARCHAR" : type;
}

// src/lib/engines/duckdb/statement.ts
init_errors();
init_sql();
var HARMLESS_FUNCTIONS = /* @__PURE__ */ new Set(["unnest", "generate_series", "range", "sequence"]);
async function parseStatement(session, sql) {
  const [row] = await session.rows(`SELECT CAST(json_serialize_sql(${quoteText(sql)}) AS VARCHAR) AS tree`);
  const parsed = JSON.parse(String(row?.["tree"]));
  if (parsed.error) throw syntaxError(sql, parsed);
  const [tree, ...more] = parsed.statements ?? [];
  if (tree === void 0 || more.length > 0) {
    const count2 = tree === void 0 ? "no statement" : `${more.length + 1} statements`;
    throw invalid(`The text holds ${count2}.`, null, "Write exactly one SELECT statement.");
  }
  const reads = statementReads(tree);
  refuseOtherReads(sql, reads);
  refuseOtherNames(sql, reads);
  return { sql, tree, reads };
}
function invalid(message, position, fix, more = {}) {
  const details = { ...position === null ? {} : { position }, ...more.details };
  return new SluiceError("QUERY_INVALID", message, {
    fix,
    ...Object.keys(details).length === 0 ? {} : { details },
    ...more.cause === void 0 ? {} : { cause: more.cause }
  });
}
function syntaxError(sql, { error_message: message = "The statement cannot be read.", position }) {
  if (/^Only SELECT/.test(message))
    return invalid("This is no SELECT statement.", null, "A query is one SELECT statement.");
  const place = position === void 0 ? null : positionAt(sql, Number(position));
  const text2 = `${message.charAt(0).toUpperCase()}${message.slice(1).split("\n")[0]}`;
  return invalid(text2.endsWith(".") ? text2 : `${text2}.`, place, "A query is one SELECT statement; check its syntax.");
}
var NO_TABLE_NAME = /[./\\:*]|^(sqlite_|duckdb_|pragma_|sluice_shared_|information_schema$)/;
function refuseOtherNames(sql, { names }) {
  const other = names.find(({ writtenName }) => NO_TABLE_NAME.test(foldedName(writtenName)));
  if (other === void 0) return;
  throw invalid(
    `${JSON.stringify(other.writtenName)} names no table of the lake.`,
    positionAt(sql, other.location),
    "Name a table; they are listed by: sluice lake show"
  );
}
function refuseOtherReads(sql, { scans, tableFunctions, others }) {
  const call = tableFunctions.find(({ name }) => !HARMLESS_FUNCTIONS.has(name));
  if (call !== void 0) {
    const message = `The function ${call.name} is not allowed here: a query reads tables of the lake only.`;
    throw invalid(message, positionAt(sql, call.location), "Name a table; they are listed by: sluice lake show");
  }
  const qualified = scans.find(({ qualifier }) => qualifier !== "");
  if (qualified !== void 0) {
    const message = `${qualified.qualifier}.${qualified.writtenName} names a database.`;
    throw invalid(
      message,
      positionAt(sql, qualified.location),
      "Name tables alone, without a database; they are listed by: sluice lake show"
    );
  }
  if (others.length > 0) {
    throw invalid("DESCRIBE, SHOW, SUMMARIZE and PIVOT are no queries.", null, "Tables and columns: sluice lake show");
  }
}

// src/lib/engines/duckdb/condition.ts
var ROWS = "mapped_rows";
async function checkCondition(session, mapping, where) {
  const mapped = new Set(mapping.columns.map(({ name }) => name));
  const columns = storedColumns(mapping).filter(({ name }) => mapped.has(name));
  if (where.trim() === "") throw invalid("--where is empty.", null, FIX);
  const sql = `SELECT 1 FROM ${ROWS} WHERE (${where})`;
  const { reads, tree } = await parseStatement(session, sql);
  if (reads.scans.length !== 1 || reads.names.length !== 1 || reads.tableFunctions.length > 0 || !isBalanced(where))
    throw invalid(`--where is more than one condition: ${where}`, null, FIX);
  const types = new Map(columns.map(({ name, type }) => [name.toLowerCase(), type]));
  const [warning] = portabilityWarnings(sql, tree, types);
  if (warning !== void 0) throw invalid(`--where: ${warning.message}`, null, warning.portable);
  const branch = await session.branch();
  try {
    const selected = columns.map(({ name, type }) => `CAST(NULL AS ${sqlType(type)}) AS ${quoteIdentifier(name)}`);
    await branch.execute([...DUCKDB_PRELUDE, `CREATE TEMP VIEW ${ROWS} AS SELECT ${selected.join(", ")}`]);
    await branch.execute([`SELECT 1 FROM ${ROWS} WHERE NOT coalesce((${where}), false)`]);
    await refuseChanging(branch, where, sql);
  } catch (error) {
    throw invalid(`--where cannot be used: ${firstLine(error)}`, null, FIX, { cause: error });
  } finally {
    await branch.close();
  }
}
var FIX = "Write one condition over the columns of the table, e.g. status = 'open' (sluice lake show lists them).";
async function refuseChanging(session, where, sql) {
  const names = `SELECT lower(function_name) AS name FROM duckdb_functions() WHERE function_type = 'scalar' AND stability <> 'CONSISTENT'`;
  const changing = new Set((await session.rows(names)).map(({ name }) => String(name)));
  const { tree } = await parseStatement(session, sql);
  const called = [...calledFunctions(tree.node)].find((name) => changing.has(name) || /^current_/.test(name));
  if (called === void 0) return;
  throw invalid(`--where calls ${called}, which answers otherwise each time: ${where}`, null, "Write the value itself.");
}
function* calledFunctions(node) {
  const name = functionName(node);
  if (name !== "") yield name.toLowerCase();
  for (const child of childrenOf(node)) yield* calledFunctions(child);
}
function isBalanced(text2) {
  let depth = 0;
  for (const [token] of text2.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--|\/\*|[()$]/g)) {
    if (token === "--" || token === "/*" || token === "$") return false;
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
function firstLine(error) {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line.replace(/^[A-Za-z]+ Error: /, "");
}

// src/lib/engines/duckdb/digest.ts
init_errors();
init_mapping();
init_sql();
init_local_files();
async function digest(session, request) {
  if (request.objects.length === 0) return { rows: 0, quarantined: 0, digest: "0" };
  const files = await localFiles(request.store, request.objects, session.spoolFolder);
  const compiled = compileDuckdb(request.mapping);
  await session.execute(MAPPING_PRELUDE, request.signal);
  const rows2 = await session.rows(
    `SELECT _file AS file, count(*) AS rows, sum(CAST(hash(${compiled.columns.join(", ")}) AS HUGEINT)) AS digest,
       count(*) FILTER (_op = 'quarantined') AS quarantined, min(${compiled.partitionSql}) AS first, max(${compiled.partitionSql}) AS last
     FROM read_parquet(${fileList(files)}, hive_partitioning = false, filename = '_file')${ofSourceSql(request)} GROUP BY 1`,
    request.signal
  );
  const ofFile = new Map(rows2.map((row) => [String(row["file"]), row]));
  let total = { rows: 0, quarantined: 0, digest: 0n };
  for (const [index, object] of request.objects.entries()) {
    const row = ofFile.get(files[index]);
    if (request.ofSource === void 0) checkRows(object, Number(row?.["rows"] ?? 0));
    if (row !== void 0) checkPartition(object, [row["first"], row["last"]]);
    total = {
      rows: total.rows + Number(row?.["rows"] ?? 0),
      quarantined: total.quarantined + Number(row?.["quarantined"] ?? 0),
      digest: total.digest + BigInt(String(row?.["digest"] ?? 0))
    };
  }
  return { ...total, digest: total.digest.toString(16) };
}
function ofSourceSql({ ofSource }) {
  return ofSource === void 0 ? "" : ` WHERE _source = ${quoteText(ofSource)}`;
}
function checkRows(object, rows2) {
  if (rows2 === object.rows) return;
  throw new SluiceError("PROOF_FAILED", `${object.key} holds ${rows2} rows, ${object.rows} were written.`, {
    fix: "Nothing was admitted. Run the same command again; if it happens twice, check the disk.",
    details: { key: object.key, rows: rows2, staged: object.rows }
  });
}
function checkPartition(object, ends) {
  if (object.partition.length === 0) return;
  const expected = JSON.stringify(object.partition);
  for (const end of ends) {
    if (JSON.stringify(catalogValues(decodePartition(String(end)))) === expected) continue;
    throw new SluiceError("PROOF_FAILED", `${object.key} holds rows of another partition.`, {
      fix: "Nothing was admitted. Run the same command again.",
      details: { key: object.key, partition: object.partition }
    });
  }
}

// src/lib/engines/duckdb/load.ts
init_errors();
init_mapping();
init_sql();
import { rm as rm5 } from "node:fs/promises";
import path9 from "node:path";
import pMap5 from "p-map";

// src/lib/engines/duckdb/load-errors.ts
init_errors();
import { createReadStream as createReadStream2 } from "node:fs";
import path5 from "node:path";
import { Writable } from "node:stream";
import { pipeline as pipeline6 } from "node:stream/promises";
import { createGunzip as createGunzip2 } from "node:zlib";
async function lineError(error, request, sources) {
  if (!(error instanceof Error) || error instanceof SluiceError || error === request.signal?.reason) return error;
  if (/^(binder|catalog|parser|internal) error/i.test(error.message)) return error;
  const index = sources.findIndex(({ file: file2 }) => error.message.includes(path5.basename(file2)));
  const file = request.files[index]?.key;
  const line = sources[index]?.source.format === "ion" ? void 0 : /(?:in line|line:|record\/value) (\d+)/i.exec(error.message)?.[1];
  const place = file === void 0 ? "a file of the export" : line === void 0 ? file : `${file}, line ${line}`;
  const said = sources.reduce((text2, lines) => text2.replaceAll(lines.file, ""), error.message);
  const isGzip = /gzip|zlib|inflate|decompress|unexpected end of/i.test(said) && !/JSON/.test(said);
  if (isGzip || file !== void 0 && await isBroken(sources[index].original))
    return brokenFile(place, file, error);
  if (/json|line|transform|convert|cast|maximum_object_size/i.test(error.message)) {
    return new SluiceError("EXPORT_LINE_INVALID", `Cannot read an item in ${place}.`, {
      fix: "Check that the export is a full export in DYNAMODB_JSON: sluice backfill inspect --export \u2026",
      details: { file, line: line === void 0 ? void 0 : Number(line) },
      cause: error
    });
  }
  return error;
}
function longPartition(mapping) {
  const names = mapping.partition?.by.map(({ name }) => name).join(", ") ?? "";
  return new SluiceError(
    "KEY_INVALID",
    `A value to divide ${mapping.table} by (${names}) is too long for a folder's name.`,
    {
      fix: "Divide by a shorter text: a value and its column's name, as name=value with %XX for some characters, have room for 255 bytes."
    }
  );
}
async function isBroken(file) {
  try {
    await pipeline6(createReadStream2(file), createGunzip2(), new Writable({ write: (_chunk, _encoding, done) => done() }));
    return false;
  } catch {
    return true;
  }
}
function brokenFile(place, file, cause) {
  return new SluiceError("EXPORT_FILE_BROKEN", `Cannot read ${place} to its end: the gzip data is broken.`, {
    fix: "Copy the export again and compare: sluice backfill inspect --export \u2026",
    details: { file },
    cause
  });
}

// src/lib/engines/duckdb/load-refusals.ts
init_errors();
init_mapping();
init_sql();
init_local_files();
var FAULT_TEXT = {
  too_long: "longer than 16 MiB",
  not_json: "not JSON",
  not_ion: "not Ion as DynamoDB writes it",
  duplicate_name: "with an attribute that stands twice",
  no_item: "without an Item",
  not_typed: "with a value that is not DynamoDB's typed JSON"
};
var NAMED_KEYS = 3;
var OWN_ROW = `_partition <> ${quoteText(DELETES_TRAY)}`;
function refuseUnreadable(request, sources) {
  const unreadable = sources.reduce((sum2, { faults: faults2 }) => sum2 + faults2.size, 0);
  if (unreadable <= request.allowUnreadable) return;
  const { source, faults } = sources.findLast((lines) => lines.faults.size > 0);
  const [line, fault] = [...faults][0];
  throw new SluiceError(
    "EXPORT_LINE_INVALID",
    `${unreadable} lines cannot be read as items; in ${source.key} the first is line ${line}, ${FAULT_TEXT[fault]}.`,
    { fix: setAsideFix(unreadable), details: { file: source.key, line, fault, unreadable } }
  );
}
async function refuseBadLines(request, tap, sources) {
  const count2 = (kind) => tap.ofClass[ROW_CLASS[kind]];
  if (count2("error") > 0) throw await mappingError(request, count2("error"), tap, sources);
  const sifted = sources.reduce((sum2, { faults }) => sum2 + faults.size, 0);
  const unreadable = count2("noItem") + count2("noKey") + sifted;
  if (unreadable <= request.allowUnreadable) return;
  const details = { linesWithoutItem: count2("noItem") + sifted, itemsWithoutKey: count2("noKey") };
  if (count2("noItem") > 0) {
    const place2 = await firstPlace(request, tap, sources, ({ state }) => state === "no_item");
    throw new SluiceError(
      "EXPORT_LINE_INVALID",
      `${unreadable} lines cannot be read as items, the first in ${place2.file}, line ${place2.line}.`,
      { fix: setAsideFix(unreadable), details: { ...place2, ...details } }
    );
  }
  const place = await firstPlace(request, tap, sources, ({ state }) => state === "no_key");
  throw new SluiceError(
    "EXPORT_ITEM_WITHOUT_KEY",
    `${count2("noKey")} items have no readable key (${request.mapping.key.join(", ")}), the first in ${place.file}, line ${place.line}.`,
    {
      fix: `Compare the key columns of the definition with the exported table (sluice lake show). ${setAsideFix(unreadable)}`,
      details: { ...place, ...details }
    }
  );
}
function setAsideFix(unreadable) {
  return `Copy the export again; or load the rest, without a floor, by adding --allow-unreadable ${unreadable}`;
}
async function mappingError(request, items2, tap, sources) {
  const place = await firstPlace(request, tap, sources, ({ problem }) => problem?.policy === "error");
  return new SluiceError(
    "MAPPING_ERROR",
    `${items2} items break a rule that says error: ${place.column} is ${place.reason?.replace("_", " ")}, first in ${place.file}, line ${place.line}.`,
    { fix: `Set the policy of column ${place.column} to quarantine, or correct the mapping.`, details: { ...place } }
  );
}
async function firstPlace(request, tap, sources, isMeant) {
  const judge = lineJudge(request);
  for (const [index, { source, original }] of sources.entries()) {
    if (tap.problemsOfFile[index] === 0) continue;
    for await (const { number, bytes } of linesOf(original)) {
      const judged = judge(bytes);
      if (!isMeant(judged)) continue;
      const { problem } = judged;
      return {
        file: source.key,
        line: number,
        ...problem === null ? {} : { column: problem.column, reason: problem.reason }
      };
    }
  }
  return { file: "the export", line: null };
}
async function refuseWrongCounts(tap, sources) {
  for (const [index, { source, original, faults }] of sources.entries()) {
    const lines = tap.ofFile[index] + faults.size;
    if (lines === source.itemCount) continue;
    if (await isBroken(original)) throw brokenFile(source.key, source.key);
    throw new SluiceError(
      "EXPORT_COUNT_MISMATCH",
      `${source.key} holds ${lines} items, its manifest states ${source.itemCount}.`,
      {
        fix: "Copy the export again and compare: sluice backfill inspect --export \u2026",
        details: { file: source.key, lines, stated: source.itemCount }
      }
    );
  }
}
async function refuseDuplicateKeys(session, request, files) {
  if (files.length === 0) return;
  const key = request.mapping.key.map(quoteIdentifier).join(", ");
  const from = `FROM read_parquet(${fileList(files)}, hive_partitioning = true, hive_types = {_partition: VARCHAR})`;
  const own = request.shape === "items" ? OWN_ROW : `${OWN_ROW} AND _op <> 'delete'`;
  const states = request.shape === "items" ? "1" : "count(DISTINCT _version)";
  const [counted] = await session.rows(
    `SELECT count(*) FILTER (${own}) - count(DISTINCT hash(${key})) FILTER (${own}) AS rows,
       ${request.shape === "items" ? "0" : `count(DISTINCT hash(${key}, _version)) - count(DISTINCT hash(${key}))`} AS states ${from}`,
    request.signal
  );
  if (Number(counted?.["rows"]) === 0 && Number(counted?.["states"]) === 0) return;
  const found = await session.rows(
    `SELECT ${key}, count(*) OVER () AS _keys ${from} GROUP BY ${key} HAVING count(*) FILTER (${own}) > 1 OR ${states} > 1 ORDER BY ${key} LIMIT ${NAMED_KEYS}`,
    request.signal
  );
  if (found.length === 0) return;
  const named2 = isKeyPrivate(request.mapping) ? "" : `, as ${found.map((row) => request.mapping.key.map((name) => String(row[name])).join(" ")).join(", ")}`;
  throw new SluiceError(
    "EXPORT_KEY_DUPLICATE",
    `${String(found[0]["_keys"])} keys (${request.mapping.key.join(", ")}) stand more than once in the export${named2}.`,
    { fix: "An export holds each key once: name all parts of the table's key in the definition (sluice lake show)." }
  );
}

// src/lib/engines/duckdb/load.ts
init_local_files();

// src/lib/engines/duckdb/open-sources.ts
init_errors();
init_mapping();
init_sql();
import { createWriteStream as createWriteStream6 } from "node:fs";
import path7 from "node:path";
import { pipeline as pipeline8 } from "node:stream/promises";
import { createGzip as createGzip3 } from "node:zlib";
import pMap3 from "p-map";
init_local_files();
var TRANSCODED_AT_ONCE = 2;
async function openSources(session, request) {
  const files = await localFiles(request.source, request.files, session.spoolFolder);
  return pMap3(
    request.files,
    async (source, index) => {
      const original = files[index];
      if (source.format === "ion") return ionLines(session, request, source, original);
      const lines = source.format === "quarantine" ? await quarantinedLines2(session, original, request.signal) : original;
      return { source, stored: original, original: lines, file: lines, faults: /* @__PURE__ */ new Map(), isSifted: false };
    },
    { concurrency: TRANSCODED_AT_ONCE }
  );
}
async function ionLines(session, { signal }, source, stored2) {
  const { transcodeIon: transcodeIon2 } = await Promise.resolve().then(() => (init_ion_lines(), ion_lines_exports));
  try {
    const { file, faults } = await transcodeIon2(stored2, session.spoolFolder, signal);
    return { source, stored: stored2, original: file, file, faults, isSifted: false };
  } catch (error) {
    if (error instanceof SluiceError || signal?.aborted || !isOfGzip(error)) throw error;
    throw brokenFile(source.key, source.key, error);
  }
}
function isOfGzip(error) {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
async function quarantinedLines2(session, object, signal) {
  const file = path7.join(session.spoolFolder, `lines-${path7.basename(object, ".parquet")}.json.gz`);
  await pipeline8(rawLines(session, object, signal), createGzip3({ level: 1 }), createWriteStream6(file, { mode: 384 }));
  return file;
}
async function* rawLines(session, object, signal) {
  const sql = `SELECT raw FROM read_parquet(${fileList([object])}, hive_partitioning = false) WHERE reason IN (${CURABLE_REASONS.map(quoteText).join(", ")}) ORDER BY file, line`;
  const result = await session.stream(sql, {}, signal);
  for (; ; ) {
    const chunk = await session.guarded(() => result.fetchChunk(), signal);
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk.getColumnValues(0).map((raw) => `${String(raw)}
`).join("");
  }
}

// src/lib/engines/duckdb/partition-files.ts
init_mapping();
import pMap4 from "p-map";

// src/lib/engines/duckdb/divide-folders.ts
init_mapping();
init_sql();
init_local_files();
import { rm as rm3 } from "node:fs/promises";
import path8 from "node:path";

// src/lib/engines/duckdb/tray-folders.ts
init_mapping();

// src/lib/engines/duckdb/row-tap.ts
init_mapping();
init_vectors();
import { DuckDBScalarFunction, INTEGER, UBIGINT } from "@duckdb/node-api";
var flags = (names) => Object.keys(ROW_CLASS).map((name) => names.includes(name));
var IS_STORED = flags(STORED_CLASSES);
var IS_SECOND = flags(SECOND_CLASSES);
var IS_PROBLEM = flags(PROBLEM_CLASSES);
function registerRowTap(connection, name, { fileCount, folders }, onRows) {
  const judge = fateJudge(folders);
  const counts = {
    rows: 0,
    digest: 0n,
    ofClass: Object.values(ROW_CLASS).map(() => 0),
    ofFile: Array.from({ length: fileCount }, () => 0),
    problemsOfFile: Array.from({ length: fileCount }, () => 0)
  };
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name,
      parameterTypes: [UBIGINT, UBIGINT, INTEGER, UBIGINT],
      returnType: INTEGER,
      volatile: true,
      mainFunction: (_info, chunk, output) => {
        const classes2 = count(counts, chunk);
        judge(classes2, chunk, items(output, Int32Array));
        output.flush();
        onRows?.(counts.rows);
      }
    })
  );
  return counts;
}
var FATE = { leftOut: 0, own: 1, shared: 2 };
function fateJudge(folders) {
  const known = /* @__PURE__ */ new Set();
  const isOwn = (hash2) => known.has(hash2) || known.size < folders && known.add(hash2).size > 0;
  return (classes2, chunk, fates) => {
    const hashes = items(chunk.getColumnVector(3), BigUint64Array);
    const words = new Uint32Array(hashes.buffer, hashes.byteOffset, chunk.rowCount * 2);
    for (let row = 0; row < chunk.rowCount; row += 1) {
      if (!IS_STORED[classes2[row]]) fates[row] = FATE.leftOut;
      else fates[row] = isOwn(words[row * 2]) ? FATE.own : FATE.shared;
    }
  };
}
function count(counts, chunk) {
  const rows2 = chunk.rowCount;
  const hashes = items(chunk.getColumnVector(0), BigUint64Array);
  const files = items(chunk.getColumnVector(1), BigUint64Array);
  const classes2 = items(chunk.getColumnVector(2), Int32Array);
  const fileWords = new Uint32Array(files.buffer, files.byteOffset, rows2 * 2);
  counts.digest += sum(hashes, rows2);
  for (let row = 0; row < rows2; row += 1) {
    const file = fileWords[row * 2];
    const kind = classes2[row];
    counts.ofClass[kind] += 1;
    counts.ofFile[file] += 1;
    if (kind === ROW_CLASS.upsert) continue;
    if (IS_SECOND[kind]) counts.ofFile[file] -= 1;
    if (IS_PROBLEM[kind]) counts.problemsOfFile[file] += 1;
    if (!IS_STORED[kind]) counts.digest -= hashes[row];
  }
  counts.rows += rows2;
  return classes2;
}

// src/lib/engines/duckdb/tray-folders.ts
var OPEN_WRITERS = 512;
var MOST_FOLDERS = 384;
var FEWEST_FOLDERS = 16;
var VECTOR_BYTES = 32 * 1024;
var WAITING_BYTES = 32 * 1024;
var MEMORY_SHARE = 1 / 3;
var SHARED_FRACTION = 1 / 4;
function folderLimit({ memoryLimitBytes, threads }, columns) {
  const folderBytes = columns * (threads * VECTOR_BYTES + WAITING_BYTES);
  const fitting2 = Math.floor(memoryLimitBytes * MEMORY_SHARE / folderBytes);
  const folders = Math.max(FEWEST_FOLDERS, Math.min(MOST_FOLDERS, fitting2));
  const shared = Math.floor(folders * SHARED_FRACTION);
  return { partitions: folders - shared, shared };
}
var SHARED_TRAY = "s";
function isSharedTray(tray) {
  return tray.startsWith(SHARED_TRAY);
}
function sharedTraySql(text2, folders, round) {
  return `'${SHARED_TRAY}' || (hash(concat(${text2}, '/', ${round})) % ${folders})`;
}
function firstTraySql({ shared }) {
  const plain = `_fate = ${FATE.own} AND ${fitsTray("_partition")} THEN _partition`;
  const own = `_fate = ${FATE.own} OR (_fate = ${FATE.shared} AND _partition = '${DELETES_TRAY}')`;
  return `CASE WHEN ${plain} WHEN ${own} THEN ${trayText("_partition")} WHEN _fate = ${FATE.shared} THEN ${sharedTraySql("_partition", shared, 0)} END`;
}

// src/lib/engines/duckdb/divide-folders.ts
var TRAY_COLUMN = "_partition";
function trayOf({ file }) {
  return path8.basename(path8.dirname(file)).slice(`${TRAY_COLUMN}=`.length);
}
async function divideFolders(session, division2, written, round = 1) {
  const shared = written.filter((file) => isSharedTray(trayOf(file)));
  const divided = written.filter((file) => !isSharedTray(trayOf(file)));
  if (shared.length === 0) return divided;
  const most = division2.limit.partitions + division2.limit.shared;
  for (const [index, batch] of batches(await countPartitions(session, division2, shared), most).entries()) {
    const isTooWide = batch.length === 1 && batch[0].partitions > most;
    const tray = isTooWide ? sharedTraySql(TRAY_COLUMN, division2.limit.shared, round) : trayText(TRAY_COLUMN);
    const folder = path8.join(division2.folder, `round-${round}-${index}`);
    const files = await writeTrays(session, { ...division2, folder }, batch, tray);
    await Promise.all(batch.map(({ file }) => rm3(file)));
    divided.push(...isTooWide ? await divideFolders(session, { ...division2, folder }, files, round + 1) : files);
  }
  return divided;
}
async function countPartitions(session, { partitionSql, signal }, files) {
  const rows2 = await session.rows(
    `SELECT _file AS file, count(DISTINCT hash(${partitionSql})) AS partitions
     FROM read_parquet(${fileList(files.map(({ file }) => file))}, hive_partitioning = false, filename = '_file') GROUP BY 1`,
    signal
  );
  const counts = new Map(rows2.map((row) => [String(row["file"]), Number(row["partitions"])]));
  return files.map((file) => ({ ...file, partitions: counts.get(file.file) }));
}
function batches(files, most) {
  const all = [];
  let room = 0;
  for (const file of files) {
    if (file.partitions > room) {
      all.push([]);
      room = most;
    }
    all.at(-1).push(file);
    room -= file.partitions;
  }
  return all;
}
async function writeTrays(session, { folder, partitionSql, columns, rowGroupRows, signal }, files, tray) {
  const names = columns.join(", ");
  const rows2 = `SELECT ${names}, ${partitionSql} AS ${TRAY_COLUMN} FROM read_parquet(${fileList(files.map(({ file }) => file))}, hive_partitioning = false)`;
  const options = `FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${rowGroupRows}, PARTITION_BY (${TRAY_COLUMN}), RETURN_STATS`;
  return writtenFiles(
    await session.rows(
      `COPY (SELECT ${names}, ${tray} AS ${TRAY_COLUMN} FROM (${rows2})) TO ${quoteText(folder)} (${options})`,
      signal
    )
  );
}
function writtenFiles(rows2) {
  return rows2.map((row) => ({ file: String(row["filename"]), rows: Number(row["count"]) }));
}

// src/lib/engines/duckdb/partition-files.ts
init_local_files();

// src/lib/engines/duckdb/split-files.ts
init_sql();
import { rm as rm4, stat as stat2 } from "node:fs/promises";
init_local_files();
var TARGET_FILE_BYTES = 256 * 1024 * 1024;
var LARGEST_FACTOR = 1.5;
async function splitFile(session, written, { targetBytes, rowGroupRows, signal }) {
  const { size } = await stat2(written.file);
  if (size <= targetBytes * LARGEST_FACTOR) return [written];
  const partBytes = Math.ceil(size / Math.ceil(size / targetBytes));
  const from = `read_parquet(${fileList([written.file])}, hive_partitioning = false)`;
  const options = `FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${rowGroupRows}, FILE_SIZE_BYTES ${partBytes}, RETURN_STATS`;
  const parts = await session.rows(
    `COPY (SELECT * FROM ${from}) TO ${quoteText(`${written.file}.parts`)} (${options})`,
    signal
  );
  await rm4(written.file);
  return writtenFiles(parts);
}

// src/lib/engines/duckdb/partition-files.ts
var LONGEST_FOLDER_BYTES = 255;
async function partitionFiles(session, request, written, { folder, rowGroupRows, targetBytes = TARGET_FILE_BYTES }) {
  const { mapping, signal } = request;
  const { columns, partitionSql } = compileDuckdb(mapping);
  const limit = folderLimit(session.options, columns.length);
  const files = await divideFolders(
    session,
    { folder, partitionSql, columns, limit, rowGroupRows, signal },
    [...written].sort(byFile)
  );
  const partitions = await partitionsOf(session, request, partitionSql, files);
  const split = await pMap4(files.sort(byTray), (one) => splitFile(session, one, { targetBytes, rowGroupRows, signal }), {
    concurrency: 1
  });
  return numbered(
    files.flatMap(
      (file, index) => split[index].map((part2) => ({ ...part2, partition: partitions.get(file.file) }))
    )
  );
}
function byFile(left, right) {
  return left.file < right.file ? -1 : 1;
}
function byTray(left, right) {
  const [leftTray, rightTray] = [trayOf(left), trayOf(right)];
  return leftTray === rightTray ? byFile(left, right) : leftTray < rightTray ? -1 : 1;
}
async function partitionsOf(session, { mapping, signal }, partitionSql, files) {
  if (mapping.partition === null) return new Map(files.map(({ file }) => [file, []]));
  const digested = files.filter((file) => isDigestTray(trayOf(file)));
  const texts = await longTexts(session, partitionSql, digested, signal);
  return new Map(
    files.map((file) => {
      const values = decodePartition(texts.get(file.file) ?? trayOf(file));
      refuseLongFolders(mapping, values);
      return [file.file, catalogValues(values)];
    })
  );
}
async function longTexts(session, partitionSql, files, signal) {
  if (files.length === 0) return /* @__PURE__ */ new Map();
  const rows2 = await session.rows(
    `SELECT _file AS file, any_value(${partitionSql}) AS text
     FROM read_parquet(${fileList(files.map(({ file }) => file))}, hive_partitioning = false, filename = '_file') GROUP BY 1`,
    signal
  );
  return new Map(rows2.map((row) => [String(row["file"]), String(row["text"])]));
}
function refuseLongFolders(mapping, values) {
  const folders = partitionPath(mapping.partition, values).split("/");
  if (folders.some((name) => Buffer.byteLength(name) > LONGEST_FOLDER_BYTES)) throw longPartition(mapping);
}
function numbered(files) {
  const counters = /* @__PURE__ */ new Map();
  return files.map((file) => {
    const name = JSON.stringify(file.partition);
    const n = counters.get(name) ?? 0;
    counters.set(name, n + 1);
    return { ...file, n };
  });
}

// src/lib/engines/duckdb/load.ts
var UPLOADS_AT_ONCE = 8;
var ROW_GROUP_ROWS = 8192;
var LEFT_OUT_FOLDER = "_partition=__HIVE_DEFAULT_PARTITION__";
var DELETES_FOLDER = `_partition=${DELETES_TRAY}`;
var taps = 0;
async function load(session, request) {
  const sources = await openSources(session, request);
  refuseUnreadable(request, sources);
  await session.execute(MAPPING_PRELUDE, request.signal);
  const folder = path9.join(session.spoolFolder, `load-${taps += 1}`);
  try {
    const written = await writeRows(session, request, sources, folder);
    await refuseBadLines(request, written.tap, written.sources);
    await refuseWrongCounts(written.tap, written.sources);
    const kept = written.files.map(({ file }) => file);
    await refuseDuplicateKeys(session, request, kept);
    const quarantine = await writeQuarantine(session, request, { ...written, rowFiles: kept }, folder);
    const rowFiles = written.files.filter((file) => !isDelete(file));
    const partitioned = await partitionFiles(session, request, rowFiles, { folder, rowGroupRows: ROW_GROUP_ROWS });
    await session.checkSpool();
    return await storeRows(request, { ...written, partitioned }, quarantine);
  } finally {
    await rm5(folder, { recursive: true, force: true });
  }
}
async function writeRows(session, request, standing, folder) {
  const sources = [...standing];
  for (; ; ) {
    try {
      return { ...await copyRows(session, request, sources, folder), sources };
    } catch (error) {
      const failure = await lineError(error, request, sources);
      const index = sources.findIndex(
        ({ source }) => hasCode(failure, "EXPORT_LINE_INVALID") && failure.details?.["file"] === source.key
      );
      if (index === -1 || sources[index].isSifted) throw failure;
      const sifted = await siftLines(sources[index], request.shape, session.spoolFolder, request.signal);
      if (sifted.faults.size === sources[index].faults.size) throw failure;
      sources[index] = sifted;
      refuseUnreadable(request, sources);
      await rm5(folder, { recursive: true, force: true });
    }
  }
}
async function copyRows(session, request, sources, folder) {
  taps += 1;
  const tapName = `sluice_tap_${taps}`;
  const { shape, where, broadcasts } = request;
  const compiled = compileDuckdb(request.mapping, { shape, where, broadcasts });
  const limit = folderLimit(session.options, compiled.columns.length);
  const fileCount = sources.length;
  const tap = registerRowTap(session.connection, tapName, { fileCount, folders: limit.partitions }, request.onProgress);
  if (fileCount === 0) return { files: [], tap };
  const columns = compiled.columns.join(", ");
  const rows2 = compiled.rowsSql(linesSql3(sources, compiled), request.origin);
  const fate = `${tapName}(hash(${columns}), CAST(_file_index AS UBIGINT), _class, hash(_partition)) AS _fate`;
  const select = `SELECT ${columns}, ${firstTraySql(limit)} AS _partition FROM (SELECT ${columns}, _partition, ${fate} FROM ${rows2})`;
  const copy = `COPY (${select}) TO ${quoteText(folder)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${ROW_GROUP_ROWS}, PARTITION_BY (_partition), RETURN_STATS)`;
  const written = await session.rows(copy, request.signal);
  const files = written.map((row) => ({ file: String(row["filename"]), rows: Number(row["count"]) })).filter(({ file }) => path9.basename(path9.dirname(file)) !== LEFT_OUT_FOLDER);
  return { files, tap };
}
function linesSql3(sources, compiled) {
  const files = fileList(sources.map(({ file }) => file));
  return `read_json(${files}, format = 'newline_delimited', compression = 'gzip', maximum_object_size = ${MAXIMUM_LINE_BYTES}, columns = ${compiled.lineColumns})`;
}
async function storeRows(request, { files, partitioned, tap, sources }, { file, rows: rows2, digest: digest2, problems }) {
  const count2 = (kind) => tap.ofClass[ROW_CLASS[kind]];
  const sifted = sources.reduce((sum2, { faults }) => sum2 + faults.size, 0);
  return {
    rows: STORED_CLASSES.reduce((sum2, kind) => sum2 + count2(kind), 0),
    quarantined: count2("quarantined"),
    deleted: count2("deleted"),
    added: count2("moved") + count2("broadcast"),
    filtered: count2("filtered"),
    skipped: count2("skipped"),
    elsewhere: count2("elsewhere"),
    unreadable: count2("noKey") + count2("noItem") + sifted,
    digest: tap.digest.toString(16),
    problems,
    objects: await storeObjects(request, partitioned),
    deletes: await storeDeletes(request, files.filter(isDelete)),
    quarantine: { rows: rows2, digest: digest2, objects: file === null ? [] : [await storeQuarantine(request, file, rows2)] }
  };
}
function isDelete({ file }) {
  return path9.basename(path9.dirname(file)) === DELETES_FOLDER;
}
async function storeDeletes(request, files) {
  const deletes = files.map((written, n) => ({ ...written, n, partition: [] }));
  return storeObjects({ ...request, keyOf: async (_, n) => request.deletesKeyOf(n) }, deletes);
}
async function storeQuarantine(request, file, rows2) {
  const { key, etag, sizeBytes } = await request.target.write(request.quarantineKeyOf(0), { file });
  return { key, etag, sizeBytes, rows: rows2, partition: [] };
}
async function storeObjects(request, written) {
  return pMap5(
    written,
    async ({ file, rows: rows2, partition, n }) => {
      request.signal?.throwIfAborted();
      const head = await request.target.write(await request.keyOf(partition, n), { file });
      return { key: head.key, etag: head.etag, sizeBytes: head.sizeBytes, rows: rows2, partition };
    },
    { concurrency: UPLOADS_AT_ONCE }
  );
}

// src/lib/engines/duckdb/session.ts
init_errors();
import { rm as rm7 } from "node:fs/promises";
import path12 from "node:path";
import {
  DuckDBInstance
} from "@duckdb/node-api";

// src/lib/engines/duckdb/spool-limit.ts
init_errors();
import { readdir as readdir5, stat as stat3 } from "node:fs/promises";
import path10 from "node:path";
var MIB = 1024 ** 2;
var LOOK_EVERY_MS = 100;
var LOOKING_SHARE = 0.1;
var SpoolLimit = class {
  constructor(folder, limitBytes) {
    this.folder = folder;
    this.limitBytes = limitBytes;
    this.lookAfter(LOOK_EVERY_MS);
  }
  folder;
  limitBytes;
  passed = new AbortController();
  timer;
  isOpen = true;
  /** Aborted once the limit is passed; its reason is the `TEMP_LIMIT` error. */
  get signal() {
    return this.passed.signal;
  }
  /** Looks now. Throws `TEMP_LIMIT`. */
  async check() {
    await this.look();
    this.signal.throwIfAborted();
  }
  close() {
    this.isOpen = false;
    clearTimeout(this.timer);
  }
  lookAfter(delayMs) {
    this.timer = setTimeout(() => void this.lookAndGoOn(), delayMs);
    this.timer.unref();
  }
  async lookAndGoOn() {
    const startMs = performance.now();
    await this.look();
    const tookMs = performance.now() - startMs;
    if (this.isOpen && !this.signal.aborted) this.lookAfter(Math.max(LOOK_EVERY_MS, tookMs / LOOKING_SHARE));
  }
  async look() {
    const usedBytes = (await measureFolder(this.folder)).sizeBytes;
    if (usedBytes > this.limitBytes) this.passed.abort(tempLimitError(this.limitBytes, usedBytes));
  }
};
function tempLimitError(limitBytes, usedBytes, cause) {
  const used = usedBytes === null ? "DuckDB would spill more" : `${sizeText(usedBytes)} are used`;
  return new SluiceError("TEMP_LIMIT", `Temporary space is limited to ${sizeText(limitBytes)}: ${used}.`, {
    fix: `Allow more, e.g. --max-temp-bytes ${sizeText(2 * Math.max(limitBytes, usedBytes ?? 0))}, or more --memory, so that less is spilled`,
    details: { limitBytes, usedBytes },
    cause
  });
}
function sizeText(sizeBytes) {
  return sizeBytes < MIB ? `${Math.ceil(sizeBytes / 1024)}KiB` : `${Math.ceil(sizeBytes / MIB)}MiB`;
}
async function measureFolder(folder) {
  const entries = await readdir5(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let sizeBytes = 0;
  let files = 0;
  for (const entry of entries.filter((found) => found.isFile())) {
    const found = await stat3(path10.join(entry.parentPath, entry.name)).catch(() => null);
    if (found === null) continue;
    files += 1;
    sizeBytes += found.size;
  }
  return { files, sizeBytes };
}

// src/lib/engines/duckdb/spools.ts
init_errors();
import { mkdir as mkdir6, readdir as readdir6, rm as rm6 } from "node:fs/promises";
import path11 from "node:path";
var sessions = 0;
async function makeSpool(folder) {
  await sweepDeadSpools(folder);
  try {
    await mkdir6(folder, { recursive: true, mode: 448 });
    return await makeOwn(folder);
  } catch (error) {
    throw unwritable(folder, error);
  }
}
async function makeOwn(folder) {
  sessions += 1;
  const spool = path11.join(folder, `duckdb-${process.pid}-${sessions}`);
  const isMade = await mkdir6(spool, { mode: 448 }).then(
    () => true,
    (error) => {
      if (error.code === "EEXIST") return false;
      throw error;
    }
  );
  return isMade ? spool : makeOwn(folder);
}
async function sweepDeadSpools(folder) {
  for (const dead of await deadSpools(folder)) await rm6(dead, { recursive: true, force: true }).catch(() => void 0);
}
function unwritable(folder, cause) {
  const code = cause.code ?? "an unexpected error";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new SluiceError("DISK_FULL", `No space is left for temporary files in ${folder}.`, {
      fix: "Free some space, or name another folder: --temp-dir FOLDER",
      cause
    });
  }
  return new SluiceError("STORE_READ_ONLY", `Temporary files cannot be written in ${folder}: ${code}.`, {
    fix: "Give this user write permission there, or name another folder: --temp-dir FOLDER",
    cause
  });
}
async function deadSpools(folder) {
  const names = await readdir6(folder).catch(() => []);
  return names.filter(isDead).map((name) => path11.join(folder, name));
}
function isDead(name) {
  const pid = /^duckdb-(\d+)-\d+$/.exec(name)?.[1];
  return pid !== void 0 && !isAlive(Number(pid));
}
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

// src/lib/engines/duckdb/session.ts
var siblings = 0;
var DuckDbSession = class _DuckDbSession {
  constructor(instance, connection, spoolFolder, limit, options, part2 = "whole") {
    this.instance = instance;
    this.connection = connection;
    this.spoolFolder = spoolFolder;
    this.limit = limit;
    this.options = options;
    this.part = part2;
  }
  instance;
  connection;
  spoolFolder;
  limit;
  options;
  part;
  static async open(options) {
    const spoolFolder = await makeSpool(options.temporaryFolder);
    const limitBytes = options.maxTemporaryBytes ?? null;
    const instance = await createInstance(options, path12.join(spoolFolder, "spill"));
    const connection = await connect(instance);
    if (limitBytes === null) return new _DuckDbSession(instance, connection, spoolFolder, null, options);
    await limitSpill(connection, options);
    return new _DuckDbSession(instance, connection, spoolFolder, new SpoolLimit(spoolFolder, limitBytes), options);
  }
  /**
   * Another connection to the same database, with temporary views and a running statement of its own: a connection
   * silently ends the stream of one statement when the next begins. Closing it closes nothing else.
   */
  async branch() {
    return new _DuckDbSession(
      this.instance,
      await connect(this.instance),
      this.spoolFolder,
      this.limit,
      this.options,
      "branch"
    );
  }
  /**
   * Another database with the same limits and the same spool. It is closed by itself, before the one that it was made
   * from.
   */
  async sibling() {
    siblings += 1;
    const instance = await createInstance(this.options, path12.join(this.spoolFolder, `spill-${siblings}`));
    const connection = await connect(instance);
    await limitSpill(connection, this.options);
    return new _DuckDbSession(instance, connection, this.spoolFolder, this.limit, this.options, "sibling");
  }
  /** Runs statements for their effect. */
  async execute(statements, signal) {
    for (const statement of statements) await this.guarded(() => this.connection.run(statement), signal);
  }
  /** Runs one statement and holds all of its rows; for small results. */
  async rows(sql, signal) {
    return this.guarded(async () => (await this.connection.runAndReadAll(sql)).getRowObjects(), signal);
  }
  /** The columns of a SELECT. */
  async columnsOf(sql, signal) {
    return this.guarded(async () => {
      const result = await this.connection.run(`SELECT * FROM (${sql}) LIMIT 0`);
      return { names: result.columnNames(), types: result.columnTypes() };
    }, signal);
  }
  /** Starts one statement whose rows are fetched as they come. */
  async stream(sql, parameters, signal) {
    return this.guarded(() => this.connection.stream(sql, parameters), signal);
  }
  /** Aborted by `signal`, or with `TEMP_LIMIT` once the spool holds more than it may. */
  bounded(signal) {
    const signals = [signal, this.limit?.signal].filter((each) => each !== void 0);
    return signals.length > 1 ? AbortSignal.any(signals) : signals[0];
  }
  /** Looks at the spool now. Throws `TEMP_LIMIT`. */
  async checkSpool() {
    await this.limit?.check();
  }
  /** Runs `work`; an abort interrupts the statement and becomes the signal's reason. */
  async guarded(work, stop) {
    const signal = this.bounded(stop);
    signal?.throwIfAborted();
    const interrupt = () => this.connection.interrupt();
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw resourceError(error, this.limit);
    } finally {
      signal?.removeEventListener("abort", interrupt);
    }
  }
  async close() {
    this.connection.closeSync();
    if (this.part === "branch") return;
    this.instance.closeSync();
    if (this.part === "sibling") return;
    this.limit?.close();
    await rm7(this.spoolFolder, { recursive: true, force: true });
  }
};
function createInstance({ threads, memoryLimitBytes }, spillFolder) {
  return DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: `${Math.floor(memoryLimitBytes / 1024)}KiB`,
    temp_directory: spillFolder,
    preserve_insertion_order: "false",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    // No statement of a load writes more folders, so none has a second file; of DuckDB's 100, many would have dozens.
    partitioned_write_max_open_files: String(OPEN_WRITERS)
  });
}
async function limitSpill(connection, { maxTemporaryBytes }) {
  if (maxTemporaryBytes === null || maxTemporaryBytes === void 0) return;
  await connection.run(`SET max_temp_directory_size = '${Math.floor(maxTemporaryBytes / 1024)}KiB'`);
}
async function connect(instance) {
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  return connection;
}
function resourceError(error, limit) {
  if (error instanceof SluiceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const isSpillRefused = /max_temp_directory_size/.test(message);
  if (isSpillRefused && limit !== null) return tempLimitError(limit.limitBytes, null, error);
  if (isSpillRefused || /no space left|disk quota/i.test(message)) {
    return new SluiceError("DISK_FULL", "The disk is full.", {
      fix: "Free some space, then run the same command again.",
      cause: error
    });
  }
  if (/^out of memory error/i.test(message)) {
    return new SluiceError("MEMORY_EXCEEDED", "The work does not fit into the memory limit.", {
      fix: "Set a larger limit: --memory 4GB, or SLUICE_MEMORY=4GB.",
      cause: error
    });
  }
  return error;
}

// src/lib/engines/duckdb/session-pool.ts
var SETTINGS = [
  "SET preserve_insertion_order = true",
  // Sources are read once: kept pages would only take memory (measured: 877 MB with it, 566 MB without).
  "SET enable_external_file_cache = false",
  // Footers are looked at before the rows are read.
  "SET parquet_metadata_cache = true"
];
var SessionPool = class {
  constructor(options) {
    this.options = options;
  }
  options;
  idle = [];
  waiting = [];
  opened = [];
  get size() {
    return Math.max(1, this.options.threads);
  }
  /** Runs one piece of work in a database that nobody else uses meanwhile. */
  async run(work) {
    const session = await this.take();
    try {
      return await work(session);
    } finally {
      this.giveBack(session);
    }
  }
  /**
   * Runs one piece of work for each item, as many at a time as there are databases. The first that fails stops the
   * others, and is thrown once all are over.
   */
  async all(items2, work, stop) {
    const failed = new AbortController();
    const signal = stop === void 0 ? failed.signal : AbortSignal.any([stop, failed.signal]);
    const runs = items2.map(
      async (item, index) => this.run(async (session) => {
        signal.throwIfAborted();
        return work(session, item, index, signal);
      }).catch((error) => {
        failed.abort(error);
        throw error;
      })
    );
    await Promise.allSettled(runs);
    return Promise.all(runs);
  }
  /** The folder that all of them share. */
  async spoolFolder() {
    return this.run(async ({ spoolFolder }) => spoolFolder);
  }
  async close() {
    const [first, ...siblings2] = this.opened.splice(0);
    this.idle.length = 0;
    for (const sibling of siblings2) await (await sibling).close();
    await (await first)?.close();
  }
  async take() {
    const idle = this.idle.pop();
    if (idle !== void 0) return idle;
    if (this.opened.length < this.size) return this.open();
    return new Promise((resolve2) => this.waiting.push(resolve2));
  }
  async open() {
    const [first] = this.opened;
    const opening = first === void 0 ? DuckDbSession.open(this.memberOptions()) : first.then((one) => one.sibling());
    this.opened.push(opening);
    try {
      const session = await opening;
      await session.execute(SETTINGS);
      return session;
    } catch (error) {
      this.opened.splice(this.opened.indexOf(opening), 1);
      throw error;
    }
  }
  memberOptions() {
    const memoryLimitBytes = Math.floor(this.options.memoryLimitBytes / this.size);
    return { ...this.options, threads: 1, memoryLimitBytes };
  }
  giveBack(session) {
    const next = this.waiting.shift();
    if (next === void 0) this.idle.push(session);
    else next(session);
  }
};

// src/lib/engines/duckdb/parquet-engine.ts
var DuckDbParquetEngine = class {
  constructor(options) {
    this.options = options;
    this.pool = new SessionPool(options);
  }
  options;
  name = "duckdb";
  session = null;
  /** Merging has databases of its own: one thread each, in which rows keep their order. */
  pool;
  async checkCondition(mapping, where) {
    return checkCondition(await this.open(), mapping, where);
  }
  async load(request) {
    return bounded(await this.open(), request, load);
  }
  async append(request) {
    return append(await this.open(), request);
  }
  async digest(request) {
    return bounded(await this.open(), request, digest);
  }
  async merge(request) {
    const { merge: merge2 } = await Promise.resolve().then(() => (init_merge(), merge_exports));
    return merge2(this.pool, request);
  }
  async proveMerged(request) {
    const { proveMerged: proveMerged2 } = await Promise.resolve().then(() => (init_prove_merged(), prove_merged_exports));
    return proveMerged2(this.pool, request);
  }
  async digestQuarantine(request) {
    return bounded(await this.open(), request, digestQuarantine);
  }
  async close() {
    const session = this.session;
    this.session = null;
    await this.pool.close();
    await (await session)?.close();
  }
  open() {
    this.session ??= DuckDbSession.open(this.options);
    return this.session;
  }
};
function bounded(session, request, work) {
  const signal = session.bounded(request.signal);
  return session.guarded(() => work(session, signal === void 0 ? request : { ...request, signal }), request.signal);
}

// src/lib/engines/duckdb/lake-reader.ts
init_errors();
init_sql();
init_local_files();

// src/lib/engines/duckdb/parameter-values.ts
import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampValue,
  BIGINT,
  DOUBLE,
  LIST,
  VARCHAR,
  listValue,
  structValue
} from "@duckdb/node-api";

// src/lib/engines/duckdb/query-errors.ts
init_errors();

// src/lib/engines/duckdb/error-heads.ts
var HEADS = [
  "could not (?:convert|decode|parse|cast) (?:string|value|blob)",
  "could not cast",
  "(?:date|time|timestamp) field value out of range",
  "invalid (?:date|time|timestamp|interval|timezone) (?:field )?(?:format|value|string)",
  "failed to (?:cast|convert|parse)(?: (?:decimal|value|string))?",
  "unimplemented type for cast",
  "epoch (?:milli|micro)?seconds out of range",
  "overflow (?:in|on) (?:hugeint )?(?:addition|subtraction|multiplication|division|negation|abs)",
  "cannot take (?:square root|logarithm) of (?:a negative number|zero)",
  "substring offset outside of supported range",
  "division by zero",
  "sum is out of range",
  "more than one row returned by a subquery used as an expression",
  "map keys (?:must be unique|can not be null)",
  "slice step cannot be zero",
  "malformed json",
  "json path error",
  "invalid (?:utf8 codepoint|input for hex digit|type specifier|unicode|utf-?8)",
  "invalid (?:escape sequence|character class|repetition|named capture|perl operator|regular expression)",
  "(?:missing|unexpected) (?:closing )?[)\\]]",
  "no argument for repetition operator",
  "unknown time ?zone",
  "extract specifier",
  "strptime format must be a constant",
  "not implemented"
].map((head) => new RegExp(`^${head}(?!\\w)`, "i"));

// src/lib/engines/duckdb/table-source.ts
init_mapping();
init_sql();
init_local_files();

// src/lib/engines/duckdb/query-engine.ts
init_local_files();

// src/lib/engines/duckdb/locked-session.ts
init_sql();

// src/lib/engines/duckdb/query-analysis.ts
init_errors();
init_catalog();
init_sql();

// src/lib/engines/duckdb/struct-fields.ts
import { DuckDBListType, DuckDBMapType, DuckDBStructType } from "@duckdb/node-api";

// src/lib/engines/duckdb/values.ts
import {
  DuckDBBlobValue,
  DuckDBDateValue as DuckDBDateValue2,
  DuckDBDecimalValue as DuckDBDecimalValue2,
  DuckDBListType as DuckDBListType2,
  DuckDBListValue,
  DuckDBMapType as DuckDBMapType2,
  DuckDBMapValue,
  DuckDBStructType as DuckDBStructType2,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue as DuckDBTimestampValue2,
  DuckDBTypeId as DuckDBTypeId2
} from "@duckdb/node-api";
var FIRST_INSTANT_MS = Date.parse("0001-01-01T00:00:00.000Z");
var LAST_INSTANT_MS = Date.parse("9999-12-31T23:59:59.999Z");
var ATHENA_NAMES = {
  [DuckDBTypeId2.VARCHAR]: "varchar",
  [DuckDBTypeId2.INTEGER]: "integer",
  // The type of every sum of bigint, which Athena adds as bigint, and refuses beyond it.
  [DuckDBTypeId2.HUGEINT]: "bigint",
  [DuckDBTypeId2.UHUGEINT]: "decimal(38,0)",
  [DuckDBTypeId2.UBIGINT]: "decimal(20,0)",
  [DuckDBTypeId2.BLOB]: "varbinary",
  [DuckDBTypeId2.TIMESTAMP_TZ]: "timestamp with time zone",
  [DuckDBTypeId2.FLOAT]: "real"
};

// test/bench/small-files.mjs
import { DuckDBInstance as DuckDBInstance2 } from "@duckdb/node-api";
var COLUMNS = [
  { name: "event_id", type: "string" },
  { name: "user_id", type: "string" },
  { name: "ts", type: "timestamp" },
  { name: "status", type: "string" },
  { name: "amount", type: "decimal(18,2)" },
  { name: "score", type: "double" },
  { name: "ms", type: "bigint" },
  { name: "country", type: "string" },
  { name: "agreed", type: "boolean" },
  { name: "note", type: "string" }
];

// ../../w/merge/e.ts
var t0 = performance.now();
var c0 = process.cpuUsage();
var root = "/tmp/w/merge/lake";
var store = new FolderObjectStore({ root });
var engine = new DuckDbParquetEngine({ temporaryFolder: root + "/.sluice-store/spool", memoryLimitBytes: Number(process.env.MEM ?? 512) * 1024 ** 2, threads: 2 });
var lap = {};
var days = /* @__PURE__ */ new Map();
for await (const o of store.list("")) {
  if (o.key.startsWith("out/")) continue;
  const d = o.key.split("/")[0];
  days.set(d, [...days.get(d) ?? [], o]);
}
lap["list"] = performance.now() - t0;
var unit = async (d, objects) => {
  const a = performance.now();
  const sources = await Promise.all(objects.map(async (o) => {
    const h = await store.head(o.key);
    return { key: h.key, etag: h.etag, sizeBytes: h.sizeBytes };
  }));
  const b = performance.now();
  const r = await engine.merge({ store, format: "parquet", sources, columns: COLUMNS, droppedRuns: [], targetBytes: 256e6, outputs: 1, keyOf: (n) => `out/${d}/part-${n}.parquet` });
  const c = performance.now();
  await engine.proveMerged({ store, format: "parquet", objects: r.objects, expected: r.facts });
  const e = performance.now();
  lap["head"] = (lap["head"] ?? 0) + b - a;
  lap["merge"] = (lap["merge"] ?? 0) + c - b;
  lap["prove"] = (lap["prove"] ?? 0) + e - c;
  return r;
};
var q = [...days];
var rows = 0;
var last;
try {
  await Promise.all(Array.from({ length: Number(process.env.UNITS ?? 3) }, async () => {
    for (let n; n = q.shift(); ) {
      last = await unit(...n);
      rows += last.facts.rows;
    }
  }));
} catch (e) {
  console.log(e);
  process.exit(1);
}
{
  const fs = await import("node:fs");
  for (const t of fs.readdirSync("/proc/self/task")) {
    const s = fs.readFileSync("/proc/self/task/" + t + "/stat", "utf8").split(" ");
    const u = Number(s[13]) + Number(s[14]);
    if (u > 5) console.log(s[1], "user", s[13], "sys", s[14]);
  }
}
await engine.close();
var c1 = process.cpuUsage(c0);
for (const k in lap) lap[k] = Math.round(lap[k]);
console.log(rows, "wall", Math.round(performance.now() - t0), "cpu", Math.round((c1.user + c1.system) / 1e3), "rss", Math.round(process.resourceUsage().maxRSS / 1024), JSON.stringify(lap));
if (process.env.SHOW) console.log(JSON.stringify(last, null, 1));
rmSync(root + "/out", { recursive: true });
