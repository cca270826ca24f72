import {SluiceError} from '../errors.js'
import type {Environment} from '../lake/index.js'
import type {OperationPorts} from '../operation/index.js'
import type {EngineChoice, EngineName, EngineWish} from '../ports/parquet-engine.js'
import type {CompactWork} from './work.js'

const GIB = 2 ** 30
const MIB = 2 ** 20
const FRACTION_DIGITS = 1

/** What may merge the partitions of a plan. */
export interface EnginesAsked {
  readonly wish: EngineWish
  readonly hasAthena: boolean
}

export const LOCAL_REASON = 'a local lake has no other'

export const LOCAL_ENGINES: EnginesAsked = {wish: 'auto', hasAthena: false}

/** Throws `NOT_IN_LOCAL` for Athena where there is none. */
export function enginesAsked(wish: EngineWish, {backend}: Pick<Environment, 'backend'>): EnginesAsked {
  if (wish === 'athena' && backend === 'local')
    throw new SluiceError('NOT_IN_LOCAL', 'A local lake has no Athena.', {fix: 'Compact with --engine duckdb.'})
  return {wish, hasAthena: backend === 'aws'}
}

/** Decides what merges a partition: this machine, and Athena past its limit. */
export function chooseEngine(
  sizeBytes: number,
  format: CompactWork['format'],
  {wish, hasAthena}: EnginesAsked,
  maximumPartitionBytes: number,
): EngineChoice {
  if (wish !== 'auto') return {name: wish, reason: 'as asked for'}
  if (!hasAthena) return {name: 'duckdb', reason: LOCAL_REASON}
  const limit = `the ${sizeText(maximumPartitionBytes)} of --max-partition-size`
  if (sizeBytes <= maximumPartitionBytes) return {name: 'duckdb', reason: `within ${limit}`}
  if (format !== 'parquet') return {name: 'duckdb', reason: 'Athena does not carry lines byte for byte'}
  return {name: 'athena', reason: `over ${limit}`}
}

/** A choice of Athena becomes one of this machine where Athena can write nothing in this lake. */
export async function usableEngine(choice: EngineChoice, ports: Pick<OperationPorts, 'engine'>): Promise<EngineChoice> {
  if (choice.name !== 'athena') return choice
  const fault = await ports.engine('athena').fault?.()
  return fault ? {name: 'duckdb', reason: `${choice.reason}, but Athena cannot: ${fault.text}`} : choice
}

/** Athena was asked for: throws `ENGINE_UNFIT` where it can write nothing in this lake. */
export async function refuseAthena(ports: Pick<OperationPorts, 'engine'>): Promise<void> {
  const fault = await ports.engine('athena').fault?.()
  if (!fault) return
  throw new SluiceError('ENGINE_UNFIT', `Athena cannot merge here: ${fault.text}`, {
    fix: `${fault.remedy}; or compact with --engine duckdb.`,
  })
}

/** What merges a planned partition; plans of versions before name none. */
export function engineOf({engine}: Pick<CompactWork, 'engine'>): EngineName {
  return engine ?? 'duckdb'
}

function sizeText(bytes: number): string {
  const [unit, name] = bytes >= GIB ? [GIB, 'GiB'] : [MIB, 'MiB']
  return `${Number((bytes / unit).toFixed(FRACTION_DIGITS))} ${name}`
}
