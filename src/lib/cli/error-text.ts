import {bytesText} from './output/bytes.js'
import {countText} from './output/count.js'
import {durationText} from './output/duration.js'
import {printable} from './output/text.js'
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

const LISTED_AT_MOST = 20
const INDENT = '  '

/**
 * An error for people, on stderr: what happened, the facts behind it, what to do next. `paint` colours the word `Error`
 * and its code; it repeats what the words say.
 */
export function errorText(error: ShownError, paint: (text: string) => string = (text) => text): string {
  return [
    `${paint(`Error ${error.code}:`)} ${printable(error.message)}`,
    ...detailLines(error.details ?? {}),
    ...(error.fix === null ? [] : ['Next:', `${INDENT}${printable(error.fix)}`]),
  ].join('\n')
}

function detailLines(details: Readonly<Record<string, unknown>>): string[] {
  const {mistakes, ...facts} = details
  return [...(Array.isArray(mistakes) ? mistakeLines(mistakes as Mistake[]) : []), ...factLines(facts)]
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
