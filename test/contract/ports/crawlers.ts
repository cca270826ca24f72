import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Crawlers, CrawlerNow} from '../../../src/lib/ports/crawlers.js'
import {collect, expectCode} from './expectations.js'

export interface CrawlersSubject {
  readonly crawlers: Crawlers
  /** A crawler that has not crawled yet. */
  readonly name: string
  /** Lets time go by, as long as a state lasts at most. */
  pass(): Promise<void>
  close(): Promise<void>
}

/** What every implementation of Crawlers does. */
export function crawlersContract(title: string, open: () => Promise<CrawlersSubject>): void {
  describe(`${title} as Crawlers`, () => {
    let subject: CrawlersSubject
    beforeEach(async () => {
      subject = await open()
    })
    afterEach(() => subject.close())

    async function ended(before: CrawlerNow | null): Promise<CrawlerNow> {
      for (;;) {
        const now = (await subject.crawlers.find(subject.name))!
        const isOther = now.lastCrawl?.startedAt.getTime() !== before?.lastCrawl?.startedAt.getTime()
        if (now.state === 'ready' && isOther) return now
        await subject.pass()
      }
    }

    it('finds a crawler that has done nothing yet, and none of another name', async () => {
      const {crawlers, name} = subject
      expect(await crawlers.find(name)).toMatchObject({name, state: 'ready', lastCrawl: null})
      expect(await crawlers.find('no-such-crawler')).toBeNull()
      expect(await collect(crawlers.history(name))).toEqual([])
    })

    it('starts once, says that it runs, and tells how it ended', async () => {
      const {crawlers, name} = subject
      expect(await crawlers.start(name)).toBe('started')
      expect(await crawlers.start(name)).toBe('running')
      const now = await ended(null)
      expect(now.lastCrawl).toMatchObject({status: 'succeeded'})
      const [crawl] = await collect(crawlers.history(name))
      expect(crawl).toMatchObject({state: 'completed'})
      expect(Math.abs(crawl!.startedAt.getTime() - now.lastCrawl!.startedAt.getTime())).toBeLessThan(1000)
    })

    it('stops what runs, and says when nothing does', async () => {
      const {crawlers, name} = subject
      expect(await crawlers.stop(name)).toBe('idle')
      await crawlers.start(name)
      expect(await crawlers.stop(name)).toBe('stopping')
      expect((await ended(null)).lastCrawl).toMatchObject({status: 'cancelled'})
      expect(await crawlers.stop(name)).toBe('idle')
    })

    it('lists crawls newest first', async () => {
      const {crawlers, name} = subject
      await crawlers.start(name)
      const first = await ended(null)
      await subject.pass()
      await crawlers.start(name)
      await ended(first)
      const starts = (await collect(crawlers.history(name))).map(({startedAt}) => startedAt.getTime())
      expect(starts).toHaveLength(2)
      expect(starts[0]).toBeGreaterThan(starts[1]!)
    })

    it('knows no crawler of another name', async () => {
      const {crawlers} = subject
      await expectCode(crawlers.start('no-such-crawler'), 'CRAWLER_UNKNOWN')
      await expectCode(crawlers.stop('no-such-crawler'), 'CRAWLER_UNKNOWN')
    })
  })
}
