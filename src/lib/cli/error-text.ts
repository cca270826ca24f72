import {bytesText} from './output/bytes.js'
import {countText} from './output/count.js'
import {durationText} from './output/duration.js'
import {ofSameLake} from './output/block.js'
import {printable} from './output/text.js'
import {widthOf} from './output/width.js'
import type {ErrorCode} from '../errors.js'
import type {ShownError} from './error-document.js'

/** One thing wrong in a file the user wrote, as it stands in `details.mistakes`. */
export interface Mistake {
  readonly file?: string | null
  readonly line?: number | null
  readonly column?: number | null
  readonly path?: string | null
  readonly message: string
  readonly fix?: string | null
}

/** A place in a text the user wrote, as it stands in `details.position`; counted from 1. */
interface Position {
  readonly line: number
  readonly column: number
  /** The whole line. */
  readonly text: string
}

const LISTED_AT_MOST = 20
const EXCERPT_COLUMNS = 70
const EXCERPT_BEFORE = 40
const INDENT = '  '
/** Errors whose message and fix are the whole story: a pointer to more would only push them off the screen. */
const SAYS_IT_ALL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'USAGE',
  'COMMAND_UNKNOWN',
  'CONFIRMATION_REQUIRED',
  'DEFINITION_NOT_FOUND',
  'DEFINITION_INVALID',
  'DEFINITION_EXISTS',
  'BLUEPRINT_UNKNOWN',
  'ENVIRONMENT_UNKNOWN',
  'TABLE_UNKNOWN',
  'KPI_UNKNOWN',
  'OPERATION_UNKNOWN',
  'FOLDER_NOT_EMPTY',
  'INTERRUPTED',
])

/**
 * An error for people, on stderr: what happened, the facts behind it, what to do next. `paint` colours the word `Error`
 * and its code; it repeats what the words say.
 */
export function errorText(error: ShownError, paint: (text: string) => string = (text) => text): string {
  return [
    `${paint(`Error ${error.code}:`)} ${printable(error.message)}`,
    ...detailLines(error.details ?? {}),
    ...nextLines(error),
  ].join('\n')
}

/** What to do, and where the code is explained: nobody should have to search for what a lock is at night. */
function nextLines({code, fix}: ShownError): string[] {
  const lines = [
    // A command may stand alone, or after what it is for.
    ...(fix === null ? [] : [printable(fix.replace(/(?<=^|: )sluice .*[^.]$/, ofSameLake))]),
    ...(SAYS_IT_ALL.has(code) ? [] : [`sluice explain ${code}`]),
  ]
  return lines.length === 0 ? [] : ['Next:', ...lines.map((line) => `${INDENT}${line}`)]
}

function detailLines(details: Readonly<Record<string, unknown>>): string[] {
  const {mistakes, position, ...facts} = details
  return [
    ...(Array.isArray(mistakes) ? mistakeLines(mistakes as Mistake[]) : []),
    ...(isRecord(position) ? positionLines(position as unknown as Position) : []),
    ...factLines(facts),
  ]
}

/** The line of the text with a mark under the place; a long line is cut around it. */
function positionLines({line, column, text}: Position): string[] {
  const start = Math.max(0, column - 1 - EXCERPT_BEFORE)
  const before = printable(text.slice(start, column - 1))
  const excerpt = before + printable(text.slice(column - 1, start + EXCERPT_COLUMNS))
  const lead = start > 0 ? '… ' : ''
  return [
    `${INDENT}line ${line}, column ${column}`,
    `${INDENT}${INDENT}${lead}${excerpt}${text.length > start + EXCERPT_COLUMNS ? ' …' : ''}`.trimEnd(),
    `${INDENT}${INDENT}${' '.repeat(widthOf(lead + before))}^`,
  ]
}

function mistakeLines(mistakes: readonly Mistake[]): string[] {
  const shown = mistakes.slice(0, LISTED_AT_MOST).flatMap((mistake) => {
    const place = [placeOf(mistake), mistake.path].filter(Boolean).join('  ')
    const fix = mistake.fix ? [`${INDENT}${INDENT}${printable(mistake.fix)}`] : []
    return [`${INDENT}${printable([place, mistake.message].filter(Boolean).join('  '))}`, ...fix]
  })
  return [...shown, ...moreLine(mistakes.length)]
}

function placeOf({file, line, column}: Mistake): string {
  return [file, line, column].filter((part) => part !== null && part !== undefined).join(':')
}

/** Scalars, lists of scalars, and one level of objects, under each other; the rest is for `--json`. */
function factLines(facts: Readonly<Record<string, unknown>>): string[] {
  const flat = Object.entries(facts).flatMap(([name, value]) =>
    isRecord(value) ? Object.entries(value) : [[name, value] as [string, unknown]],
  )
  const labelled = flat.flatMap(([name, value]) => {
    const text = factText(name, value)
    return text === undefined ? [] : [[labelOf(name), text] as const]
  })
  const width = Math.max(0, ...labelled.map(([label]) => label.length)) + 2
  return labelled.map(([label, text]) => `${INDENT}${label.padEnd(width)}${printable(text)}`)
}

function factText(name: string, value: unknown): string | undefined {
  if (Array.isArray(value)) return listText(name, value)
  if (typeof value === 'string') return value === '' ? '""' : value
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined
  if (name.endsWith('Ms')) return durationText(Number(value))
  if (/bytes$/i.test(name)) return bytesText(value)
  return /(line|column|number|format|port|year)$/i.test(name) ? String(value) : countText(value)
}

function listText(name: string, values: readonly unknown[]): string | undefined {
  const texts = values.flatMap((value) => (isRecord(value) ? [] : (factText(name, value) ?? [])))
  if (texts.length === 0) return undefined
  const more = texts.length > LISTED_AT_MOST ? `, and ${countText(texts.length - LISTED_AT_MOST)} more` : ''
  return texts.slice(0, LISTED_AT_MOST).join(', ') + more
}

function moreLine(length: number): string[] {
  return length > LISTED_AT_MOST ? [`${INDENT}and ${countText(length - LISTED_AT_MOST)} more (--json lists all)`] : []
}

/** `ageMs` reads `age`, `quarantinedRows` reads `quarantined rows`: the unit stands at the value. */
function labelOf(name: string): string {
  return name
    .replace(/(Ms|Bytes)$/, '')
    .replace(/[A-Z]+/g, (capitals) => ` ${capitals.toLowerCase()}`)
    .trim()
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
