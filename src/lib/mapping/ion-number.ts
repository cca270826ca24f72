/** DynamoDB's longest number has 170 characters; a few bytes of Ion can ask for gigabytes of zeros. */
const MAXIMUM_CHARACTERS = 512
const DECIMAL = /^(-?)(\d+)(?:\.(\d*))?(?:[dD]([+-]?\d{1,9}))?$/
const HEXADECIMAL = /^(-?)(0[xX][\da-fA-F]{1,256})$/

/**
 * An int or decimal of Ion as DynamoDB's JSON writes it: plain digits, no exponent, no zeros at the ends, no `-0`. Only
 * characters move, so every digit stays. NULL for anything else, floats among it.
 */
export function canonicalNumber(text: string): string | null {
  const hexadecimal = HEXADECIMAL.exec(text)
  if (hexadecimal !== null) return canonicalNumber(`${hexadecimal[1]}${BigInt(hexadecimal[2]!)}`)
  const [, sign, whole, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? []
  if (sign === undefined || whole === undefined) return null
  const digits = withoutZeros(whole + fraction)
  if (digits.text === '') return '0'
  const plain = placePoint(digits.text, whole.length - digits.leading + Number(exponent))
  return plain === null ? null : sign + plain
}

/** By index, not by pattern: `0+$` looks at a run of zeros once for each of them. */
function withoutZeros(digits: string): {readonly text: string; readonly leading: number} {
  let start = 0
  while (digits[start] === '0') start += 1
  let end = digits.length
  while (end > start && digits[end - 1] === '0') end -= 1
  return {text: digits.slice(start, end), leading: start}
}

/** `point` is how many digits stand before it; below 0 or past the end there are zeros between. */
function placePoint(digits: string, point: number): string | null {
  if (Math.max(digits.length, point, digits.length - point) > MAXIMUM_CHARACTERS) return null
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return digits.padEnd(point, '0')
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}
