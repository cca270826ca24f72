/** What Markdown would read as markup: everything that can start emphasis, code, a link, a cell or HTML. */
const MARKUP = /[\\`*[\]|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu

/** One line of a Markdown table; the texts are printable already. */
export function markdownLine(texts: readonly string[]): string {
  return `| ${texts.map(markdownText).join(' | ')} |`
}

/** The line below the headings; figures are aligned to the right. */
export function markdownRule(aligns: readonly ('left' | 'right' | undefined)[]): string {
  return `| ${aligns.map((align) => (align === 'right' ? '---:' : '---')).join(' | ')} |`
}

/** Text that Markdown shows as it is; the text is printable already. */
export function markdownText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replace(MARKUP, '\\$&')
}
