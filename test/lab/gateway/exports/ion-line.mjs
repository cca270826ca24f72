import {mapImages} from './json-line.mjs'

const SYMBOL = /^[A-Za-z_$][A-Za-z0-9_$]*$/
const KEYWORDS = ['null', 'true', 'false', 'nan']
const IMAGES = ['Item', 'Keys', 'OldImage', 'NewImage']

/** A line of an Ion export: text Ion, the version marker on each line. Incremental Ion is unconfirmed. */
export const ionLine = (line) => ` $ion_1_0 ${envelope(mapImages(line))}\n`

function envelope(line) {
  const fields = Object.entries(line).map(
    ([name, value]) => `${name}:${IMAGES.includes(name) ? struct(value) : metadata(value)}`,
  )
  return `{${fields.join(',')}}`
}

const metadata = ({WriteTimestampMicros}) => `{WriteTimestampMicros:${WriteTimestampMicros.N}}`

function struct(item) {
  return `{${Object.entries(item)
    .map(([name, value]) => `${fieldName(name)}:${ionValue(value)}`)
    .join(',')}}`
}

const fieldName = (name) =>
  SYMBOL.test(name) && !KEYWORDS.includes(name) ? name : `'${escaped(name).replace(/'/g, "\\'")}'`

function ionValue(value) {
  const [type, content] = Object.entries(value)[0]
  switch (type) {
    case 'S':
      return string(content)
    case 'N':
      return decimal(content)
    case 'B':
      return `{{${content}}}`
    case 'BOOL':
      return String(content)
    case 'NULL':
      return 'null'
    case 'L':
      return `[${content.map(ionValue).join(',')}]`
    case 'M':
      return struct(content)
    default:
      return `$dynamodb_${type}::[${content.map((one) => ionValue({[type[0]]: one})).join(',')}]`
  }
}

const string = (text) => `"${escaped(text).replace(/"/g, '\\"')}"`
const escaped = (text) =>
  text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t').replace(/\0/g, '\\0')

/** Ion's decimal, never its integer or float: 1 is `1.`, 10 is `1d1`. */
function decimal(text) {
  if (/e/i.test(text)) return text.replace(/e\+?/i, 'd')
  if (text.includes('.')) return text
  const zeros = /0+$/.exec(text)?.[0].length ?? 0
  return zeros === 0 || Number(text) === 0 ? `${text}.` : `${text.slice(0, -zeros)}d${zeros}`
}
