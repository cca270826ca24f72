import {createHash} from 'node:crypto'
import {SluiceError} from '../errors.js'
import type {StageContext} from '../operation/index.js'
import type {TableUpkeep, UpkeepRun, UpkeepStatement} from '../ports/table-upkeep.js'
import type {IcebergWork} from './iceberg-work.js'

/** One that ended badly is begun once more before the operation gives up; `ops resume` begins it again. */
const MOST_TRIES = 2
/** Of a hundred partitions each: more than any table has. */
const MOST_ROUNDS = 1000

/** What the journal knows of one run: its intent, and how it ended. */
type NotedRun = {readonly number: number; readonly token: string; readonly scannedBytes: number} & {
  readonly state: 'begun' | UpkeepRun['state']
}

export interface Runs {
  readonly runs: number
  readonly scannedBytes: number
}

/** Runs a statement until the engine does not ask for another run. Rounds that the journal says are done are not repeated. */
export async function runToEnd(
  statement: UpkeepStatement,
  work: IcebergWork,
  upkeep: TableUpkeep,
  context: StageContext,
): Promise<Runs> {
  let scannedBytes = 0
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const ended = await runRound(`${statement} ${round}`, statement, work, upkeep, context)
    scannedBytes += ended.scannedBytes
    if (ended.state === 'done') return {runs: round, scannedBytes}
    context.ports.report({kind: 'note', text: `${work.table}: ${statement} asks for another run after ${round}`})
  }
  throw new SluiceError('QUERY_FAILED', `${work.table} asks for ${statement} again after ${MOST_ROUNDS} runs.`, {
    fix: `What was done stands. Look at the table's partitions, then sluice ops resume ${context.operation}`,
    details: {table: work.table},
  })
}

/**
 * One run, noted before it is begun, so that a process that comes after joins it by its token: two at a time would
 * throw each other's work away.
 */
async function runRound(
  step: string,
  statement: UpkeepStatement,
  work: IcebergWork,
  upkeep: TableUpkeep,
  {steps, operation, signal}: StageContext,
): Promise<NotedRun> {
  const noted = steps.noted.get(step) as NotedRun | undefined
  if (noted?.state === 'done' || noted?.state === 'more') return noted
  const first = noted === undefined ? 1 : noted.state === 'begun' ? noted.number : noted.number + 1
  for (let number = first; ; number += 1) {
    const begun = {number, token: tokenOf(operation, step, number), scannedBytes: 0}
    await steps.note(step, {...begun, state: 'begun'} satisfies NotedRun)
    const {state, error, mayPass, wasStopped, scannedBytes} = await upkeep.run(statement, work, begun.token, signal)
    const ended: NotedRun = {...begun, state, scannedBytes}
    await steps.note(step, ended)
    if (error === null) return ended
    // Our own Ctrl-C may have stopped what an earlier attempt began; what this one began, somebody else stopped.
    const isWanted = mayPass || (wasStopped && noted?.state === 'begun' && number === first)
    if (!isWanted || number - first + 1 === MOST_TRIES) throw error
  }
}

/** Its length is within Athena's bounds. */
function tokenOf(operation: string, step: string, number: number): string {
  return createHash('sha256')
    .update(JSON.stringify([operation, step, number]))
    .digest('hex')
}
