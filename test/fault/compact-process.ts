import {besideKind} from '../../src/lib/compact/beside-kind.js'
import {inPlaceKind} from '../../src/lib/compact/in-place-kind.js'
import {compactRequest, planRuns, runCompaction} from '../../src/lib/compact/index.js'
import {swapKind} from '../../src/lib/compact/swap-kind.js'
import type {CompactWork} from '../../src/lib/compact/work.js'
import {definitionHash, findTable, type LakeDefinition} from '../../src/lib/lake/index.js'
import {
  cancelOperation,
  collectAll,
  isResumable,
  readOperation,
  resumeOperation,
  undoOperation,
  type AnyOperationKind,
  type OperationPorts,
} from '../../src/lib/operation/index.js'
import type {FaultLake, ProcessIdentity} from './fault-lake.js'
import {FaultProcess} from './fault-process.js'
import type {Fault} from './faulty-ports.js'

type Method = CompactWork['method']

const KINDS: Readonly<Record<Method, AnyOperationKind>> = {
  beside: besideKind as AnyOperationKind,
  swap: swapKind as AnyOperationKind,
  'in-place': inPlaceKind as AnyOperationKind,
}

/** A table of events beside the claims of the story. */
export function withEvents(definition: LakeDefinition): LakeDefinition {
  const claims = findTable(definition, 'claims')
  return {...definition, tables: [claims, {...claims, name: 'events', kind: 'events'}]}
}

/** One process that compacts one table of a lake in one way. */
export class CompactProcess extends FaultProcess {
  constructor(
    private readonly lake: FaultLake,
    private readonly method: Method,
    ports: OperationPorts,
    options: {readonly fault?: Fault | undefined; readonly onPoint?: ProcessIdentity['onPoint']} = {},
  ) {
    super(lake, ports, options)
  }

  static start(lake: FaultLake, method: Method, fault?: Fault, {onPoint, ...identity}: ProcessIdentity = {}) {
    return new CompactProcess(lake, method, lake.portsOf(identity), {fault, onPoint})
  }

  get table(): string {
    return this.method === 'beside' ? 'claims' : 'events'
  }

  /** `compact run`; of which partitions something was wrong with. */
  async compact(): Promise<readonly string[]> {
    const definition = withEvents(this.lake.bench.definition)
    const policy = {minimumFiles: 2, minimumAgeMs: 0, isInPlace: this.method === 'in-place'}
    const request = compactRequest({partition: [], from: null, to: null, policy}, this.ports.clock.now())
    const plans = await planRuns(request, [findTable(definition, this.table)], definition, this.ports)
    const failed: string[] = []
    for (const plan of plans) {
      const done = await runCompaction(plan, KINDS[this.method], this.options, this.ports)
      failed.push(...done.failed.map(({code}) => code))
    }
    return failed
  }

  /** `ops resume` of the compaction that waits, if one does. */
  async goOn(): Promise<void> {
    for (const operation of await this.compactions()) {
      const {state} = await readOperation(this.ports.store, operation)
      if (!isResumable(state)) continue
      const hash = definitionHash(withEvents(this.lake.bench.definition), [this.table])
      await resumeOperation(operation, hash, KINDS[this.method], this.options, this.ports)
    }
  }

  /** `compact rollback` of the newest one. */
  async rollback(): Promise<void> {
    await this.rollbackOf((await this.compactions()).at(-1)!)
  }

  async rollbackOf(operation: string): Promise<void> {
    await undoOperation(operation, KINDS[this.method], this.options, this.ports)
  }

  /** `ops cancel`. */
  async cancelCompaction(operation: string): Promise<void> {
    await cancelOperation(operation, KINDS[this.method], this.options, this.ports)
  }

  /** `compact gc`; how many objects were kept. */
  async collect(): Promise<number> {
    const isOfKind = (kind: string): boolean => kind.startsWith('compact.')
    const options = {...this.options, graceHours: 0, dryRun: false, isOfKind}
    const kind = async (): Promise<AnyOperationKind> => KINDS[this.method]
    const {operations} = await collectAll(undefined, options, kind, this.ports.clock.now(), this.ports)
    return operations.reduce((sum, {kept}) => sum + kept, 0)
  }

  /** Compactions whose plan was written, oldest first. */
  async compactions(): Promise<string[]> {
    const found: string[] = []
    for (const operation of await this.lake.operations()) {
      const {header} = await readOperation(this.lake.store, operation)
      if (header.kind.startsWith('compact.')) found.push(operation)
    }
    return found
  }
}
