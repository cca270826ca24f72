/** A line of a JSON export; numbers as DynamoDB keeps them. */
export const jsonLine = (line) => `${JSON.stringify(mapImages(line))}\n`

const IMAGES = ['Item', 'Keys', 'OldImage', 'NewImage']

/** Attributes of all images, normalised: by name, as attributes may be called like the envelope. */
export function mapImages(line) {
  return Object.fromEntries(
    Object.entries(line).map(([name, value]) => [name, IMAGES.includes(name) ? normalisedItem(value) : value]),
  )
}

const normalisedItem = (item) =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, normalised(value)]))

function normalised(value) {
  const [type, content] = Object.entries(value)[0]
  if (type === 'N') return {N: trimmedNumber(content)}
  if (type === 'NS') return {NS: content.map(trimmedNumber)}
  if (type === 'L') return {L: content.map(normalised)}
  if (type === 'M') return {M: normalisedItem(content)}
  return value
}

/** DynamoDB trims zeros at both ends; a number with an exponent is left as it came. */
function trimmedNumber(text) {
  const found = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(String(text))
  if (found === null) return String(text)
  const [, sign, whole, fraction = ''] = found
  const plain = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`
  return plain === '0' || sign !== '-' ? plain : `-${plain}`
}
