import {changelogStatus} from './changelog-status.js'
import {aboutTable, lookAtEntry, lookAtPartitions, type TableLook} from './table-look.js'
import {listTable} from './table-objects.js'
import {countRows} from './table-rows.js'
import type {TableStatus} from './types.js'

/** The state of one table; what cannot be told is null, and a finding says why. Throws for nothing but an abort. */
export async function tableStatus(look: TableLook): Promise<TableStatus> {
  return look.table.kind === 'changelog' ? changelogStatus(look) : plainStatus(look)
}

/** A table that other commands build: what the catalog and the listing say. */
async function plainStatus(look: TableLook): Promise<TableStatus> {
  const {table, operations, ports, findings} = look
  const about = aboutTable(look)
  const entry = await lookAtEntry(look)
  const location = entry?.location ?? null
  const noRuns = {active: new Set<string>(), superseded: new Set<string>(), isComplete: true}
  const list = () => listTable(location!, noRuns, operations, ports)
  const listing = location === null ? null : await findings.attempt(about, 'its objects', list)
  const count = () => countRows(table.name, ports)
  const rows = entry === null ? null : await findings.attempt(about, 'how many rows it has', count, ports.signal)
  const compared = await lookAtPartitions(look, entry, listing)
  tellUnregistered(look, compared?.partitions.unregisteredObjects ?? 0)
  return {
    table: table.name,
    kind: table.kind,
    health: findings.health(),
    isLoaded: entry !== null,
    rows,
    newest: null,
    quarantined: null,
    floor: null,
    runs: null,
    objects: compared?.objects ?? listing?.objects ?? null,
    partitions: compared?.partitions ?? null,
  }
}

/** Whoever writes a table of events writes objects only: the catalog is told by somebody else, or by nobody. */
function tellUnregistered(look: TableLook, objects: number): void {
  if (objects === 0) return
  const lie = objects === 1 ? 'object lies' : 'objects lie'
  const text = `${objects.toLocaleString('en-US')} ${lie} in folders that are no registered partition: no query finds them`
  const next = [`sluice partitions sync --table ${look.table.name}`, 'register them'] as const
  look.findings.warn(aboutTable(look), text, next)
}
