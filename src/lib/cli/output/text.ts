import {stripVTControlCharacters} from 'node:util'

/** Line breaks and tabs, also Unicode's own: they become one space, so that a value never starts a line of its own. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g
/** C0, DEL, C1 and the marks that reorder text on a terminal (bidi). */
// eslint-disable-next-line no-control-regex -- removing control characters is this pattern's purpose
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** As above with Unicode's line breaks, but without tabs, line feeds and the carriage returns before them. */
const UNQUOTABLE =
  // eslint-disable-next-line no-control-regex -- finding control characters is this pattern's purpose
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/g

/** Makes text from data safe to print in one line: no escape sequence, control character or bidi mark survives. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(BREAKS, ' ').replace(CONTROLS, '')
}

/**
 * Text from data for formats that quote line breaks and tabs and whose readers want every character: other controls
 * are spelled (`\u001b`), so that nothing is lost and no terminal acts on them.
 */
export function spelledControls(text: string): string {
  return text.replace(UNQUOTABLE, escapeOf)
}

/** `\u001b`, as JSON writes it. */
export function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** `1 file`, `3 files`: a count with its noun; `plural` where an s is not enough. */
export function plural(amount: number | bigint, one: string, many: string = `${one}s`): string {
  return `${amount.toLocaleString('en-US')} ${amount === 1 || amount === 1n ? one : many}`
}
