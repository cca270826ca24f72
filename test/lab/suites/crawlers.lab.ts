import {setTimeout as sleep} from 'node:timers/promises'
import {DeleteCrawlerCommand} from '@aws-sdk/client-glue'
import {describe, expect, it} from 'vitest'
import {GlueCrawlers} from '../../../src/lib/aws/glue-crawlers.js'
import {planStart, startCrawl, type StartAct, type StopAct} from '../../../src/lib/crawler/index.js'
import {systemClock} from '../../../src/lib/local/system.js'
import {crawlersContract} from '../../contract/ports/crawlers.js'
import {PolicyWatch} from '../../iam/policy-watch.js'
import {makeCatalogLake, makeCrawler} from '../catalog-lake.js'
import {glue} from '../checks/lab-clients.js'
import {labSettings} from '../lab-settings.js'

/** States last a second or two by the clock of the lab. */
const PAUSE_MS = 200

crawlersContract('GlueCrawlers', async () => {
  const name = await makeCrawler()
  return {
    crawlers: new GlueCrawlers(labSettings()),
    name,
    pass: () => sleep(PAUSE_MS),
    close: async () => {
      await glue.send(new DeleteCrawlerCommand({Name: name}))
    },
  }
})

it('crawler start waits for the end of what it started', async () => {
  const awsName = await makeCrawler()
  const crawler = {name: 'own', awsName, description: '', tables: [], schedule: null, minIntervalHours: 1}
  const ports = {crawlers: new GlueCrawlers(labSettings()), clock: systemClock, report: () => undefined}
  const request = {crawler, since: null, force: false, wait: true, timeoutMs: 60_000}
  const plan = await planStart(request, ports)
  const act = await startCrawl(request, plan, new AbortController().signal, ports)
  expect(act).toMatchObject({changed: true, joined: false, state: 'succeeded'})
  expect(act.startedAt).not.toBeNull()
  await expect(planStart(request, ports)).rejects.toMatchObject({code: 'CRAWL_TOO_SOON'})
})

describe('commands of crawlers on AWS', () => {
  it('ask for nothing that the printed policies do not allow', async () => {
    const {lake, crawler: awsName} = await makeCatalogLake()
    const watch = await PolicyWatch.over(lake)
    const on = <Document>(...argv: string[]) => watch.answerOf<Document>('crawler', ...argv, '--env', 'aws')
    const started = await on<StartAct>('start', '--wait', '--yes')
    expect(started).toMatchObject({exit: 0, document: {changed: true, state: 'succeeded'}})
    expect(await on('list')).toMatchObject({exit: 0, document: {crawlers: [{awsName}]}})
    expect(await on('history')).toMatchObject({exit: 0, document: {crawls: [{}]}})
    expect(await on<StopAct>('stop', '--yes')).toMatchObject({exit: 0, document: {changed: false, state: 'ready'}})
    const {refused, calls} = await watch.judge()
    expect(refused).toEqual([])
    expect(calls).toBeGreaterThan(5)
    await lake.remove()
  }, 120_000)
})
