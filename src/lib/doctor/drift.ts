import {mappingOf, type TableDefinition} from '../lake/index.js'
import {readsExactly, storedColumns} from '../mapping/index.js'
import type {CatalogColumn} from '../ports/catalog.js'
import type {StandingTable} from './catalog-look.js'
import {fail, pass, unknown, warn} from './verdicts.js'
import type {Verdict} from './types.js'

/** The columns of a table's objects, as the definition has them. */
export function wantedColumns(table: TableDefinition): readonly CatalogColumn[] {
  if (table.kind === 'changelog') return storedColumns(mappingOf(table))
  return table.columns.map(({name, type}) => ({name, type}))
}

/** Every column that stands otherwise than the definition has it, each with both types. */
export function columnDrift(table: TableDefinition, standing: StandingTable, title: string): readonly Verdict[] {
  const wanted = wantedColumns(table)
  const found = byName(standing.columns)
  const known = byName(wanted)
  const differing = wanted.flatMap((column) => {
    const verdict = driftOf(table, column, found.get(column.name.toLowerCase()), {standing, title})
    return verdict === null ? [] : [{...verdict, of: `${table.name}.${column.name}`}]
  })
  const more = standing.columns
    .filter(({name}) => !known.has(name.toLowerCase()))
    .map(({name, type}) => ({...surplus(type, title), of: `${table.name}.${name}`}))
  if (differing.length + more.length > 0) return [...differing, ...more]
  return [pass(`${wanted.length} columns as the definition has them`)]
}

interface Where {
  readonly standing: StandingTable
  readonly title: string
}

function driftOf(
  table: TableDefinition,
  wanted: CatalogColumn,
  found: CatalogColumn | undefined,
  {standing, title}: Where,
): Verdict | null {
  if (found === undefined) return missing(table, wanted, {standing, title})
  if (sameType(found.type, wanted.type)) return null
  const text = `${wanted.type} in the definition, ${found.type} in ${title}`
  if (table.kind === 'changelog' && readsExactly(found.type, wanted.type)) {
    return warn(`${text}; the next load widens it`, `sluice backfill plan --table ${table.name}`)
  }
  return fail(
    text,
    `Write \`type: ${found.type}\` into the definition, or correct the type in ${title} and load again what was stored with it.`,
  )
}

function missing(table: TableDefinition, {type}: CatalogColumn, {standing, title}: Where): Verdict {
  const text = `${type} in the definition, no such column in ${title}`
  if (standing.isGoverned) {
    return unknown(
      `${text}: Lake Formation may hide it from this caller`,
      'Ask an administrator of Lake Formation which columns this caller may see.',
    )
  }
  return table.kind === 'changelog'
    ? warn(`${text}; the next load adds it`, `sluice backfill plan --table ${table.name}`)
    : fail(text, `Add the column in ${title}, or take it out of the definition.`)
}

function surplus(type: string, title: string): Verdict {
  return warn(
    `${type} in ${title}, no such column in the definition; loads keep it, new rows have NULL there`,
    'sluice lake show',
  )
}

/** Partition columns in their order: another one, or another order, puts rows into wrong folders. */
export function partitionDrift(table: TableDefinition, standing: StandingTable, title: string): Verdict {
  const wanted = (table.partition?.by ?? []).map(({name}) => ({name, type: 'string'}))
  const [asWanted, asFound] = [listed(wanted), listed(standing.partitionColumns)]
  if (asWanted === asFound) return pass(asWanted)
  return fail(
    `${asWanted} in the definition, ${asFound} in ${title}`,
    `Bring \`partition:\` of the definition back to what stands, or load ${table.name} anew into an empty place.`,
  )
}

function listed(columns: readonly CatalogColumn[]): string {
  if (columns.length === 0) return 'not partitioned'
  return columns.map(({name, type}) => `${name.toLowerCase()} ${typeText(type)}`).join(', ')
}

function byName(columns: readonly CatalogColumn[]): ReadonlyMap<string, CatalogColumn> {
  return new Map(columns.map((column) => [column.name.toLowerCase(), column]))
}

function sameType(left: string, right: string): boolean {
  return typeText(left) === typeText(right)
}

function typeText(type: string): string {
  return type.toLowerCase().replaceAll(/\s+/g, '')
}
