import pMap from 'p-map'
import type {LakeDefinition, TableDefinition} from '../lake/index.js'
import type {OperationPorts} from '../operation/index.js'
import {Findings, healthOf} from './findings.js'
import {operationsStatus, readOperations, type KnownOperations} from './operations.js'
import {tableStatus} from './table-status.js'
import type {StatusResult} from './types.js'

const TABLES_AT_ONCE = 4

/** What killed processes left on this machine. */
export interface LeftOvers {
  readonly folders: number
  readonly sizeBytes: number
}

export interface StatusPorts extends Pick<OperationPorts, 'store' | 'catalog' | 'query' | 'clock' | 'host'> {
  readonly signal: AbortSignal
  leftOvers(): Promise<LeftOvers>
}

/**
 * The lake on one screen: tables, operations, and what waits for a person. Reads listings, run records and journals;
 * rows only where those cannot tell. A part that is broken is a finding and hides no other part.
 */
export async function lakeStatus(definition: LakeDefinition, asOf: Date, ports: StatusPorts): Promise<StatusResult> {
  const findings = new Findings()
  const known = await readOperations(ports, findings)
  const looked = await pMap(definition.tables, (table) => lookAt(table, known, ports), {concurrency: TABLES_AT_ONCE})
  const operations = await operationsStatus(known, ports, findings)
  await tellLeftOvers(ports, findings)
  const all = [...looked.flatMap((look) => look.findings), ...findings.all()]
  return {
    lake: definition.lake,
    environment: definition.environment.name,
    root: ports.store.uri,
    isProtected: definition.environment.protect,
    asOf: asOf.toISOString(),
    health: healthOf(all),
    tables: looked.map(({status}) => status),
    operations,
    findings: all,
  }
}

/** Tables are looked at beside each other; each tells its findings for itself, so that their order is the tables'. */
async function lookAt(table: TableDefinition, operations: KnownOperations, ports: StatusPorts) {
  const findings = new Findings()
  const status = await tableStatus({table, operations, ports, findings})
  return {status, findings: findings.all()}
}

async function tellLeftOvers(ports: StatusPorts, findings: Findings): Promise<void> {
  const left = await findings.attempt('spool', 'what killed processes left', () => ports.leftOvers())
  if (left === null || left.folders === 0) return
  const size = `${Math.ceil(left.sizeBytes / 1024).toLocaleString('en-US')} KiB`
  const one = left.folders === 1
  const what = one ? '1 spool folder of a killed process' : `${left.folders} spool folders of killed processes`
  findings.note('spool', `${what}, ${size}; the next load removes ${one ? 'it' : 'them'}`)
}
