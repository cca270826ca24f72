import {renderBlock, renderHeading, renderNext, type Labelled} from '../cli/output/block.js'
import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {renderTable, type Column} from '../cli/output/table.js'
import {plural} from '../cli/output/text.js'
import {EXIT, type ExitCode} from '../errors.js'
import type {ListDocument, ListedPartition} from './list.js'
import {renderSynced} from './render-sync.js'
import type {SyncDocument} from './sync.js'
import type {Difference, DifferenceKind, DiffDocument, TableDiff} from './types.js'

const SHOWN = 12
const NOTHING = '–'

/** What each kind means, for one and for several. */
const KINDS: Readonly<Record<DifferenceKind, readonly [one: string, many: string]>> = {
  unregistered: ['folder with objects is no partition', 'folders with objects are no partitions'],
  empty: ['partition has no object', 'partitions have no object'],
  mismatch: ['partition points elsewhere than its objects lie', 'partitions point elsewhere than their objects lie'],
  twin: ['folder means the same partition as another', 'folders mean the same partition as another'],
  misfit: ['folder has not the form of the table', 'folders have not the form of the table'],
  nested: ['folder lies inside of a partition', 'folders lie inside of partitions'],
  shared: ['partition shares its place with another', 'partitions share their place with another'],
  unseen: [
    'folder is never read: no partition is computed for it',
    'folders are never read: no partition is computed for them',
  ],
  outside: ['partition cannot be looked at', 'partitions cannot be looked at'],
}

/** 4 where a part could not be looked at, 3 where store and catalog differ. */
export function exitOfDiff({tables}: Pick<DiffDocument, 'tables'>): ExitCode {
  if (tables.some(({counts}) => counts.outside > 0)) return EXIT.partial
  return tables.some(isDifferent) ? EXIT.breached : EXIT.ok
}

function isDifferent({counts, isInCatalog, folders}: TableDiff): boolean {
  return Object.values(counts).some((count) => count > 0) || (!isInCatalog && folders > 0)
}

/** 4 when a part was not done; 3 when folders of a projected table are never read; else 0. */
export function exitOfSync({tables}: Pick<SyncDocument, 'tables'>): ExitCode {
  if (tables.some(({counts, failures}) => counts.failed > 0 || failures.length > 0)) return EXIT.partial
  return tables.some(({before}) => before.counts.unseen > 0) ? EXIT.breached : EXIT.ok
}

export function renderDiff(result: DiffDocument): string {
  const parts = result.tables.map((table) => tableText(table, result.environment))
  const wanted = result.tables.filter(({counts, isProjected}) => counts.unregistered > 0 && !isProjected)
  if (wanted.length === 0) return parts.join('\n\n')
  const next = wanted.map(({table}) => [`sluice partitions sync --table ${table}`, 'register what is missing'] as const)
  return [...parts, renderNext(next)].join('\n\n')
}

function tableText(diff: TableDiff, environment: string): string {
  const heading = renderHeading(`Partitions of ${diff.table}`, `env ${environment}`)
  const rows = diff.differences.slice(0, SHOWN)
  const left = diff.differences.length + diff.notListed - rows.length
  const list = rows.length === 0 ? [] : ['', differencesText(rows)]
  const rest = left === 0 ? [] : [`  … and ${countText(left)} more; --json lists the first ${countText(1000)}.`]
  return [heading, '', renderBlock(diffLines(diff)), ...list, ...rest].join('\n')
}

/** The figures of a table's comparison. */
export function diffLines(diff: TableDiff): Labelled[] {
  const {isInCatalog, isProjected, registered, folders, files, sizeBytes, template} = diff
  const stores = `${plural(files, 'object')}, ${bytesText(sizeBytes)}, in ${plural(folders, 'folder')} like ${template}`
  const found: string[] = (Object.keys(KINDS) as DifferenceKind[]).flatMap((kind) => {
    const count = diff.counts[kind]
    return count === 0 ? [] : [`${countText(count)} ${KINDS[kind][count === 1 ? 0 : 1]}`]
  })
  return [
    ['store', stores],
    ['catalog', catalogText(isInCatalog, isProjected, registered)],
    ['in step', inStepText(diff)],
    ['differs', found.length === 0 ? 'nothing' : found],
  ]
}

function catalogText(isInCatalog: boolean, isProjected: boolean, registered: number): string {
  if (!isInCatalog) return 'has no such table yet'
  if (isProjected) return 'partition projection: partitions are computed, never looked up'
  return plural(registered, 'partition')
}

function inStepText({inStep, compacted, moved}: TableDiff): string {
  const parts = [
    ...(compacted === 0 ? [] : [`${countText(compacted)} compacted elsewhere`]),
    ...(moved === 0 ? [] : [`${countText(moved)} elsewhere than their values say`]),
  ]
  return parts.length === 0 ? countText(inStep) : `${countText(inStep)}, of them ${parts.join(', ')}`
}

function differencesText(rows: readonly Difference[]): string {
  const columns: Column<Difference>[] = [
    {title: 'what', value: ({kind}) => kind},
    {title: 'where', value: ({folder, location}) => folder ?? location ?? NOTHING},
    {title: 'files', value: ({files}) => files},
    {title: 'why', value: ({text}) => text, prose: true},
  ]
  return renderTable(columns, rows)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}

/** Columns of `partitions list`, whatever the form of its rows. */
export function partitionColumns(): Column<ListedPartition>[] {
  return [
    {title: 'partition', value: ({partition}) => partition},
    {title: 'files', value: ({files}) => files, align: 'right'},
    {title: 'sizeBytes', value: ({sizeBytes}) => sizeBytes, align: 'right'},
    {title: 'place', value: ({place}) => place},
    {title: 'location', value: ({location}) => location},
  ]
}

/** What is said about a list, beside its rows. */
export function renderList({table, registered, environment}: ListDocument): string {
  if (registered > 0) return `${plural(registered, 'partition')} of ${table}, env ${environment}.`
  return `The catalog has no partition of ${table}. See what lies in the store: sluice partitions diff --table ${table}`
}

export function renderSync(result: SyncDocument): string {
  return result.tables.map((table) => renderSynced(table, result)).join('\n\n')
}
