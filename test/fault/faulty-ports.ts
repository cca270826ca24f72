import {SluiceError} from '../../src/lib/errors.js'
import type {OperationPorts} from '../../src/lib/operation/index.js'
import type {Catalog} from '../../src/lib/ports/catalog.js'
import type {ObjectStore} from '../../src/lib/ports/object-store.js'
import type {MergeEngine} from '../../src/lib/ports/merge-engine.js'
import type {ParquetEngine} from '../../src/lib/ports/parquet-engine.js'
import type {QueryEngine} from '../../src/lib/ports/query-engine.js'

/**
 * What happens at a point. `kill-…`: the process is gone, before or after the call took effect. `fail-before`: the
 * call does nothing and fails. `lose-answer`: the call took effect, and fails. `disk-full`: the call does nothing and says
 * that no space is left.
 */
export type FaultKind = 'kill-before' | 'kill-after' | 'fail-before' | 'lose-answer' | 'disk-full'

export interface Fault {
  readonly kind: FaultKind
  /** As `FaultyPorts.points` names it. */
  readonly point: string
}

/** What every call of a killed process throws; no code of ours may turn it into an effect. */
export class ProcessKilled extends Error {
  override readonly name = 'ProcessKilled'
}

/** A call that stands still until `release`. */
export interface Pause {
  /** Resolves when the call is about to be made. */
  readonly reached: Promise<void>
  release(): void
}

export interface FaultyOptions {
  readonly fault?: Fault | undefined
  /** Builds the catalog over the wrapped store, so that a process can also die within a catalog call. */
  readonly catalogOver?: (store: ObjectStore) => Catalog
  /** Takes out of a name what differs from run to run. */
  readonly normalise?: (name: string) => string
  /** Called at each point, before the call is made. */
  readonly onPoint?: ((point: string) => Promise<void> | void) | undefined
}

interface StandingPause {
  readonly isAlone: boolean
  readonly reach: () => void
  readonly released: Promise<void>
}

const STAYS = (): void => undefined

/**
 * The ports of one process, each call a point with a stable name. Object calls are made one at a time, in the order
 * asked, so that equal runs make equal points. A listing or a read is one point, and its items are held in memory.
 * `localPath` and the clock are no points.
 */
export class FaultyPorts {
  readonly ports: OperationPorts
  /** Every point so far; the second call of a name ends in ` #2`. */
  readonly points: string[] = []
  /** The points of `points` that may change an object or the catalog. */
  readonly changes = new Set<string>()
  #isKilled = false
  #hasFired = false
  readonly #fault: Fault | undefined
  readonly #normalise: (name: string) => string
  readonly #onPoint: FaultyOptions['onPoint']
  readonly #counts = new Map<string, number>()
  readonly #pauses = new Map<string, StandingPause>()
  readonly #running = new Set<Promise<unknown>>()
  #turns: Promise<unknown> = Promise.resolve()

  constructor(inner: OperationPorts, options: FaultyOptions = {}) {
    this.#fault = options.fault
    this.#normalise = options.normalise ?? ((name) => name)
    this.#onPoint = options.onPoint
    const store = this.#store('store', inner.store)
    this.ports = {
      ...inner,
      store,
      catalog: this.#catalog(options.catalogOver?.(store) ?? inner.catalog),
      parquet: this.#parquet(inner.parquet),
      engine: (name) => this.#parquet(inner.engine(name)),
      query: this.#query(inner.query),
      openSource: (uri) => this.#inTurn('openSource', async () => this.#store('source', await inner.openSource(uri))),
      clock: {
        now: () => inner.clock.now(),
        monotonicMs: () => inner.clock.monotonicMs(),
        sleep: async (ms, signal) => {
          await inner.clock.sleep(ms, signal)
          this.#refuseDead()
        },
      },
    }
  }

  get isKilled(): boolean {
    return this.#isKilled
  }

  /** Whether the point of the fault was met. */
  get hasFired(): boolean {
    return this.#hasFired
  }

