import {renderBlock, renderHeading, renderNext, type Labelled} from '../cli/output/block.js'
import {durationText} from '../cli/output/duration.js'
import {microsText} from '../cli/output/money.js'
import type {Column} from '../cli/output/table.js'
import {plural, printable} from '../cli/output/text.js'
import {instantText, instantWithAge} from '../cli/output/time.js'
import {EXIT, type ExitCode} from '../errors.js'
import type {ChangeCounts, CrawlChanges} from '../ports/crawlers.js'
import type {CrawlerList, CrawlHistory, ListedCrawl, ListedCrawler} from './list.js'
import type {StartAct, StartPlan} from './start-act.js'
import type {StopAct} from './stop.js'

const NOTHING = '–'

/** 3 for a crawl that ended badly, 4 for one that still ran when the time was over; only the tool's own faults are 1. */
export function exitOfStart({state}: StartAct, wait: boolean): ExitCode {
  if (state === 'failed' || state === 'cancelled') return EXIT.breached
  return state === 'running' && wait ? EXIT.partial : EXIT.ok
}

const WILL = {
  start: 'start a crawl',
  join: 'join the crawl that runs',
  nothing: 'nothing: a crawl that began later than --since has ended well',
} as const

/** What `crawler start` would do. */
export function renderStartPlan(plan: StartPlan, environment: string): string {
  const {crawler, awsName, tables, will, schedule, lastStartedAt, lastStatus, costUsdMicros, leastUsdMicros} = plan
  const last = lastStartedAt === null ? 'none has ended yet' : `${lastStatus}, began ${lastStartedAt}`
  const entries: Labelled[] = [
    ['crawler', awsName],
    ...(tables.length === 0 ? [] : [['tables', tables.join(', ')] as const]),
    ['schedule', schedule ?? 'none'],
    ['last crawl', last],
    ['would', WILL[will]],
    ['costs', costText(costUsdMicros, leastUsdMicros)],
  ]
  return [renderHeading(`Start the crawler ${crawler}`, `env ${environment}`), '', renderBlock(entries)].join('\n')
}

/** What was started, joined, or found. */
export function renderStart(act: StartAct, environment: string): string {
  const {crawler, awsName, startedAt, durationMs, changes, message, nextStartAt, schedule} = act
  const entries: Labelled[] = [
    ['crawler', awsName],
    ['state', stateText(act)],
    ...(startedAt === null ? [] : [['began', startedAt] as const]),
    ...(durationMs === null ? [] : [['took', durationText(durationMs)] as const]),
    ...(changes === null ? [] : [['changed', changesText(changes)] as const]),
    ...(message === null ? [] : [['message', printable(message)] as const]),
    ...priceLines(act),
    ['schedule', schedule ?? 'none'],
    ['next', nextStartAt === null ? 'may start at once' : `may start ${nextStartAt}`],
  ]
  const next = nextOf(act)
  const head = renderHeading(`Crawler ${crawler}`, `env ${environment}`)
  return [head, '', renderBlock(entries), ...(next.length === 0 ? [] : ['', renderNext(next)])].join('\n')
}

function stateText({state, joined, changed}: StartAct): string {
  if (!joined && !changed) return `${state}; nothing was started: it has seen the data`
  return joined && !changed
    ? `${state}; it ran already`
    : joined
      ? `${state}; started after one that ran already`
      : state
}

function nextOf({crawler, state, tables}: StartAct): (readonly [string, string])[] {
  if (state === 'running') return [[`sluice crawler start ${crawler} --wait`, 'wait for its end']]
  if (state !== 'succeeded') return [[`sluice crawler history ${crawler}`, 'how earlier ones ended']]
  return tables.slice(0, 1).map((table) => [`sluice partitions diff --table ${table}`, 'is everything registered?'])
}

