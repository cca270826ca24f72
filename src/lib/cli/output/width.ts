import stringWidth from 'string-width'

const ASCII = /^[\x20-\x7e]*$/
const GRAPHEMES = new Intl.Segmenter('en', {granularity: 'grapheme'})
const ELLIPSIS = '…'

/** Columns that a text takes on a terminal: two for CJK and emoji, none for combining and zero-width characters. */
export function widthOf(text: string): number {
  // Nearly every text is plain, and measuring properly costs fifty times as much.
  return ASCII.test(text) ? text.length : stringWidth(text)
}

/** The text with blanks up to `width` columns; a wider one as it is. */
export function padded(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return align === 'left' ? text + blanks : blanks + text
}

/** The text in at most `width` columns: cut between characters as people see them, with … where something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  let used = 1
  for (const {segment} of GRAPHEMES.segment(text)) {
    used += widthOf(segment)
    if (used > width) break
    kept += segment
  }
  return kept + ELLIPSIS
}
