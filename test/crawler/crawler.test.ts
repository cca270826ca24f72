import {beforeEach, describe, expect, it} from 'vitest'
import {SluiceError} from '../../src/lib/errors.js'
import {
  crawlHistory,
  exitOfStart,
  findCrawler,
  listCrawlers,
  planStart,
  renderStart,
  renderStartPlan,
  startCrawl,
  stopCrawl,
  type StartAct,
  type StartRequest,
} from '../../src/lib/crawler/index.js'
import {changesOf} from '../../src/lib/aws/crawl-summary.js'
import {expectedPrice, priceOf} from '../../src/lib/crawler/price.js'
import type {LakeDefinition} from '../../src/lib/lake/index.js'
import {crawlersContract} from '../contract/ports/crawlers.js'
import {expectCode} from '../contract/ports/expectations.js'
import {FixedClock} from '../fakes/fixed-clock.js'
import {TimedCrawlers} from '../fakes/timed-crawlers.js'

const HOUR_MS = 3_600_000
const LOGS = {
  name: 'logs',
  awsName: 'api-logs',
  description: '',
  tables: ['request_logs'],
  schedule: 'daily',
  minIntervalHours: 1,
}

crawlersContract('TimedCrawlers', async () => {
  const clock = new FixedClock()
  const crawlers = new TimedCrawlers(clock, ['one'])
  return Promise.resolve({
    crawlers,
    name: 'one',
    pass: async () => Promise.resolve(clock.advance(5000)),
    close: () => Promise.resolve(),
  })
})

let clock: FixedClock
let crawlers: TimedCrawlers
let notes: string[]
const never = new AbortController().signal

beforeEach(() => {
  clock = new FixedClock()
  crawlers = new TimedCrawlers(clock, ['api-logs'])
  notes = []
})

function request(more: Partial<StartRequest> = {}): StartRequest {
  return {crawler: LOGS, since: null, force: false, wait: true, timeoutMs: HOUR_MS, ...more}
}

async function start(more: Partial<StartRequest> = {}, signal = never): Promise<StartAct> {
  const ports = {crawlers, clock, report: (event: {kind: string; text?: string}) => notes.push(event.text ?? '')}
  const asked = request(more)
  return startCrawl(asked, await planStart(asked, ports), signal, ports)
}

const starts = (): number => crawlers.calls.filter((call) => call.startsWith('start')).length

describe('crawler start', () => {
  it('waits until the crawl has ended, and tells what it changed and cost', async () => {
    const act = await start()
    expect(act).toMatchObject({
      changed: true,
      joined: false,
      state: 'succeeded',
      durationMs: 70_000,
      dpuHours: 0.04,
      changes: {partitions: {added: 2}},
      nextStartAt: '2026-01-02T04:04:05.000Z',
    })
    expect([exitOfStart(act, true), act.leastUsdMicros, act.costUsdMicros]).toEqual([0, '17600', '150858'])
    const text = renderStart(act, 'prod')
    expect(text).toContain('about $0.15 (estimate), at least $0.0')
    expect(text).toContain('2 partitions (2 added, 0 changed, 0 deleted)')
    expect(text).toContain('may start 2026-01-02T04:04:05.000Z')
  })

  it('does not take the moment before it begins for its end', async () => {
    await start()
    clock.advance(2 * HOUR_MS)
    const second = await start()
    expect(starts()).toBe(2)
    expect(second).toMatchObject({changed: true, state: 'succeeded'})
    expect(Date.parse(second.startedAt!)).toBeGreaterThan(Date.parse('2026-01-02T05:00:00Z'))
  })

  it('that ended badly is told from a tool that failed', async () => {
    crawlers.endsAs = 'failed'
    const act = await start()
    expect(act).toMatchObject({state: 'failed', message: 'Access denied'})
    expect(exitOfStart(act, true)).toBe(3)
    expect(renderStart(act, 'prod')).toContain('sluice crawler history logs')
    await expectCode(planStart(request({crawler: {...LOGS, awsName: 'gone'}}), {crawlers, clock}), 'CRAWLER_UNKNOWN')
  })

  it('joins the crawl that runs', async () => {
    await crawlers.start('api-logs')
    clock.advance(1000)
    const act = await start()
    expect(act).toMatchObject({changed: false, joined: true, state: 'succeeded'})
    expect(starts()).toBe(1)
  })

  it('is refused within the interval, says until when, and starts nothing', async () => {
    await start()
    const error = await expectCode(start(), 'CRAWL_TOO_SOON')
    expect(error.details).toMatchObject({nextStartAt: '2026-01-02T04:04:05.000Z'})
    expect(error.message).toContain('the next may start 2026-01-02T04:04:05.000Z')
    expect(starts()).toBe(1)
    expect(await start({force: true})).toMatchObject({changed: true, state: 'succeeded'})
    expect(starts()).toBe(2)
  })

  it('does nothing when a crawl has seen the data already', async () => {
    await start()
    const act = await start({since: new Date('2026-01-02T03:00:00Z')})
    expect(act).toMatchObject({changed: false, joined: false, state: 'succeeded'})
    expect(starts()).toBe(1)
    expect(renderStart(act, 'prod')).toContain('nothing was started: it has seen the data')
  })

  it('starts one more after a joined crawl that began before the data', async () => {
    await crawlers.start('api-logs')
    clock.advance(30_000)
    const since = clock.now()
    const act = await start({since, force: true})
    expect(act).toMatchObject({changed: true, joined: true, state: 'succeeded'})
    expect(Date.parse(act.startedAt!)).toBeGreaterThanOrEqual(since.getTime())
    expect(starts()).toBe(2)
    expect(notes.join('\n')).toContain('one more is started')
  })

  it('does not start one more within the interval: the catalog is called behind, with the time', async () => {
    await crawlers.start('api-logs')
    clock.advance(30_000)
    const error = await expectCode(start({since: clock.now()}), 'CRAWL_TOO_SOON')
    expect(error.message).toContain('before the data of 2026-01-02T03:04:35.000Z')
    expect(starts()).toBe(1)
  })

  it('that failed has not seen the data, whenever it began', async () => {
    crawlers.endsAs = 'failed'
    await start()
    await expectCode(start({since: new Date('2026-01-02T03:00:00Z')}), 'CRAWL_TOO_SOON')
  })

  it('ends its waiting at the timeout, not the crawl', async () => {
    const act = await start({timeoutMs: 10_000})
    expect(act).toMatchObject({changed: true, state: 'running', startedAt: null})
    expect(exitOfStart(act, true)).toBe(4)
    expect(crawlers.calls.some((call) => call.startsWith('stop'))).toBe(false)
  })

  it('ends its waiting at Ctrl-C, not the crawl, and says how to wait again', async () => {
    const stop = new AbortController()
    const waiting = start({}, stop.signal)
    stop.abort(new SluiceError('INTERRUPTED', 'Stopped at a checkpoint.', {fix: 'sluice ops resume'}))
    const error = await expectCode(waiting, 'INTERRUPTED')
    expect(error.message).toBe('Stopped waiting; the crawl of logs goes on.')
    expect(error.fix).toBe('sluice crawler start logs --wait')
    expect(crawlers.calls.some((call) => call.startsWith('stop'))).toBe(false)
  })

  it('is priced before it is made, and a dry run starts nothing', async () => {
    const plan = await planStart(request(), {crawlers, clock})
    expect(plan).toMatchObject({will: 'start', costUsdMicros: '146667', lastStatus: null})
    expect(renderStartPlan(plan, 'prod')).toContain('about $0.15 (estimate)')
    expect(starts()).toBe(0)
  })
})

