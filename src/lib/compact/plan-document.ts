import type {LakeDefinition, TableDefinition} from '../lake/index.js'
import {SluiceError} from '../errors.js'
import type {EngineChoice, EngineName} from '../ports/parquet-engine.js'
import type {Estimate, PlanHeader, Unit} from '../operation/index.js'
import {addFigures, estimateOf, noFigures, savingsOf, type CompactFigures, type Savings} from './figures.js'
import type {SkipReason} from './judge.js'
import {
  planHeader,
  planTable,
  type CompactRequest,
  type JudgedPartition,
  type PlanPorts,
  type TablePlan,
} from './plan.js'
import type {TableObstacle} from './choose-method.js'
import type {Method} from './work.js'

/** More partitions than these are counted, not listed: an answer has to fit into memory. */
const LISTED_PARTITIONS = 1000

export interface PlannedPartition {
  readonly partition: string
  readonly files: number
  readonly sizeBytes: number
  /** To how many files; null where it is left as it is. */
  readonly outputs: number | null
  readonly skipped: SkipReason | null
  readonly detail: string | null
  /** What merges it, and why that; null where it is left as it is. */
  readonly engine: EngineName | null
  readonly engineReason: string | null
}

export interface TablePlanDocument {
  readonly table: string
  /** Null where the table is not compacted. */
  readonly method: Method | null
  readonly obstacle: TableObstacle | null
  readonly figures: CompactFigures
  readonly skipped: readonly {readonly reason: SkipReason; readonly partitions: number; readonly example: string}[]
  /** What merges how many of the partitions, and why that. */
  readonly engines: readonly {readonly engine: EngineName; readonly reason: string; readonly partitions: number}[]
  readonly estimate: Estimate
  readonly savings: Savings
  /** Those to be merged first, the largest gain first; then those left. */
  readonly partitions: readonly PlannedPartition[]
  readonly partitionsNotListed: number
}

/** What `compact plan` and `compact run --dry-run` answer. */
export interface CompactPlanDocument {
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly targetBytes: number
  readonly tables: readonly TablePlanDocument[]
}

/** Plans tables one after the other, and hands on each partition as it is judged. Reads, writes nothing. */
export async function planDocument(
  request: CompactRequest,
  tables: readonly TableDefinition[],
  {lake, environment}: Pick<LakeDefinition, 'lake' | 'environment'>,
  ports: PlanPorts,
  onPartition: (judged: JudgedPartition) => Promise<void> | void = () => undefined,
): Promise<CompactPlanDocument> {
  const planned: TablePlanDocument[] = []
  for (const table of tables) {
    const plan = await planTable(request, table, ports)
    planned.push(await tableDocument(plan, request, environment.backend, onPartition))
  }
  return {
    lake,
    environment: environment.name,
    asOf: request.asOf.toISOString(),
    targetBytes: request.policy.targetBytes,
    tables: planned,
  }
}

/** Where a plan is written, unit by unit, the header last. */
interface PlanFile {
  add(unit: Unit<unknown>): Promise<void>
  finish(header: PlanHeader): Promise<void>
  discard(): Promise<void>
}

/** As `planDocument`, of one table, whose plan is written as it is made. Throws `COMPACTION_REFUSED`. */
export async function writtenPlan(
  request: CompactRequest,
  table: TableDefinition,
  definition: LakeDefinition,
  ports: PlanPorts,
  file: PlanFile,
): Promise<CompactPlanDocument> {
  try {
    const add = async ({unit}: JudgedPartition): Promise<void> => (unit === null ? undefined : file.add(unit))
    const document = await planDocument(request, [table], definition, ports, add)
    const {method, estimate, obstacle} = document.tables[0]!
    if (method === null) throw refusal(obstacle!)
    await file.finish(planHeader(table, method, estimate, definition, ports))
    return document
  } catch (error) {
    await file.discard()
    throw error
  }
}

function refusal({text}: TableObstacle): SluiceError {
  return new SluiceError('COMPACTION_REFUSED', `${text}; it is not compacted.`, {fix: 'sluice compact plan'})
}

async function tableDocument(
  plan: TablePlan,
  {policy}: CompactRequest,
  backend: LakeDefinition['environment']['backend'],
  onPartition: (judged: JudgedPartition) => Promise<void> | void,
): Promise<TablePlanDocument> {
  const figures = noFigures()
  const listed: PlannedPartition[] = []
  const engines = new EngineCounts()
  const skipped = new Map<SkipReason, {partitions: number; example: string}>()
  if ('partitions' in plan) {
    for await (const judged of plan.partitions()) {
      addFigures(figures, judged.figures)
      await onPartition(judged)
      keepLargest(listed, plannedPartition(judged))
      if (judged.engine !== null) engines.add(judged.engine)
      if (judged.verdict.state !== 'skipped') continue
      const {reason} = judged.verdict
      skipped.set(reason, {
        partitions: (skipped.get(reason)?.partitions ?? 0) + 1,
        example: skipped.get(reason)?.example ?? judged.name,
      })
    }
  }
  const method = 'method' in plan ? plan.method : null
  return {
    table: plan.table.name,
    method,
    obstacle: 'obstacle' in plan ? plan.obstacle : null,
    figures,
    skipped: [...skipped].map(([reason, rest]) => ({reason, ...rest})),
    engines: engines.all(),
    estimate: estimateOf(figures, method ?? 'beside', backend),
    savings: savingsOf(figures, policy.readsPerDay, backend),
    partitions: listed.sort(byGain).slice(0, LISTED_PARTITIONS),
    partitionsNotListed: Math.max(0, figures.partitions - LISTED_PARTITIONS),
  }
}

class EngineCounts {
  readonly #counts = new Map<string, TablePlanDocument['engines'][number]>()

  add({name: engine, reason}: EngineChoice): void {
    const key = `${engine} ${reason}`
    this.#counts.set(key, {engine, reason, partitions: (this.#counts.get(key)?.partitions ?? 0) + 1})
  }

  all(): TablePlanDocument['engines'] {
    return [...this.#counts.values()]
  }
}

function plannedPartition({name, files, sizeBytes, verdict, engine}: JudgedPartition): PlannedPartition {
  const chosen = {engine: engine?.name ?? null, engineReason: engine?.reason ?? null}
  const about = {partition: name, files, sizeBytes, ...chosen}
  if (verdict.state === 'merge') return {...about, outputs: verdict.merge.outputs, skipped: null, detail: null}
  return {...about, outputs: null, skipped: verdict.reason, detail: verdict.detail}
}

/** Holds up to twice as many as are listed, so that sorting is rare and memory bounded. */
function keepLargest(listed: PlannedPartition[], partition: PlannedPartition): void {
  listed.push(partition)
  if (listed.length < LISTED_PARTITIONS * 2) return
  listed.sort(byGain)
  listed.length = LISTED_PARTITIONS
}

function byGain(left: PlannedPartition, right: PlannedPartition): number {
  return gainOf(right) - gainOf(left)
}

function gainOf({files, outputs}: PlannedPartition): number {
  return outputs === null ? -1 : files - outputs
}
