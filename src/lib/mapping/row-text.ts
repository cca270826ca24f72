export function sliceAfter(text: string, separator: string): string | null {
  const place = text.indexOf(separator)
  return place < 0 ? null : text.slice(place + separator.length)
}

export function sliceBefore(text: string, separator: string): string | null {
  const place = text.indexOf(separator)
  return place < 0 ? null : text.slice(0, place)
}

const BLANKS = ' \t\n\r'

export function trimmed(text: string): string {
  let first = 0
  let end = text.length
  while (first < end && BLANKS.includes(text[first]!)) first += 1
  while (end > first && BLANKS.includes(text[end - 1]!)) end -= 1
  return text.slice(first, end)
}

/** Capital letters that are younger than the Unicode of the SQL engine: both leave them as they are. */
const YOUNG_LETTERS = /[\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]/u

/** Small letters, character by character: one for one and whatever stands beside it, as SQL engines do it. */
export function lowerCase(text: string): string {
  // eslint-disable-next-line no-control-regex -- the whole of ASCII
  if (/^[\u0000-\u007f]*$/.test(text)) return text.toLowerCase()
  let lower = ''
  for (const character of text) lower += lowerLetter(character)
  return lower
}

function lowerLetter(character: string): string {
  // The only letter whose small form is two characters.
  if (character === '\u0130') return 'i'
  return YOUNG_LETTERS.test(character) ? character : character.toLowerCase()
}
