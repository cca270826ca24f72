const PRECISIONS = {
  bigint: 19,
  integer: 10,
  smallint: 5,
  tinyint: 3,
  double: 17,
  real: 17,
  varchar: 2147483647,
  date: 0,
  boolean: 0,
  timestamp: 3,
}

/** A value as Athena prints it; undefined for NULL. */
export function textOf(value, signature) {
  if (value === null || value === undefined) return undefined
  const parameters = signature?.arguments ?? []
  switch (signature?.rawType) {
    case 'array':
      return `[${value.map((one) => textOf(one, parameters[0]?.value) ?? 'null').join(', ')}]`
    case 'map':
      return `{${Object.entries(value)
        .map(([key, one]) => `${key}=${textOf(one, parameters[1]?.value) ?? 'null'}`)
        .join(', ')}}`
    case 'row':
      return `{${value.map((one, index) => fieldText(one, parameters[index]?.value, index)).join(', ')}}`
    case 'varbinary':
      return Buffer.from(value, 'base64')
        .toString('hex')
        .replace(/(..)(?=.)/g, '$1 ')
    case 'double':
    case 'real':
      return typeof value === 'number' ? floatText(value) : String(value)
    default:
      return String(value)
  }
}

const fieldText = (value, field, index) =>
  `${field?.fieldName?.name ?? `field${index}`}=${textOf(value, field?.typeSignature) ?? 'null'}`

/** As Java prints a double: 1.0, 1.0E7, 1.0E-4. */
function floatText(value) {
  const size = Math.abs(value)
  if (size >= 1e7 || (value !== 0 && size < 1e-3)) {
    return value
      .toExponential()
      .replace('e+', 'E')
      .replace('e', 'E')
      .replace(/^(-?\d)E/, '$1.0E')
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value)
}

/** Column of a result set as GetQueryResults describes it. */
export function columnInfo({name, typeSignature}) {
  const {rawType, arguments: parameters = []} = typeSignature
  const decimal = rawType === 'decimal'
  return {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: name,
    Label: name,
    Type: rawType,
    Precision: decimal ? parameters[0].value : (PRECISIONS[rawType] ?? 0),
    Scale: decimal ? parameters[1].value : 0,
    Nullable: 'UNKNOWN',
    CaseSensitive: rawType === 'varchar' || rawType === 'char',
  }
}

/** Every value in quotes, NULL empty. */
export function csvText(names, rows) {
  const cell = (text) => (text === undefined ? '' : `"${text.replace(/"/g, '""')}"`)
  return [names, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('')
}

export const tabText = (rows) => rows.map((row) => row.map((text) => text ?? '').join('\t')).join('\n')

export const varcharColumn = (name) => ({name, type: 'varchar', typeSignature: {rawType: 'varchar', arguments: []}})
