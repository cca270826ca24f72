import {setTimeout as sleep} from 'node:timers/promises'
import {CreateCrawlerCommand, DeleteCrawlerCommand} from '@aws-sdk/client-glue'
import {expect, it} from 'vitest'
import {GlueCrawlers} from '../../../src/lib/aws/glue-crawlers.js'
import {planStart, startCrawl} from '../../../src/lib/crawler/index.js'
import {systemClock} from '../../../src/lib/local/system.js'
import {crawlersContract} from '../../contract/ports/crawlers.js'
import {glue, ownName} from '../checks/lab-clients.js'
import {labSettings} from '../lab-settings.js'

/** States last a second or two by the clock of the lab. */
const PAUSE_MS = 200

async function makeCrawler(): Promise<string> {
  const Name = ownName('crawler')
  const Role = 'arn:aws:iam::123456789012:role/crawler'
  const Targets = {S3Targets: [{Path: 's3://nowhere/'}]}
  await glue.send(new CreateCrawlerCommand({Name, Role, DatabaseName: 'default', Targets}))
  return Name
}

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
