import type {SqlPosition} from '../../ports/query-engine.js'
import {invalid} from './invalid.js'

/** A piece of a statement that is neither space nor comment. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'text' | 'parameter' | 'other'
  readonly start: number
  readonly end: number
  /** As written. */
  readonly text: string
}

export interface Lexed {
  /** As written, comments made spaces: every character keeps its place. */
  readonly sql: string
  readonly tokens: readonly Token[]
}

const PATTERN = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    String.raw`(?<comment>--[^\r\n]*|/\*[\s\S]*?\*/)`,
    `(?<text>'(?:[^']|'')*')`,
    `(?<quoted>"(?:[^"]|"")*")`,
    String.raw`(?<parameter>\$[A-Za-z_]\w*|\$\d+)`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<number>\d[\w.]*|\.\d\w*)`,
    String.raw`(?<other>[\s\S])`,
  ].join('|'),
  'uy',
)

/**
 * Cuts a statement into tokens as Athena does, and refuses what Athena and the portable dialect's parser do not cut
 * alike: what one takes for a text or a comment must never be code to the other.
 */
export function lex(written: string): Lexed {
  const tokens: Token[] = []
  const parts: string[] = []
  for (const match of written.matchAll(new RegExp(PATTERN.source, 'gu'))) {
    const {groups = {}, index: start} = match
    const [text] = match
    const token = {start, end: start + text.length, text}
    if (groups['comment'] !== undefined) {
      if (text.startsWith('/*') && text.slice(2).includes('/*')) throw other(written, token, 'A comment in a comment')
      parts.push(text.replace(/[^\r\n]/g, ' '))
      continue
    }
    parts.push(text)
    if (groups['space'] !== undefined) continue
    const kind = kindOf(groups)
    refuseOther(written, {...token, kind}, tokens.at(-1))
    tokens.push({...token, kind})
  }
  return {sql: parts.join(''), tokens}
}

/** The name that a word or a quoted token stands for. */
export function nameOf({kind, text}: Token): string {
  return kind === 'quoted' ? text.slice(1, -1).replaceAll('""', '"') : text
}

export function isWord(token: Token | undefined, ...words: string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase())
}

/** Where a character stands. */
export function positionOf(sql: string, offset: number): SqlPosition {
  const before = sql.slice(0, offset).split('\n')
  return {line: before.length, column: before.at(-1)!.length + 1, text: sql.split('\n')[before.length - 1] ?? ''}
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): Token['kind'] {
  for (const kind of ['text', 'quoted', 'parameter', 'word'] as const) if (groups[kind] !== undefined) return kind
  return 'other'
}

/** Letters that make another text of what follows them at once: escapes, bits, national and Unicode texts. */
const PREFIX = /^(E|B|N|U)$/i

function refuseOther(written: string, token: Token, before: Token | undefined): void {
  const {kind, text, start} = token
  if (kind === 'other' && /^['"`$\\#@]$/.test(text)) throw other(written, token, `The character ${text}`)
  // A text that is glued to one before it would be one text to one of both.
  const isGlued = before?.end === start
  if (isGlued && /^(text|quoted)$/.test(kind) && before.kind === 'word' && PREFIX.test(before.text)) {
    throw other(written, before, `${before.text}'…'`)
  }
  if (isGlued && text === '&' && /^U$/i.test(before.text)) throw other(written, before, `U&'…'`)
  if (isGlued && before.kind === 'parameter') {
    if (kind === 'parameter' || kind === 'word' || text === '$') throw other(written, before, 'A text between $ signs')
  }
}

function other(written: string, {start}: Pick<Token, 'start'>, what: string): Error {
  return invalid(`${what} cannot stand in a portable statement.`, positionOf(written, start), 'Leave it out.')
}
