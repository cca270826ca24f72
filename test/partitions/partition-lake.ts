import type {Context} from '../../src/lib/context.js'
import {findTable} from '../../src/lib/lake/index.js'
import type {OperationPorts} from '../../src/lib/operation/index.js'
import {
  compareTable,
  diffTables,
  planSync,
  runSync,
  type SyncedTable,
  type TableDiff,
} from '../../src/lib/partitions/index.js'
import type {CatalogPartition} from '../../src/lib/ports/catalog.js'
import {collect} from '../contract/ports/expectations.js'

/** A lake with one table of events, whose partition is made of two columns. */
export function eventsDefinition(path = ''): string {
  return `sluice: 1
lake: testlake
default: local
environments: {local: {backend: local, root: ./lake}}
tables:
  logs:
    kind: events
    format: json
    columns: [{name: id, type: string}]
    partition: {by: [{name: day}, {name: city}]${path === '' ? '' : `, path: '${path}'`}}
`
}

/** Puts an object of one row into each folder below the table's. */
export async function fill({ports}: Context, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await ports.store.write(`logs/${key}`, Buffer.from(`{"id":"${keys.indexOf(key)}"}\n`))
}

export async function diff({definition, ports, asOf}: Context): Promise<TableDiff> {
  return (await diffTables([findTable(definition, 'logs')], definition, asOf, ports)).tables[0]!
}

/** `kind where: why` of every difference. */
export async function differences(context: Context): Promise<string[]> {
  const found = await diff(context)
  return found.differences.map(({kind, folder, location}) => `${kind} ${folder ?? location ?? ''}`)
}

export interface SyncOptions {
  readonly dropMissing?: boolean
  readonly ports?: OperationPorts
}

/** Plans and runs; null where there was nothing to do. */
export async function sync(context: Context, options: SyncOptions = {}): Promise<SyncedTable | null> {
  const {definition, asOf, signal} = context
  const ports = options.ports ?? context.ports
  const request = {asOf, dropMissing: options.dropMissing ?? false}
  const planned = await planSync(request, findTable(definition, 'logs'), definition, ports)
  const {plan} = planned
  return plan === null ? null : runSync({...planned, plan}, {caller: CALLER, signal}, ports)
}

export const CALLER = {user: 'tester', host: 'here', version: '0', command: 'test', reason: null}

/** What the catalog has: values → location. */
export async function registered({ports}: Context): Promise<Record<string, string>> {
  if ((await ports.catalog.getTable('logs')) === null) return {}
  const partitions: CatalogPartition[] = await collect(ports.catalog.listPartitions('logs'))
  const entries = partitions.map(({values, location}) => [values.join('|'), location] as const)
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)))
}

export {compareTable}
