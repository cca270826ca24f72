export {findCrawler} from './find-crawler.js'
export {crawlHistory, listCrawlers, type CrawlerList, type CrawlHistory} from './list.js'
export {
  crawlColumns,
  crawlerColumns,
  exitOfStart,
  noteOfHistory,
  noteOfList,
  renderStart,
  renderStartPlan,
  renderStop,
} from './render.js'
export {planStart, startCrawl, type CrawlPorts, type StartRequest} from './start.js'
export type {StartAct, StartPlan} from './start-act.js'
export {stopCrawl, type StopAct} from './stop.js'
