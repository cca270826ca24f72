import {stringify} from 'csv-stringify/sync'
import type {Cell} from './cell.js'
import {jsonLine} from './json.js'
import {spelledControls} from './text.js'

/** Beginnings that a spreadsheet runs as a formula, also in their full-width forms. */
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/
const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/

export interface CsvOptions {
  /** Leave text that begins like a formula as it is. */
  readonly isExact?: boolean
}

/** What CSV could not write as it is. */
export interface CsvChanges {
  /** Texts that got a `'` in front, so that a spreadsheet does not run them. */
  guarded: number
  /** Texts with control characters, which are spelled. */
  spelled: number
}

/**
 * Lines of CSV (RFC 4180 with line feeds). NULL is nothing and an empty text `""`. Counts what it changes in `changes`.
 */
export function csvLines(rows: readonly (readonly Cell[])[], options: CsvOptions, changes: CsvChanges): string {
  const records = rows.map((cells) => cells.map((cell) => csvValue(cell, options, changes)))
  return stringify(records, {quoted_match: /^$/, record_delimiter: 'unix'})
}

function csvValue(cell: Cell, options: CsvOptions, changes: CsvChanges): string | null {
  if (cell === null || cell === undefined) return null
  if (cell instanceof Date) return cell.toISOString()
  if (typeof cell === 'object') return jsonLine(cell)
  return typeof cell === 'string' ? csvText(cell, options, changes) : String(cell)
}

function csvText(text: string, {isExact = false}: CsvOptions, changes: CsvChanges): string {
  const spelled = spelledControls(text)
  if (spelled !== text) changes.spelled += 1
  if (isExact || !FORMULA.test(text) || PLAIN_NUMBER.test(text)) return spelled
  changes.guarded += 1
  return `'${spelled}`
}
