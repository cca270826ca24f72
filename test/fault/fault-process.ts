import {nothingToLoad, planLoad, runLoad} from '../../src/lib/backfill/index.js'
import {loadKind} from '../../src/lib/backfill/load-kind.js'
import {ingestStream} from '../../src/lib/ingest/index.js'
import {definitionHash, findTable} from '../../src/lib/lake/index.js'
import {FileCatalog} from '../../src/lib/local/file-catalog.js'
import {
  cancelOperation,
  collectAll,
  resumeOperation,
  undoOperation,
  type AnyOperationKind,
  type ApplyOptions,
  type OperationPorts,
} from '../../src/lib/operation/index.js'
import type {FaultLake} from './fault-lake.js'
import {FaultyPorts, type FaultyOptions} from './faulty-ports.js'

const KIND = loadKind as AnyOperationKind

/** One process at work, and how it ends. */
export class FaultProcess extends FaultyPorts {
  readonly #stop = new AbortController()
  readonly #lake: FaultLake

  constructor(lake: FaultLake, ports: OperationPorts, options: Pick<FaultyOptions, 'fault' | 'onPoint'>) {
    super(ports, {
      ...options,
      catalogOver: (store) => new FileCatalog(store),
      normalise: (name) => lake.bench.normalise(name),
    })
    this.#lake = lake
  }

  get options(): ApplyOptions {
    const caller = {user: 'tester', host: 'here', version: '0', command: 'test', reason: null}
    return {caller, signal: this.#stop.signal, allowVanished: 9}
  }

  /** As the first Ctrl-C does it. */
  interrupt(reason: unknown): void {
    this.#stop.abort(reason)
  }

  /** `backfill run`. */
  async load(exports: readonly string[] = this.#lake.bench.story.exports): Promise<void> {
    const request = {exports, chain: undefined, acceptEditedSummary: false, table: null}
    const planned = await planLoad(request, this.#lake.bench.definition, this.ports)
    if (planned.plan.units.length > 0) await runLoad(planned.plan, this.options, this.ports)
    else nothingToLoad(planned)
  }

  /** `ops resume` of the newest operation; where none was planned, `backfill run` once more. */
  async recover(): Promise<void> {
    const operation = (await this.#lake.ownOperations()).at(-1)
    if (operation === undefined) return this.load()
    await this.resume(operation)
  }

  /** `ops resume`. */
  async resume(operation: string): Promise<void> {
    const hash = definitionHash(this.#lake.bench.definition, ['claims'])
    await resumeOperation(operation, hash, KIND, this.options, this.ports)
  }

  /** `ingest stream` of the story's events. */
  async ingest(): Promise<void> {
    const {definition, story} = this.#lake.bench
    const table = findTable(definition, 'claims')
    await ingestStream({table, file: story.streamFile, dryRun: false, signal: this.#stop.signal}, this.ports)
  }

  async undo(): Promise<void> {
    await undoOperation((await this.#lake.operations()).at(-1)!, KIND, this.options, this.ports)
  }

  async cancel(): Promise<void> {
    await this.cancelOf((await this.#lake.operations()).at(-1)!)
  }

  /** `ops cancel`. */
  async cancelOf(operation: string): Promise<void> {
    await cancelOperation(operation, KIND, this.options, this.ports)
  }

  async collectGarbage(): Promise<number> {
    const options = {...this.options, graceHours: 0, dryRun: false}
    const {operations} = await collectAll(undefined, options, async () => KIND, this.ports.clock.now(), this.ports)
    return operations.reduce((sum, {objects}) => sum + objects, 0)
  }

  /** What `work` threw, once nothing of this process is in flight any more; null when it succeeded. */
  async endOf(work: () => Promise<void>): Promise<unknown> {
    const error: unknown = await work().then(
      () => null,
      (thrown: unknown) => thrown ?? new Error('It threw nothing.'),
    )
    await this.settled()
    return error
  }
}