describe('the other commands', () => {
  const definition = {
    lake: 'api',
    crawlers: [LOGS, {...LOGS, name: 'gone', awsName: 'api-gone'}],
    environment: {name: 'prod'},
  } as unknown as LakeDefinition

  it('list what each crawler does, and those that AWS has not', async () => {
    await start()
    const {crawlers: listed} = await listCrawlers(definition, clock.now(), crawlers)
    expect(listed).toMatchObject([
      {
        crawler: 'logs',
        state: 'ready',
        lastStatus: 'succeeded',
        schedule: 'cron(0 3 * * ? *)',
        nextStartAt: '2026-01-02T04:04:05.000Z',
      },
      {crawler: 'gone', state: null, lastStatus: null, schedule: 'daily', nextStartAt: null},
    ])
  })

  it('stop what runs, once', async () => {
    await start({wait: false})
    clock.advance(1000)
    expect(await stopCrawl(LOGS, crawlers)).toMatchObject({changed: true, state: 'stopping'})
    clock.advance(60_000)
    expect(await stopCrawl(LOGS, crawlers)).toMatchObject({changed: false, state: 'ready'})
  })

  it('show the history, newest first, as long as is asked', async () => {
    await start()
    clock.advance(2 * HOUR_MS)
    await start()
    const {crawls, isTruncated} = await crawlHistory(LOGS, 1, clock.now(), crawlers)
    expect(isTruncated).toBe(true)
    expect(crawls).toMatchObject([{state: 'completed', dpuHours: 0.04, costUsdMicros: '150858'}])
  })

  it('find a crawler by both of its names, or the only one', () => {
    expect(findCrawler(definition, 'api-gone').name).toBe('gone')
    expect(findCrawler({...definition, crawlers: [LOGS]}, undefined).name).toBe('logs')
    for (const [name, code, text] of [
      ['lags', 'CRAWLER_UNKNOWN', 'Did you mean logs?'],
      [undefined, 'USAGE', 'Name one of them.'],
    ] as const) {
      let caught: unknown
      try {
        findCrawler(definition, name)
      } catch (error) {
        caught = error
      }
      expect(caught).toMatchObject({code, fix: text})
    }
  })
})

describe('the price of a crawl', () => {
  const crawl = (minutes: number, dpuHours: number | null) => ({
    id: '1',
    state: 'completed' as const,
    startedAt: new Date(0),
    endedAt: new Date(minutes * 60_000),
    dpuHours,
    message: null,
    changes: null,
  })

  it('is of ten minutes at least, and of its own time beyond', () => {
    expect(priceOf(crawl(1, 0.02))).toEqual({costUsdMicros: '88000', leastUsdMicros: '8800'})
    expect(priceOf(crawl(20, 1))).toEqual({costUsdMicros: '440000', leastUsdMicros: '440000'})
    expect(priceOf(crawl(20, null))).toBeNull()
    expect(expectedPrice(null).costUsdMicros).toBe('146667')
  })
})

describe('the summary of a crawl', () => {
  it('is counted where it has the form that is known, else left out', () => {
    const summary = JSON.stringify({
      TABLE: JSON.stringify({UPDATE: JSON.stringify({Details: {names: ['a']}, Count: 1})}),
      PARTITION: JSON.stringify({ADD: {Count: 3}, DELETE: {Count: 1}}),
    })
    expect(changesOf(summary)).toEqual({
      tables: {added: 0, updated: 1, deleted: 0},
      partitions: {added: 3, updated: 0, deleted: 1},
    })
    for (const other of [undefined, '', 'no JSON', '[]', '7']) expect(changesOf(other)).toBeNull()
  })
})
