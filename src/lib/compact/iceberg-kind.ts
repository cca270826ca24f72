import {SluiceError} from '../errors.js'
import type {OperationKind, OperationPorts, Proof, StageContext, Unit} from '../operation/index.js'
import type {Rewrite, TableUpkeep, UpkeepFigures} from '../ports/table-upkeep.js'
import {runToEnd} from './iceberg-runs.js'
import type {IcebergWork, StagedUpkeep} from './iceberg-work.js'

/**
 * `compact.iceberg`: the table's own engine rewrites small files, in commits of its own that readers see whole and that
 * change no row, then expires old snapshots. Nothing of it can be taken back, and everything be repeated. The rows of
 * each rewrite are counted before the snapshots go that tell of them.
 */
export const icebergKind: OperationKind<IcebergWork, StagedUpkeep> = {
  kind: 'compact.iceberg',
  stage,
  prove,
  publish: async () => 'published',
}

async function stage({work}: Unit<IcebergWork>, context: StageContext): Promise<StagedUpkeep> {
  const {ports, steps, signal} = context
  const upkeep = upkeepOf(ports)
  const before = (steps.noted.get('before') as UpkeepFigures | undefined) ?? (await upkeep.measure(work, work, signal))
  await steps.note('before', before)
  const optimize = await runToEnd('optimize', work, upkeep, context)
  const rewrites =
    (steps.noted.get('rewrites') as readonly Rewrite[] | undefined) ??
    (await countedRewrites(work, before, upkeep, signal))
  await steps.note('rewrites', rewrites)
  const vacuum = await runToEnd('vacuum', work, upkeep, context)
  return {
    before,
    after: await upkeep.measure(work, work, signal),
    rewrites,
    runs: {optimize: optimize.runs, vacuum: vacuum.runs},
    scannedBytes: optimize.scannedBytes + vacuum.scannedBytes,
  }
}

/** Every rewrite since the operation began, others' too. Throws `PROOF_FAILED` when one changed how many rows there are. */
async function countedRewrites(
  {table}: IcebergWork,
  {snapshot}: UpkeepFigures,
  upkeep: TableUpkeep,
  signal: AbortSignal,
): Promise<readonly Rewrite[]> {
  if (snapshot === null) return []
  const rewrites = await upkeep.rewritesSince(table, snapshot, signal)
  const wrong = rewrites.find(({rowsBefore, rowsAfter}) => rowsBefore !== rowsAfter)
  if (wrong === undefined) return rewrites
  const rows = `${wrong.rowsBefore} rows before and ${wrong.rowsAfter} after it`
  throw new SluiceError('PROOF_FAILED', `Snapshot ${wrong.snapshot} of ${table} is a rewrite, with ${rows}.`, {
    fix: `No snapshot was expired: compare them (SELECT … FROM ${table} FOR VERSION AS OF ${wrong.snapshot}).`,
    details: {table, ...wrong},
  })
}

async function prove(_unit: Unit<IcebergWork>, {rewrites, after}: StagedUpkeep): Promise<Proof> {
  const rows = after.rows.toLocaleString('en-US')
  const times = rewrites.length === 1 ? '1 rewrite' : `${rewrites.length} rewrites`
  return {level: 'structure', text: `${rows} rows, counted before and after ${times}`}
}

/** Throws `NOT_IN_THIS_ENVIRONMENT` where nothing does the upkeep of such tables. */
function upkeepOf({upkeep}: OperationPorts): TableUpkeep {
  if (upkeep !== undefined) return upkeep
  throw new SluiceError('NOT_IN_THIS_ENVIRONMENT', 'This environment has no Iceberg tables.', {
    fix: 'Name an environment on AWS: --env NAME',
  })
}
