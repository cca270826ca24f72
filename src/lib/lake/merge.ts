import {parseColumnType} from '../mapping/column-type.js'
import type {Blueprint} from './blueprints/index.js'
import type {DraftColumn, DraftPartitionColumn, DraftTable} from './drafts.js'
import type {Findings, Path} from './mistakes.js'
import {nearFix} from '../near-name.js'
import type {SoundColumn, SoundDefinition, SoundPartition, SoundTable} from './sound.js'

/** The tables of blueprint and file together: blueprint order first, then the file's own tables. */
export function mergeTables(file: SoundDefinition, blueprint: Blueprint | null, findings: Findings): DraftTable[] {
  const base = new Map<string, SoundTable>(Object.entries(blueprint?.tables ?? {}) as [string, SoundTable][])
  const own = new Map(Object.entries(file.tables ?? {}))
  const names = new Set([...base.keys(), ...own.keys()])
  return [...names].map((name) => mergeTable(name, base.get(name), own.get(name), findings))
}

function mergeTable(
  name: string,
  base: SoundTable | undefined,
  own: SoundTable | undefined,
  findings: Findings,
): DraftTable {
  const at: Path = own === undefined ? ['blueprint'] : ['tables', name]
  const columns = mergeColumns(name, at, base?.columns ?? [], own?.columns ?? [], findings)
  const {columns: _baseColumns, partition: basePartition, ...baseValues} = base ?? {}
  const {columns: _ownColumns, partition: ownPartition, ...ownValues} = own ?? {}
  return {
    name,
    at,
    written: new Set(Object.keys(own ?? {})),
    values: {...baseValues, ...ownValues},
    ...columns,
    namesKnown: columns.namesKnown && (own?.columns !== undefined || !findings.touches([...at, 'columns'])),
    partition: mergePartition(name, at, basePartition, ownPartition),
  }
}

type MergedColumns = Pick<DraftTable, 'columns' | 'removed' | 'namesKnown'>

function mergeColumns(
  table: string,
  tableAt: Path,
  base: SoundTable['columns'] & object,
  own: SoundTable['columns'] & object,
  findings: Findings,
): MergedColumns {
  const merged: DraftColumn[] = base.flatMap((column) => baseColumn(column, tableAt))
  const baseNames = merged.map((column) => column.name)
  const removed = new Map<string, Path>()
  const seen = new Set<string>()
  let namesKnown = true
  for (const [index, column] of own.entries()) {
    const at: Path = ['tables', table, 'columns', index]
    const name = column?.name
    if (column === undefined || name === undefined) {
      namesKnown = false
      continue
    }
    if (seen.has(name.toLowerCase())) {
      findings.add([...at, 'name'], `The column ${name} stands here twice.`, 'Keep one of the two, or rename it.')
      continue
    }
    seen.add(name.toLowerCase())
    if (column.remove === true) removeColumn(name, column, at, merged, baseNames, removed, findings)
    else placeColumn(name, column, at, merged)
  }
  return {columns: merged, removed, namesKnown}
}

function baseColumn(column: SoundColumn | undefined, at: Path): DraftColumn[] {
  return column?.name === undefined ? [] : [{name: column.name, values: column, at, written: new Set()}]
}

function placeColumn(name: string, column: SoundColumn, at: Path, merged: DraftColumn[]): void {
  const index = merged.findIndex((other) => other.name === name && other.written.size === 0)
  const written = new Set(Object.keys(column))
  const base = merged[index]
  if (base === undefined) merged.push({name, values: column, at, written: new Set([...written, 'name'])})
  else merged[index] = {name, values: overlay(base.values, column), at, written}
}

/**
 * An override replaces key by key. What belonged to the old origin or type only (policies, format, a permission to
 * round) does not live on in silence under a new one.
 */
function overlay(base: SoundColumn, own: SoundColumn): SoundColumn {
  const kept: {-readonly [Key in keyof SoundColumn]: SoundColumn[Key]} = {...base}
  if (own.from !== undefined) delete kept.derive
  if (own.derive !== undefined) {
    for (const key of ['from', 'missing', 'inexact', 'wrong_type', 'format', 'zone', 'tag'] as const) delete kept[key]
  }
  if (own.type !== undefined && kindOf(own.type) !== kindOf(base.type)) {
    for (const key of ['inexact', 'format', 'zone', 'tag'] as const) delete kept[key]
  }
  if (own.format !== undefined && own.format !== 'iso_local') delete kept.zone
  return {...kept, ...own}
}

function kindOf(type: string | undefined): string | undefined {
  const parsed = type === undefined ? null : parseColumnType(type)
  return parsed?.kind === 'array' ? `array of ${parsed.element.kind}` : parsed?.kind
}

function removeColumn(
  name: string,
  column: SoundColumn,
  at: Path,
  merged: DraftColumn[],
  baseNames: readonly string[],
  removed: Map<string, Path>,
  findings: Findings,
): void {
  const others = Object.keys(column).filter((key) => key !== 'name' && key !== 'remove')
  if (others.length > 0) {
    findings.add([...at, 'remove'], 'A removed column has a name and nothing else.', `Remove ${others.join(', ')}.`)
  }
  const index = merged.findIndex((other) => other.name === name)
  if (index < 0) {
    const fix = nearFix(name, baseNames, 'blueprint column')
    findings.add([...at, 'name'], `The blueprint has no column ${name} to remove.`, fix)
    return
  }
  merged.splice(index, 1)
  removed.set(name, at)
}

function mergePartition(
  table: string,
  tableAt: Path,
  base: SoundPartition | null | undefined,
  own: SoundPartition | null | undefined,
): DraftTable['partition'] {
  if (own === null || (own === undefined && (base === null || base === undefined))) return null
  const ownAt: Path = ['tables', table, 'partition', 'by']
  const by: DraftPartitionColumn[] =
    own?.by === undefined
      ? (base?.by ?? []).map((column) => ({...named(column), at: tableAt, written: false}))
      : own.by.map((column, index) => ({...named(column), at: [...ownAt, index], written: true}))
  return {...base, ...own, by}
}

function named(column: NonNullable<SoundPartition['by']>[number]): Pick<DraftPartitionColumn, 'name' | 'derive'> {
  return {name: column?.name, derive: column?.derive}
}
