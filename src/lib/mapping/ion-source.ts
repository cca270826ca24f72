import {UnfitIon} from './ion-value.js'

/**
 * What ion-js 5.2.1 reads as something else, without a word: `'''ab''''''cd'''` loses characters, `$1e0` and `$0x4` pass
 * for numbers of system symbols, and a value with the annotation `$ion_symbol_table` vanishes, inside an item too.
 * Nearly no line of an export has any of it.
 */
const MISREAD = /'''|'\s*(?:\/|::)|\$(?:\d|Infinity|ion_symbol_table)/
/** Texts and quoted names, for a look at what stands between them: `"$5"` is no symbol. */
const QUOTED = /"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$)|'[^'\\]*(?:\\[^][^'\\]*)*(?:'|\\?$)/g
/** A quote in a comment is the start of no text, so a line with comments is not judged by this. */
const COMMENT = /\/[/*]/

/**
 * Covers every text. What has no end takes all that is left, so that its start is not tried again from every quote
 * inside.
 */
const TOKEN = new RegExp(
  [
    /(?<blank>[ \t\r\n\v\f]+|\/\/[^\n\r]*|\/\*[^]*?(?:\*\/|$))/,
    /(?<lob>\{\{[^"'}]*)/,
    /(?<string>"[^"\\]*(?:\\[^][^"\\]*)*(?:"|\\?$))/,
    /'''(?<long>[^'\\]*(?:(?:\\[^]|'(?!''))[^'\\]*)*)(?<closed>''')?/,
    /(?<quoted>'[^'\\]*(?:\\[^][^'\\]*)*(?:'|\\?$))/,
    /(?<symbol>[A-Za-z_$][\w$]*)/,
    /(?<other>[^\s"'{/A-Za-z_$]+|[^])/,
  ]
    .map(({source}) => source)
    .join('|'),
  'g',
)

/** The same line in a spelling that ion-js reads as Ion means it. */
export function unmistakable(text: string): string {
  if (!isMisread(text)) return text
  const parts: string[] = []
  let long: string | null = null
  let isForbiddenBeforeColons = false
  for (const {0: token, groups = {}} of text.matchAll(TOKEN)) {
    const {blank, long: piece, other} = groups
    if (piece !== undefined) {
      if (groups['closed'] === undefined) throw new UnfitIon('a long string without an end')
      long = (long ?? '') + shortString(piece)
    } else if (blank === undefined) {
      if (isForbiddenBeforeColons && other?.startsWith('::')) throw new UnfitIon('an annotation of no export')
      if (long !== null) parts.push(`"${long}"`)
      long = null
      isForbiddenBeforeColons = isForbiddenAnnotation(groups)
      parts.push(groups['symbol'] === undefined ? token : safeSymbol(token))
    } else parts.push(' ')
  }
  if (long !== null) parts.push(`"${long}"`)
  return parts.join('')
}

function isMisread(text: string): boolean {
  if (!MISREAD.test(text)) return false
  if (text.includes("'''")) return true
  const between = text.replace(QUOTED, "'")
  return MISREAD.test(between) || COMMENT.test(between)
}

/** Inside of a long string as the inside of a string between double quotes; Ion reads its line ends as line feeds. */
function shortString(piece: string): string {
  return piece.replace(/\\(?:\r\n|[^])|"|\r\n?|\n/g, (part) => {
    if (part === '"') return '\\"'
    if (part.startsWith('\\')) return part === '\\\r\n' || part === '\\\r' || part === '\\\n' ? '' : part
    return '\\n'
  })
}

/** Quoted names are forbidden as a whole: escapes can hide the symbol table's. */
function isForbiddenAnnotation({quoted, symbol}: Readonly<Record<string, string | undefined>>): boolean {
  return quoted === undefined ? symbol === '$ion_symbol_table' : !/^'\$dynamodb_[SNB]S'$/.test(quoted)
}

/** Numbers of symbols name nothing in a file without symbol tables; every other symbol means its own text. */
function safeSymbol(symbol: string): string {
  if (/^\$\d+$/.test(symbol)) throw new UnfitIon('the number of a symbol')
  return /^\$(?:\d|Infinity)/.test(symbol) ? `'${symbol}'` : symbol
}