function priceLines({dpuHours, costUsdMicros, leastUsdMicros}: StartAct): Labelled[] {
  if (dpuHours === null || costUsdMicros === null) return []
  return [['costs', `${costText(costUsdMicros, leastUsdMicros ?? costUsdMicros)}, ${dpuHours} DPU-hours`]]
}

function costText(costUsdMicros: string, leastUsdMicros: string): string {
  const text = `about ${microsText(BigInt(costUsdMicros))} (estimate)`
  return costUsdMicros === leastUsdMicros ? text : `${text}, at least ${microsText(BigInt(leastUsdMicros))}`
}

function changesText({tables, partitions}: CrawlChanges): string {
  return `${plural(tables.added + tables.updated + tables.deleted, 'table')} (${countsText(tables)}), ${plural(partitions.added + partitions.updated + partitions.deleted, 'partition')} (${countsText(partitions)})`
}

function countsText({added, updated, deleted}: ChangeCounts): string {
  return `${added} added, ${updated} changed, ${deleted} deleted`
}

export function renderStop({crawler, changed}: StopAct, environment: string): string {
  if (!changed) return `${crawler} crawls nothing (env ${environment}); there is nothing to stop.`
  const next = renderNext([['sluice crawler list', 'is it ready?']])
  return `${crawler} is stopping (env ${environment}). What it has found so far stays in the catalog.\n${next}`
}

/** Columns of `crawler list`. */
export function crawlerColumns(): Column<ListedCrawler>[] {
  return [
    {title: 'crawler', value: ({crawler}) => crawler},
    {title: 'state', value: ({state}) => state ?? 'not in AWS'},
    {title: 'last', value: ({lastStatus}) => lastStatus ?? NOTHING},
    {title: 'began', value: ({lastStartedAt}) => lastStartedAt ?? NOTHING},
    {title: 'next', value: ({nextStartAt}) => nextStartAt ?? 'at once'},
    {title: 'schedule', value: ({schedule}) => schedule ?? NOTHING},
    {title: 'tables', value: ({tables}) => tables.join(', '), prose: true},
  ]
}

export function noteOfList({crawlers, lake, environment, asOf}: CrawlerList): string {
  if (crawlers.length === 0) return `The definition of ${lake} names no crawler.`
  return `${plural(crawlers.length, 'crawler')} of ${lake}, env ${environment}, as of ${instantText(new Date(asOf))}.`
}

/** Columns of `crawler history`. */
export function crawlColumns(): Column<ListedCrawl>[] {
  return [
    {title: 'began', value: ({startedAt}) => startedAt},
    {title: 'state', value: ({state}) => state},
    {
      title: 'took',
      value: ({durationMs}) => (durationMs === null ? NOTHING : durationText(durationMs)),
      align: 'right',
    },
    {title: 'dpuHours', value: ({dpuHours}) => dpuHours ?? NOTHING, align: 'right'},
    {
      title: 'costs',
      value: ({costUsdMicros}) => (costUsdMicros === null ? NOTHING : microsText(BigInt(costUsdMicros))),
      align: 'right',
    },
    {title: 'tables', value: ({changes}) => (changes === null ? NOTHING : shortText(changes.tables))},
    {title: 'partitions', value: ({changes}) => (changes === null ? NOTHING : shortText(changes.partitions))},
    {title: 'message', value: ({message}) => message ?? '', prose: true},
  ]
}

function shortText({added, updated, deleted}: ChangeCounts): string {
  return `+${added} ~${updated} -${deleted}`
}

export function noteOfHistory({crawler, crawls, isTruncated, asOf}: CrawlHistory): string {
  const [newest] = crawls
  if (newest === undefined) return `${crawler} has not crawled in the last twelve months.`
  const more = isTruncated ? '; there are more: --limit' : ''
  return `${plural(crawls.length, 'crawl')}, the newest ${instantWithAge(new Date(newest.startedAt), new Date(asOf))}${more}. Costs are estimates.`
}
