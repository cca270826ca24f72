import {mkdtemp, realpath, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {planLoad, runLoad} from '../../src/lib/backfill/index.js'
import {createContext, type Context} from '../../src/lib/context.js'
import {initLake} from '../../src/lib/lake/index.js'
import {FolderObjectStore} from '../../src/lib/local/folder-object-store.js'
import {writeExport, writeSampleExport, type ExportItem, type ExportPorts} from '../../src/lib/sample/index.js'

export const EXPORT_TIME = new Date('2026-02-01T00:00:00.000Z')

export interface ClaimsLake {
  /** Holds sluice.yaml. */
  readonly folder: string
  /** What stands for the export's bucket. */
  readonly exports: string
  /** Key prefix of the loaded export. */
  readonly exportFolder: string
  readonly context: Context
  remove(): Promise<void>
}

/** A lake of made-up claims as `lake sample` makes them, some of them quarantined. */
export function sampleLake(items: number): Promise<ClaimsLake> {
  return lakeOf(async (ports) => {
    const request = {items, days: 31, files: 4, errorRate: 0.02, exportTime: EXPORT_TIME}
    return (await writeSampleExport(request, ports)).folder
  })
}

/** A lake of claims that are odd in every way that the KPIs name. */
export function oddLake(): Promise<ClaimsLake> {
  return lakeOf(async (ports) => {
    const place = {table: 'ICPA_Claims', account: '111122223333', region: 'eu-west-1', bucket: 'b', prefix: null}
    const items = Array.from({length: 2700}, (_, index) => oddClaim(index))
    return (await writeExport({...place, exportTime: EXPORT_TIME, salt: 'odd', files: [items]}, ports)).folder
  })
}

/** A lake that was never loaded. */
export async function emptyLake(): Promise<{folder: string; remove(): Promise<void>}> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sluice-kpi-')))
  await initLake({folder, blueprint: 'claims', lake: 'icpa'})
  return {folder, remove: () => rm(folder, {recursive: true, force: true})}
}

async function lakeOf(write: (ports: ExportPorts) => Promise<string>): Promise<ClaimsLake> {
  const {folder, remove} = await emptyLake()
  const exports = join(folder, 'exports')
  const exportFolder = await write({
    output: new FolderObjectStore({root: exports}),
    clock: {monotonicMs: () => 0},
  })
  const {signal} = new AbortController()
  const report = (): void => undefined
  const context = await createContext({workingFolder: folder, variables: {}, signal, report, now: EXPORT_TIME})
  const request = {exports: [join(exports, exportFolder)], chain: undefined, acceptEditedSummary: false, table: null}
  const planned = await planLoad(request, context.definition, context.ports)
  const caller = {user: 'test', host: 'test', version: '0', command: 'test', reason: null}
  await runLoad(planned.plan, {caller, signal}, context.ports)
  const close = async (): Promise<void> => {
    await context.close()
    await remove()
  }
  return {folder, exports, exportFolder, context, remove: close}
}

const CREATED = [
  '2026-01-04T23:59:59.999Z',
  '2026-01-05T00:00:00.000Z',
  '2026-01-09T23:59:59.999Z',
  '2026-01-10T00:00:00.000Z',
  '2026-01-10T12:30:00.001Z',
  '2026-01-10T23:59:59.999Z',
  '2026-01-11T00:00:00.000Z',
  '2026-01-31T23:59:59.999Z',
  undefined,
]
const CURRENCIES = ['GBP', 'EUR', undefined, 'GBP', 'JPY', null, 'gbp']
const COSTS = ['0.123456', '399999999999.000001', undefined, '-0.5', null, '0.000001', '0']
const AMOUNTS = ['100.00', '0.01', undefined, '99999999.99', null]
const SCORES = ['0.1', '0.9', undefined, '0.5', '0.5', '0', '1', null]
const CONFIDENCES = ['0.99', '0.7', '0.6999', undefined, '0.41', '0.85']
const SPANS_MS = [1000, 0, undefined, 90_061, -5]
const MODELS = ['m-1', 'm-2', undefined]
const TYPES = ['HOME', 'MOTOR', null]
const DECISIONS = ['APPROVE', 'approve', 'REJECT', undefined, 'Reject', null]

/** Cycles of different lengths, so that every pair of peculiarities occurs. */
function oddClaim(index: number): ExportItem {
  const createdAt = CREATED[index % CREATED.length]
  const spread = Math.floor(index / CREATED.length)
  const decidedMs = createdAt === undefined ? 0 : Date.parse(createdAt) + ((spread * 7919) % 900_000) - 60_000
  return {
    claimId: {S: `CLM-${index}`},
    ...text('createdAt', createdAt),
    ...text('decidedAt', index % 11 === 0 ? undefined : new Date(decidedMs).toISOString()),
    ...text('currency', pick(CURRENCIES, spread)),
    ...number('textractCost', pick(COSTS, Math.floor(spread / 7))),
    ...number('aiCost', pick(COSTS, Math.floor(spread / 3))),
    ...text('aiDecision', pick(DECISIONS, spread)),
    ...text('humanDecision', pick(DECISIONS, Math.floor(spread / 6))),
    ...text('finalDecision', pick(DECISIONS, Math.floor(spread / 5))),
    ...number('textractBaselineCost', pick(COSTS, Math.floor(spread / 5))),
    ...number('payoutAmount', pick(AMOUNTS, spread)),
    ...number('budgetAmount', pick(AMOUNTS, Math.floor(spread / 4))),
    ...number('fraudScore', pick(SCORES, spread)),
    ...number('aiConfidence', pick(CONFIDENCES, Math.floor(spread / 2))),
    ...text('modelVersion', pick(MODELS, spread)),
    ...text('claimType', pick(TYPES, Math.floor(spread / 2))),
    ...span('extraction', createdAt, pick(SPANS_MS, spread)),
    ...span('review', createdAt, pick(SPANS_MS, Math.floor(spread / 3))),
    documentCount: index % 97 === 0 ? {S: '3'} : {N: '3'},
    ...number('claimAmount', index % 89 === 0 ? '12.345' : index % 7 === 0 ? undefined : '12.34'),
  }
}

function pick<Value>(values: readonly Value[], index: number): Value {
  return values[index % values.length]!
}

/** A stage that begins with the claim, or at a fixed time where the claim has none. */
function span(stage: string, createdAt: string | undefined, lengthMs: number | undefined): ExportItem {
  const startMs = Date.parse(createdAt ?? '2026-01-10T00:00:00.000Z')
  const at = (ms: number): string => new Date(ms).toISOString()
  return {
    ...text(`${stage}StartedAt`, at(startMs)),
    ...text(`${stage}CompletedAt`, lengthMs === undefined ? undefined : at(startMs + lengthMs)),
  }
}

function text(name: string, value: string | null | undefined): ExportItem {
  if (value === undefined) return {}
  return {[name]: value === null ? {NULL: true} : {S: value}}
}

function number(name: string, value: string | null | undefined): ExportItem {
  if (value === undefined) return {}
  return {[name]: value === null ? {NULL: true} : {N: value}}
}
