/**
 * What makes DuckDB answer the portable dialect (Trino's) with Trino's meaning. Every query connection runs it first.
 * `approx_percentile` is exact here and approximate on Athena (documented there as within its error bound).
 */
export const DUCKDB_PRELUDE: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO approx_percentile(x, p) AS quantile_disc(x, p)`,
  `CREATE OR REPLACE TEMP MACRO json_extract_scalar(j, p) AS
     CASE WHEN json_valid(j) AND json_type(j, p) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string(j, p) END`,
  `CREATE OR REPLACE TEMP MACRO from_iso8601_timestamp(s) AS CAST(s AS TIMESTAMPTZ)`,
  `CREATE OR REPLACE TEMP MACRO to_unixtime(t) AS epoch(t)`,
  `CREATE OR REPLACE TEMP MACRO date_parse(s, f) AS strptime(s, f)`,
  `CREATE OR REPLACE TEMP MACRO regexp_like(s, r) AS regexp_matches(s, r)`,
  `CREATE OR REPLACE TEMP MACRO cardinality(a) AS len(a)`,
]

/**
 * Exact reading of DynamoDB's number text. `sluice_decimals` is the number of decimals that the value needs: negative
 * for 1E3, NULL when the text is no number. Casts round in silence (`'1.005'` to 1.01), so they are only used once
 * this says that nothing is lost.
 */
export const MAPPING_PRELUDE: readonly string[] = [
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
     sluice_choose_instant(local, zone, round, sluice_zone_offset(local - to_days(1), zone), sluice_zone_offset(local + to_days(1), zone))`,
]