  /** From now on no call has any effect. */
  kill(): ProcessKilled {
    this.#isKilled = true
    return new ProcessKilled('The process was killed.')
  }

  /**
   * Stops the process at a point that it has not met yet: every later object call waits too. With `alone`, only this
   * call stands still, as one that is long on its way.
   */
  pauseAt(point: string, {alone: isAlone = false} = {}): Pause {
    let reach = (): void => undefined
    let release = (): void => undefined
    const reached = new Promise<void>((resolve) => (reach = resolve))
    const released = new Promise<void>((resolve) => (release = resolve))
    this.#pauses.set(point, {isAlone, reach, released})
    return {reached, release}
  }

  /** Resolves when no call is being made any more: a killed process has nothing in flight. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
  }

  #refuseDead(): void {
    if (this.#isKilled) throw this.kill()
  }

  /** A call that is made when those asked before it are over. */
  #inTurn<T>(name: string, act: () => Promise<T>, isChange = false): Promise<T> {
    let stepAside = STAYS
    const aside = new Promise<void>((resolve) => (stepAside = resolve))
    const turn = this.#turns.then(() => this.#atPoint(name, act, isChange, stepAside))
    // What waits for this call goes on before the next one begins.
    this.#turns = Promise.race([turn.then(nextTick, nextTick), aside])
    return this.#tracked(turn)
  }

  #atOnce<T>(name: string, act: () => Promise<T>, isChange = false): Promise<T> {
    return this.#tracked(this.#atPoint(name, act, isChange))
  }

  #tracked<T>(call: Promise<T>): Promise<T> {
    this.#running.add(call)
    const over = (): void => void this.#running.delete(call)
    call.then(over, over)
    return call
  }

  async #atPoint<T>(name: string, act: () => Promise<T>, isChange: boolean, stepAside = STAYS): Promise<T> {
    this.#refuseDead()
    const point = this.#enter(name, isChange)
    const pause = this.#pauses.get(point)
    pause?.reach()
    if (pause?.isAlone) stepAside()
    await pause?.released
    await this.#onPoint?.(point)
    this.#refuseDead()
    const kind = this.#fault?.point === point ? this.#fault.kind : null
    if (kind !== null) this.#hasFired = true
    if (kind === 'kill-before') throw this.kill()
    if (kind === 'fail-before') throw unavailable(point)
    if (kind === 'disk-full') throw diskFull(point)
    const call = act()
    await Promise.allSettled([call])
    this.#refuseDead()
    if (kind === 'kill-after') throw this.kill()
    if (kind === 'lose-answer') throw unavailable(point)
    return call
  }

  #enter(name: string, isChange: boolean): string {
    const stable = this.#normalise(name)
    const count = (this.#counts.get(stable) ?? 0) + 1
    this.#counts.set(stable, count)
    const point = count === 1 ? stable : `${stable} #${count}`
    this.points.push(point)
    if (isChange) this.changes.add(point)
    return point
  }

  /** One point for the whole iteration, made with the first item asked for. */
  async *#iterate<T>(name: string, act: () => AsyncIterable<T>, isInTurn: boolean): AsyncGenerator<T> {
    const collect = async (): Promise<T[]> => {
      const items: T[] = []
      for await (const item of act()) items.push(item)
      return items
    }
    for (const item of await (isInTurn ? this.#inTurn(name, collect) : this.#atOnce(name, collect))) {
      this.#refuseDead()
      yield item
    }
  }

  #store(label: string, inner: ObjectStore): ObjectStore {
    const change = <T>(name: string, act: () => Promise<T>): Promise<T> => this.#inTurn(`${label}.${name}`, act, true)
    return {
      uri: inner.uri,
      list: (prefix, options) => this.#iterate(`${label}.list ${prefix}`, () => inner.list(prefix, options), true),
      head: (key) => this.#inTurn(`${label}.head ${key}`, () => inner.head(key)),
      read: (key, options) => this.#iterate(`${label}.read ${key}`, () => inner.read(key, options), true),
      write: (key, body, options) => change(`write ${key}`, () => inner.write(key, body, options)),
      copy: (from, to, options) => change(`copy ${to}`, () => inner.copy(from, to, options)),
      delete: (key, options) => change(`delete ${key}`, () => inner.delete(key, options)),
      deleteBatch: (objects) => change(`deleteBatch of ${objects.length}`, () => inner.deleteBatch(objects)),
      versions: (prefix) => this.#iterate(`${label}.versions ${prefix}`, () => inner.versions(prefix), true),
      deleteVersion: (key, id) => change(`deleteVersion ${key}`, () => inner.deleteVersion(key, id)),
      localPath: (key) => {
        this.#refuseDead()
        return inner.localPath(key)
      },
    }
  }

  #catalog(inner: Catalog): Catalog {
    const read = <T>(name: string, act: () => Promise<T>): Promise<T> => this.#atOnce(`catalog.${name}`, act)
    const change = <T>(name: string, act: () => Promise<T>): Promise<T> => this.#atOnce(`catalog.${name}`, act, true)
    return {
      listTables: () => read('listTables', () => inner.listTables()),
      getTable: (name) => read(`getTable ${name}`, () => inner.getTable(name)),
      putTable: (table, version) => change(`putTable ${table.name}`, () => inner.putTable(table, version)),
      dropTable: (name, version) => change(`dropTable ${name}`, () => inner.dropTable(name, version)),
      listPartitions: (table) =>
        this.#iterate(`catalog.listPartitions ${table}`, () => inner.listPartitions(table), false),
      getPartitions: (table, values) => read(`getPartitions ${table}`, () => inner.getPartitions(table, values)),
      createPartitions: (table, partitions) =>
        change(`createPartitions ${table}`, () => inner.createPartitions(table, partitions)),
      updatePartition: (table, partition, version) =>
        change(`updatePartition ${table}`, () => inner.updatePartition(table, partition, version)),
      deletePartitions: (table, values) =>
        change(`deletePartitions ${table}`, () => inner.deletePartitions(table, values)),
    }
  }

  #parquet(inner: ParquetEngine & MergeEngine): ParquetEngine & MergeEngine {
    return {
      ...this.#loads(inner),
      merge: (request) => this.#atOnce(`parquet.merge to ${request.keyOf(0, '')}`, () => inner.merge(request), true),
      proveMerged: (request) =>
        this.#atOnce(`parquet.proveMerged ${request.objects[0]?.key}`, () => inner.proveMerged(request)),
    }
  }

  #loads(inner: ParquetEngine): ParquetEngine {
    return {
      name: inner.name,
      goesOn: inner.goesOn,
      checkCondition: (mapping, where) => inner.checkCondition(mapping, where),
      load: (request) => this.#atOnce(`parquet.load ${request.mapping.table}`, () => inner.load(request), true),
      append: (request) => this.#atOnce(`parquet.append ${request.mapping.table}`, () => inner.append(request), true),
      digest: (request) => this.#atOnce(`parquet.digest ${request.mapping.table}`, () => inner.digest(request)),
      digestQuarantine: (request) => this.#atOnce('parquet.digestQuarantine', () => inner.digestQuarantine(request)),
      close: () => inner.close(),
    }
  }

  #query(inner: QueryEngine): QueryEngine {
    return {
      name: inner.name,
      run: (request) => this.#atOnce('query.run', () => inner.run(request)),
      close: () => inner.close(),
    }
  }
}

function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function unavailable(point: string): SluiceError {
  return new SluiceError('STORE_UNAVAILABLE', `The answer to ${point} did not come.`, {fix: 'Run the command again.'})
}

function diskFull(point: string): SluiceError {
  return new SluiceError('DISK_FULL', `No space is left for ${point}.`, {fix: 'Free some space.'})
}
