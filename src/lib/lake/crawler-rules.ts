import type {Blueprint} from './blueprints/index.js'
import type {DraftTable} from './drafts.js'
import {checkPlaceholders, fillName} from './environment-rules.js'
import type {Findings, Path} from './mistakes.js'
import {nearFix} from '../near-name.js'
import type {CrawlerInput} from './schema.js'
import type {SoundCrawler, SoundDefinition} from './sound.js'
import type {CrawlerDefinition} from './types.js'

const DEFAULT_MIN_INTERVAL_HOURS = 1

/** A crawler after blueprint and file were merged. */
export interface DraftCrawler {
  readonly name: string
  readonly at: Path
  readonly written: ReadonlySet<string>
  readonly values: SoundCrawler
}

/** Blueprint order first, then the file's own; a key that the file writes replaces the blueprint's. */
export function mergeCrawlers(file: SoundDefinition, blueprint: Blueprint | null): DraftCrawler[] {
  const base = new Map<string, CrawlerInput>(Object.entries(blueprint?.crawlers ?? {}))
  const own = new Map<string, SoundCrawler>(Object.entries(file.crawlers ?? {}))
  return [...new Set([...base.keys(), ...own.keys()])].map((name) => ({
    name,
    at: own.has(name) ? ['crawlers', name] : ['blueprint'],
    written: new Set(Object.keys(own.get(name) ?? {})),
    values: Object.assign({}, base.get(name), own.get(name)),
  }))
}

export function checkCrawlers(
  crawlers: readonly DraftCrawler[],
  tables: readonly DraftTable[],
  findings: Findings,
): void {
  const owners = new Map<string, string>()
  for (const crawler of crawlers) {
    checkNames(crawler, owners, findings)
    checkTables(crawler, tables, findings)
  }
}

/** AWS allows any text; a name that is typed into a shell has letters, digits and a few marks. */
function checkNames(crawler: DraftCrawler, owners: Map<string, string>, findings: Findings): void {
  const {name, at, values} = crawler
  if (!/^[A-Za-z0-9][\w.-]{0,127}$/.test(name)) {
    const message = `${JSON.stringify(name)} is no crawler name: up to 128 letters, digits, - _ and ., beginning with a letter or digit.`
    findings.add(at, message, "Write a short name here, and AWS's own under name:.")
    return
  }
  const place = placeOf(crawler, 'name')
  const awsName = values.name ?? name
  if (checkPlaceholders(awsName, place, findings)) return
  if (!/^[^\p{Cc}]{1,255}$/u.test(awsName) || awsName.trim() !== awsName) {
    findings.add(place, `${JSON.stringify(awsName)} is no name of a crawler.`, 'Write 1 to 255 letters.')
    return
  }
  const owner = owners.get(awsName)
  owners.set(awsName, owner ?? name)
  if (owner !== undefined) {
    findings.add(place, `${owner} and ${name} are one crawler, ${awsName}.`, `Keep one of the two.`)
  }
}

function checkTables(crawler: DraftCrawler, tables: readonly DraftTable[], findings: Findings): void {
  const known = tables.map(({name}) => name)
  const list = crawler.values.tables ?? []
  for (const [index, table] of list.entries()) {
    if (table === undefined) continue
    const place: Path = crawler.written.has('tables') ? [...crawler.at, 'tables', index] : crawler.at
    if (!known.includes(table) && !findings.touches(['tables', table])) {
      findings.add(place, `There is no table ${table} in this lake.`, nearFix(table, known, 'table'))
    } else if (list.indexOf(table) !== index) findings.add(place, `The table ${table} stands here twice.`, 'Keep one.')
  }
}

function placeOf({at, written}: DraftCrawler, key: string): Path {
  return written.has(key) ? [...at, key] : at
}

export function resolveCrawlers(crawlers: readonly DraftCrawler[], environment: string): CrawlerDefinition[] {
  return crawlers.map(({name, values}) => ({
    name,
    awsName: fillName(values.name ?? name, environment),
    description: values.description ?? '',
    tables: (values.tables ?? []).filter((table) => table !== undefined),
    schedule: values.schedule ?? null,
    minIntervalHours: values.min_interval_hours ?? DEFAULT_MIN_INTERVAL_HOURS,
  }))
}
