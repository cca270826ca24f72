import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {GlueCrawlers} from '../../src/lib/aws/glue-crawlers.js'
import {collect, expectCode} from '../contract/ports/expectations.js'

interface Call {
  readonly action: string
  readonly input: Readonly<Record<string, unknown>>
}
type Answer = object | {readonly error: string}

const BEGAN_S = 1_768_400_000

describe('GlueCrawlers', () => {
  let server: Server
  let calls: Call[]
  let answer: (call: Call) => Answer
  let crawlers: GlueCrawlers

  beforeEach(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
    calls = []
    server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const action = String(request.headers['x-amz-target']).replace('AWSGlue.', '')
        const call = {action, input: JSON.parse(Buffer.concat(chunks).toString('utf8')) as Call['input']}
        calls.push(call)
        const given = answer(call)
        const body = 'error' in given ? {__type: given.error, message: 'No.'} : given
        response.writeHead('error' in given ? 400 : 200, {'content-type': 'application/x-amz-json-1.1'})
        response.end(JSON.stringify(body))
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const {port} = server.address() as AddressInfo
    crawlers = new GlueCrawlers({
      region: 'eu-west-1',
      profile: null,
      roleArn: null,
      endpoints: {glue: `http://127.0.0.1:${port}`},
      version: 'test',
      encryption: 'bucket-default',
    })
  })

  afterEach(async () => {
    vi.unstubAllEnvs()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })

  it('tells what a crawler does, how its last crawl ended, and when it starts by itself', async () => {
    answer = () => ({
      Crawler: {
        Name: 'c',
        State: 'STOPPING',
        CrawlElapsedTime: 1500,
        Schedule: {ScheduleExpression: 'cron(0 3 * * ? *)', State: 'SCHEDULED'},
        LastCrawl: {Status: 'FAILED', StartTime: BEGAN_S, ErrorMessage: 'Access denied'},
      },
    })
    expect(await crawlers.find('c')).toEqual({
      name: 'c',
      state: 'stopping',
      elapsedMs: 1500,
      schedule: 'cron(0 3 * * ? *)',
      lastCrawl: {status: 'failed', startedAt: new Date(BEGAN_S * 1000), message: 'Access denied'},
    })
    answer = () => ({
      Crawler: {State: 'READY', Schedule: {ScheduleExpression: 'cron(0 3 * * ? *)', State: 'NOT_SCHEDULED'}},
    })
    expect(await crawlers.find('c')).toEqual({
      name: 'c',
      state: 'ready',
      elapsedMs: null,
      schedule: null,
      lastCrawl: null,
    })
  })

  it('knows which refusals are answers', async () => {
    for (const [call, error, expected] of [
      [() => crawlers.find('c'), 'EntityNotFoundException', null],
      [() => crawlers.start('c'), 'CrawlerRunningException', 'running'],
      [() => crawlers.stop('c'), 'CrawlerNotRunningException', 'idle'],
      [() => crawlers.stop('c'), 'CrawlerStoppingException', 'stopping'],
    ] as const) {
      answer = () => ({error})
      expect(await call()).toBe(expected)
    }
  })

  it('names a crawler that is not there, and what it may not do', async () => {
    answer = () => ({error: 'EntityNotFoundException'})
    for (const call of [() => crawlers.start('c'), () => crawlers.stop('c'), () => collect(crawlers.history('c'))])
      await expectCode(call(), 'CRAWLER_UNKNOWN')
    answer = () => ({error: 'AccessDeniedException'})
    for (const [call, action] of [
      [() => crawlers.find('c'), 'glue:GetCrawler'],
      [() => crawlers.start('c'), 'glue:StartCrawler'],
      [() => crawlers.stop('c'), 'glue:StopCrawler'],
      [() => collect(crawlers.history('c')), 'glue:ListCrawls'],
    ] as const) {
      const error = await expectCode(call(), 'AWS_ACCESS_DENIED')
      expect(error.message).toContain(action)
    }
  })

  it('reads a history page by page, also where a page is empty, and lists the newest first whatever order it came in', async () => {
    const crawl = (id: string, startedS: number) => ({
      CrawlId: id,
      State: 'COMPLETED',
      StartTime: startedS,
      EndTime: startedS + 60,
      DPUHour: 0.04,
    })
    const pages: readonly object[] = [
      {Crawls: [crawl('oldest', BEGAN_S)], NextToken: 'one'},
      {Crawls: [], NextToken: 'two'},
      {
        Crawls: [
          {CrawlId: 'newest', State: 'RUNNING', StartTime: BEGAN_S + 7200, DPUHour: 0},
          crawl('between', BEGAN_S + 3600),
        ],
      },
    ]
    answer = ({input}) => pages[['one', 'two'].indexOf(String(input['NextToken'])) + 1]!
    calls.length = 0
    const found = await collect(crawlers.history('c'))
    expect(found.map(({id, state, dpuHours}) => [id, state, dpuHours])).toEqual([
      ['newest', 'running', null],
      ['between', 'completed', 0.04],
      ['oldest', 'completed', 0.04],
    ])
    expect(calls).toHaveLength(pages.length)
  })
})
