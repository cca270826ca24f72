import {stripVTControlCharacters} from 'node:util'

/** Line breaks and tabs, also Unicode's own: they become one space, so that a value never starts a line of its own. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
/** C0, DEL, C1 and the marks that reorder text on a terminal (bidi). */
// eslint-disable-next-line no-control-regex -- removing control characters is this pattern's purpose
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Makes text from data safe to print in one line: no escape sequence, control character or bidi mark survives. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(BREAKS, ' ').replace(CONTROLS, '')
}

/** As {@link printable}, but keeps line breaks and tabs, for formats that quote them. */
export function printableLines(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROLS, (character) =>
    '\t\n\r'.includes(character) ? character : '',
  )
}

/** `1 file`, `3 files`: a count with its noun; `plural` where an s is not enough. */
export function plural(amount: number | bigint, one: string, many: string = `${one}s`): string {
  return `${amount.toLocaleString('en-US')} ${amount === 1 || amount === 1n ? one : many}`
}
