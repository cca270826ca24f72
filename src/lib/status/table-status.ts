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
  const partitions = await lookAtPartitions(look, entry, listing)
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
    objects: listing?.objects ?? null,
    partitions,
  }
}
