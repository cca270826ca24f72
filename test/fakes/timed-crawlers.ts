import {SluiceError} from '../../src/lib/errors.js'
import type {Clock} from '../../src/lib/ports/clock.js'
import type {Crawl, CrawlChanges, Crawlers, CrawlerNow, EndedCrawl} from '../../src/lib/ports/crawlers.js'

const NOTHING = {added: 0, updated: 0, deleted: 0}

interface Begun {
  readonly startedMs: number
  readonly endsAs: EndedCrawl['status']
  stoppedMs: number | null
}

/** Crawlers that run and end by a clock, as Glue's do: a moment ready, then running, then stopping. */
export class TimedCrawlers implements Crawlers {
  /** How the next crawl ends. */
  endsAs: EndedCrawl['status'] = 'succeeded'
  changes: CrawlChanges = {tables: NOTHING, partitions: {...NOTHING, added: 2}}
  readonly calls: string[] = []
  readonly #crawls = new Map<string, Begun[]>()

  constructor(
    private readonly clock: Clock,
    names: readonly string[],
    private readonly times = {beginsMs: 500, runsMs: 60_000, stopsMs: 10_000},
  ) {
    for (const name of names) this.#crawls.set(name, [])
  }

  find(name: string): Promise<CrawlerNow | null> {
    this.calls.push(`find ${name}`)
    const crawls = this.#crawls.get(name)
    if (crawls === undefined) return Promise.resolve(null)
    const ended = crawls.filter((one) => this.#stateOf(one) === 'ended').at(-1)
    const state = crawls.map((one) => this.#stateOf(one)).at(-1)
    return Promise.resolve({
      name,
      state: state === 'running' || state === 'stopping' ? state : 'ready',
      elapsedMs: state === 'running' ? this.clock.now().getTime() - crawls.at(-1)!.startedMs : null,
      lastCrawl:
        ended === undefined
          ? null
          : {
              status: statusOf(ended),
              startedAt: new Date(ended.startedMs),
              message: statusOf(ended) === 'failed' ? 'Access denied' : null,
            },
      schedule: 'cron(0 3 * * ? *)',
    })
  }

  async start(name: string): Promise<'started' | 'running'> {
    this.calls.push(`start ${name}`)
    const crawls = this.#crawlsOf(name)
    if (crawls.some((one) => this.#stateOf(one) !== 'ended')) return Promise.resolve('running')
    crawls.push({startedMs: this.clock.now().getTime(), endsAs: this.endsAs, stoppedMs: null})
    return Promise.resolve('started')
  }

  async stop(name: string): Promise<'stopping' | 'idle'> {
    this.calls.push(`stop ${name}`)
    const last = this.#crawlsOf(name).at(-1)
    if (last === undefined || this.#stateOf(last) === 'ended') return Promise.resolve('idle')
    last.stoppedMs ??= this.clock.now().getTime()
    return Promise.resolve('stopping')
  }

  async *history(name: string): AsyncGenerator<Crawl> {
    this.calls.push(`history ${name}`)
    const crawls = await Promise.resolve(this.#crawlsOf(name))
    for (const [index, one] of [...crawls.entries()].reverse()) yield this.#crawl(String(index), one)
  }

  #crawl(id: string, one: Begun): Crawl {
    const isEnded = this.#stateOf(one) === 'ended'
    const status = statusOf(one)
    return {
      id,
      state: !isEnded ? 'running' : status === 'succeeded' ? 'completed' : status === 'failed' ? 'failed' : 'stopped',
      startedAt: new Date(one.startedMs),
      endedAt: isEnded ? new Date(this.#endMs(one)) : null,
      dpuHours: isEnded ? 0.04 : null,
      message: status === 'failed' ? 'Access denied' : null,
      changes: isEnded ? this.changes : null,
    }
  }

  #stateOf(one: Begun): 'beginning' | 'running' | 'stopping' | 'ended' {
    const now = this.clock.now().getTime()
    if (now < one.startedMs + this.times.beginsMs) return 'beginning'
    if (now >= this.#endMs(one)) return 'ended'
    return now >= this.#endMs(one) - this.times.stopsMs ? 'stopping' : 'running'
  }

  #endMs({startedMs, stoppedMs}: Begun): number {
    return (stoppedMs ?? startedMs + this.times.runsMs) + this.times.stopsMs
  }

  #crawlsOf(name: string): Begun[] {
    const crawls = this.#crawls.get(name)
    if (crawls !== undefined) return crawls
    throw new SluiceError('CRAWLER_UNKNOWN', `There is no crawler ${name}.`, {fix: 'Make it.'})
  }
}

function statusOf({stoppedMs, endsAs}: Begun): EndedCrawl['status'] {
  return stoppedMs === null ? endsAs : 'cancelled'
}
