import {createHash} from 'node:crypto'
import {SluiceError} from '../errors.js'
import type {LakeDefinition} from '../lake/types.js'
import type {Clock} from '../ports/clock.js'
import type {Report} from '../ports/report.js'
import type {ExportProgress, ExportRequest, TableExports} from '../ports/table-exports.js'
import {changelogTable} from './choose-table.js'
import type {ExportAct, ExportPlan} from './export-act.js'

/** What was asked for; a window needs both ends. */
export interface MakeExportRequest {
  readonly table: string | null
  /** `s3://bucket/prefix`. */
  readonly into: string
  readonly format: 'json' | 'ion'
  readonly view: 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES'
  readonly at: Date | null
  readonly from: Date | null
  readonly to: Date | null
}

export interface ExportPorts {
  readonly exports: TableExports
  readonly clock: Clock
  readonly report: Report
}

const MINUTE_MS = 60_000
const SHORTEST_WINDOW_MS = 15 * MINUTE_MS
const LONGEST_WINDOW_MS = 24 * 60 * MINUTE_MS
/** $0.10 a GB of 2^30 bytes: the table's size for a full export, the changes' for a window, 10 MB of them at least. */
const MICROS_PER_GIB = 100_000
const GIB = 2 ** 30
const LEAST_WINDOW_BYTES = 10_000_000

/** Looks at the table and prices the export; starts nothing. Throws `EXPORT_SOURCE_UNUSABLE`, `USAGE`. */
export async function planExport(
  request: MakeExportRequest,
  definition: LakeDefinition,
  {exports, clock}: Pick<ExportPorts, 'exports' | 'clock'>,
): Promise<ExportPlan> {
  const table = changelogTable(definition, request.table ?? undefined)
  const dynamodb = table.source?.dynamodb
  if (dynamodb === undefined) {
    throw new SluiceError('EXPORT_SOURCE_UNUSABLE', `Table ${table.name} names no DynamoDB table.`, {
      fix: 'Add `source: {dynamodb: <name>}` to the table in the definition.',
    })
  }
  const place = bucketPlace(request.into)
  const window = windowOf(request)
  const source = await exports.describeTable(dynamodb)
  if (source.recoverable === null) {
    throw new SluiceError('EXPORT_SOURCE_UNUSABLE', `Point-in-time recovery of ${dynamodb} is off; exports need it.`, {
      fix: `Turn it on: aws dynamodb update-continuous-backups --table-name ${dynamodb} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
    })
  }
  refuseOutside(request.at ?? window?.from ?? null, source.recoverable, dynamodb)
  const {format, at} = request
  const asked = {tableArn: source.arn, ...place, format, at, window}
  return {
    table: table.name,
    dynamodb,
    source,
    request: {...asked, token: tokenOf(asked, clock.now())},
    costUsdMicros: String(costOf(window === null ? source.sizeBytes : LEAST_WINDOW_BYTES)),
    isLeastCost: window !== null,
  }
}

/** Starts the export, or joins the one that the same request started, and waits for it where that is asked. */
export async function makeExport(
  plan: ExportPlan,
  options: {readonly wait: boolean; readonly signal: AbortSignal},
  ports: ExportPorts,
): Promise<ExportAct> {
  return actOf(plan, await waited(await ports.exports.start(plan.request), options, ports))
}

const FIRST_PAUSE_MS = 2000
const LONGEST_PAUSE_MS = 30_000

/** Asks after a growing pause: real exports took five to seven minutes, even of three items. */
async function waited(
  begun: ExportProgress,
  {wait, signal}: {readonly wait: boolean; readonly signal: AbortSignal},
  {exports, clock, report}: ExportPorts,
): Promise<ExportProgress> {
  if (!wait) return begun
  const startedMs = clock.monotonicMs()
  report({kind: 'phase', phase: 'export', unit: 'exports', total: 1})
  let progress = begun
  for (
    let pauseMs = FIRST_PAUSE_MS;
    progress.state === 'running';
    pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)
  ) {
    await clock.sleep(pauseMs, signal)
    progress = await exports.follow(begun.arn)
  }
  if (progress.state === 'failed') {
    throw new SluiceError(
      'EXPORT_FAILED',
      `DynamoDB could not make the export: ${progress.failure ?? 'no reason given'}.`,
      {
        fix: 'Correct what the reason names, then run the same command again.',
        details: {arn: begun.arn},
      },
    )
  }
  const items = progress.itemCount === null ? 'done' : `${progress.itemCount.toLocaleString('en-US')} items`
  report({kind: 'done', phase: 'export', text: items, durationMs: clock.monotonicMs() - startedMs})
  return progress
}

function actOf(plan: ExportPlan, progress: ExportProgress): ExportAct {
  const folder = progress.manifestKey?.replace(/\/[^/]+$/, '') ?? null
  return {
    table: plan.table,
    dynamodb: plan.dynamodb,
    exportArn: progress.arn,
    state: progress.state === 'done' ? 'done' : 'running',
    uri: folder === null ? null : `s3://${progress.bucket ?? plan.request.bucket}/${folder}`,
    items: progress.itemCount,
    billedBytes: progress.billedBytes,
    costUsdMicros: progress.billedBytes === null ? plan.costUsdMicros : String(costOf(progress.billedBytes)),
    isLeastCost: progress.billedBytes === null && plan.isLeastCost,
  }
}

function costOf(sizeBytes: number): number {
  return Math.ceil((sizeBytes / GIB) * MICROS_PER_GIB)
}

/** The same command twice gives one export: the token is made of what is asked; of "now", to the minute. */
function tokenOf(asked: Omit<ExportRequest, 'token'>, now: Date): string {
  const minute = asked.at === null && asked.window === null ? Math.floor(now.getTime() / MINUTE_MS) : null
  return createHash('sha256')
    .update(JSON.stringify([asked, minute]))
    .digest('hex')
    .slice(0, 36)
}

function bucketPlace(into: string): {bucket: string; prefix: string} {
  const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(into)
  if (found === null) {
    throw new SluiceError('USAGE', `--into is no place in S3: ${JSON.stringify(into)}.`, {
      fix: 'Write it like s3://my-bucket/exports.',
    })
  }
  return {bucket: found[1]!, prefix: (found[2] ?? '').replace(/^\/+|\/+$/g, '')}
}

function windowOf({from, to, at, view}: MakeExportRequest): ExportRequest['window'] {
  if (from === null && to === null) return null
  if (from === null || to === null || at !== null) {
    throw new SluiceError('USAGE', 'A window has --from and --to, and no --at.', {
      fix: 'Give both ends: --from 2026-01-14T10:00:00Z --to 2026-01-14T12:00:00Z',
    })
  }
  const lengthMs = to.getTime() - from.getTime()
  if (lengthMs < SHORTEST_WINDOW_MS || lengthMs > LONGEST_WINDOW_MS) {
    throw new SluiceError('EXPORT_RANGE_INVALID', 'DynamoDB exports windows of 15 minutes to 24 hours.', {
      fix: 'Split a longer time into windows that meet end to begin.',
    })
  }
  return {from, to, view}
}

function refuseOutside(instant: Date | null, {from, to}: {from: Date; to: Date}, dynamodb: string): void {
  if (instant === null || (instant >= from && instant <= to)) return
  const range = `${from.toISOString()} to ${to.toISOString()}`
  throw new SluiceError('EXPORT_RANGE_INVALID', `${dynamodb} can be exported as of ${range}.`, {
    fix: 'Choose an instant in that time.',
  })
}
