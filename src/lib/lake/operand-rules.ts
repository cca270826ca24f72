import {nearFix} from '../near-name.js'
import type {ColumnType} from '../mapping/column-type.js'
import {operandTexts} from './circle-rules.js'
import {typeOf} from './column-rules.js'
import {placeOf, type DraftTable} from './drafts.js'
import type {Findings, Path} from './mistakes.js'
import type {SoundDerive} from './sound.js'

/** Expressions over texts: an attribute will do as well as a column. */
const TEXT_EXPRESSIONS = ['equal', 'not_equal', 'slice_after', 'slice_before', 'lower', 'trim', 'coalesce']

/** What is being computed, and where its mistakes are shown. */
export interface Site {
  readonly table: DraftTable
  readonly what: string
  readonly derive: SoundDerive
  /** Place of the derive key, or of the nearest thing that the file itself wrote. */
  readonly at: Path
  /** False for an expression of the blueprint: its parts have no place of their own. */
  readonly written: boolean
  /** False where only stored rows are at hand. */
  readonly hasItem: boolean
  readonly findings: Findings
}

export interface Operand {
  readonly text: string
  readonly type: ColumnType | 'unknown'
  readonly place: Path
}

/** The operands that are what they should be; reports the others. */
export function operands(site: Site, name: string, texts: readonly (string | undefined)[]): Operand[] {
  return operandTexts(name, texts).flatMap((text, index): Operand[] => {
    if (text === undefined) return []
    const own: Path = site.written ? [...site.at, name, index] : site.at
    if (text.startsWith('$')) return attributeOperand(site, name, text, own)
    const column = site.table.columns.find((other) => other.name === text)
    if (column !== undefined) {
      // A blueprint's expression over a column that the file overrides: the override is to blame.
      const place = !site.written && column.written.size > 0 ? placeOf(column, 'type') : own
      return [{text, type: typeOf(column) ?? 'unknown', place}]
    }
    reportUnknown(site, text, own)
    return []
  })
}

/** An attribute without a column has a text and nothing else, and only while the item is at hand. */
function attributeOperand(site: Site, name: string, text: string, place: Path): Operand[] {
  const attribute = text.slice(1)
  if (attribute === '') {
    site.findings.add(place, 'An attribute name is empty.', 'Write $ and the name of the source attribute.')
  } else if (!site.hasItem) {
    const message = `A partition is computed from stored columns, not from the attribute ${text}.`
    site.findings.add(place, message, `Add a column from ${attribute}, and use its name.`)
  } else if (!TEXT_EXPRESSIONS.includes(name)) {
    const message = `${text} is the text of an attribute; ${name} needs a column with a type.`
    site.findings.add(place, message, `Add a column from ${attribute}, and use its name.`)
  } else return [{text, type: {kind: 'string'}, place}]
  return []
}

function reportUnknown(site: Site, text: string, own: Path): void {
  const removedAt = site.table.removed.get(text)
  if (removedAt !== undefined) {
    const place = site.written ? own : removedAt
    const message = `${site.what} needs the column ${text}, which is removed.`
    site.findings.add(
      place,
      message,
      site.written ? `Keep ${text}, or use another column.` : `Remove ${site.what} too, or keep ${text}.`,
    )
  } else if (site.table.namesKnown) {
    const names = site.table.columns.map((column) => column.name).filter((name) => name !== site.what)
    site.findings.add(own, `There is no column ${text} in ${site.table.name}.`, nearFix(text, names, 'column'))
  }
}

export function checkResult(
  site: Site,
  result: ColumnType | null,
  kinds: readonly ColumnType['kind'][],
  typeAt: Path,
): void {
  if (result === null || kinds.includes(result.kind)) return
  const list = kinds.map((kind) => (kind === 'decimal' ? 'decimal(p,s)' : kind)).join(' or ')
  site.findings.add(typeAt, `${site.what} is computed as ${list}, not as ${result.kind}.`, `Write type: ${list}.`)
}

export function checkKind(site: Site, operand: Operand, name: string, kinds: readonly ColumnType['kind'][]): boolean {
  if (operand.type === 'unknown') return false
  if (kinds.includes(operand.type.kind)) return true
  const message = `${name} needs ${kinds.join(' or ')}; ${operand.text} is ${operand.type.kind}.`
  site.findings.add(operand.place, message, `Use a column of type ${kinds.join(' or ')}.`)
  return false
}
