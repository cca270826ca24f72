import {expect} from 'vitest'
import {countingRowsSql} from '../../src/lib/changelog/current-view.js'
import {rankedRowsSql} from '../../src/lib/changelog/ranked-rows.js'
import type {Context} from '../../src/lib/context.js'
import {hasCode} from '../../src/lib/errors.js'
import {ingestStream} from '../../src/lib/ingest/index.js'
import {mappingOf} from '../../src/lib/lake/index.js'
import {exportLines, writeChainExport, type WrittenChainExport} from './chain-exports.js'
import {microsOf, HISTORY_SECONDS, stateBefore, streamRecordsOf} from './chain-history.js'
import {
  behindFloor,
  byText,
  countsOf,
  newestImages,
  newestRows,
  stateOf,
  type ModelSource,
  type ModelState,
  saysAnything,
} from './chain-model.js'
import type {ChainStory, Step} from './chain-story.js'
import {EVERYTHING, eventsOf, writeEvents, type BatchPlan} from './chain-stream.js'
import {differenceOf} from './current-model.js'
import {columnsWith, define, definitionText, makeLake, openLake, type LakeFolder} from './lake-folder.js'
import {current, load, select, undo} from './loads.js'

const BY = `[{name: year, derive: {format_date: [created_at, "%Y"]}}, {name: month, derive: {format_date: [created_at, "%m"]}}]`
const COUNT_FROM = ['n', 'm']

/** A load of one export that stands; the run records of the model. */
interface Record {
  readonly operation: string
  readonly source: ModelSource
  readonly loaded: WrittenChainExport
  readonly supersedes: readonly Record[]
}

/** Takes the steps of a story in a lake and in the model, and compares them after each. */
export class ChainTeller {
  private records: readonly Record[] = []
  private streams: readonly ModelSource[] = []
  /** Files of events by what they hold: the same again changes nothing. */
  private readonly appended = new Set<string>()
  /** Where column `count` came from when an event was appended, by its sequence number. */
  private readonly eventsFrom = new Map<string, string>()
  private remaps = 0

  private constructor(
    private readonly story: ChainStory,
    private readonly lake: LakeFolder,
    private readonly exports: readonly WrittenChainExport[],
    private context: Context,
  ) {}

  static async open(story: ChainStory): Promise<ChainTeller> {
    const lake = await makeLake(definitionOf(story, 0))
    const exports: WrittenChainExport[] = []
    for (const plan of story.plans) {
      const lines = exportLines(story.history, plan, story.habits)
      exports.push(await writeChainExport(lake, plan, lines, story.habits))
    }
    return new ChainTeller(story, lake, exports, await openLake(lake))
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'remap') return this.remap()
    if (step.do === 'undo') return this.undo(step.which)
    if (step.do === 'ingest') {
      await this.ingest(step.batch)
      return step.again ? this.ingest(step.batch) : undefined
    }
    const chosen = [...new Set(step.which.map((number) => this.exports[number % this.exports.length]!))]
    const [full, ...others] = chosen.filter(({plan}) => plan.kind === 'full')
    await this.load(chosen.filter((one) => !others.includes(one) || one === full))
  }

  /** Everything at last, as one chain and the other full exports, and the stream. */
  async takeRest(): Promise<void> {
    const [full, ...others] = this.exports.filter(({plan}) => plan.kind === 'full')
    await this.load(this.exports.filter((one) => !others.includes(one)))
    for (const one of others) await this.load([one])
    expect(full).toBeDefined()
    if (this.story.endsWithStream) await this.ingest(EVERYTHING)
  }

  private async ingest(batch: BatchPlan): Promise<void> {
    const {history, streamView} = this.story
    const events = eventsOf(history, batch, streamView).filter(({dynamodb}) => this.isUnmapped(dynamodb.SequenceNumber))
    const source: ModelSource = {
      ...{kind: 'stream', lines: events.map((event) => JSON.stringify(event)), exportTime: ''},
      ...{countFrom: this.countFrom, skips: this.story.skips},
    }
    const file = await writeEvents(this.lake, `events-${this.streams.length}.ndjson`, events, batch.isPacked)
    const {signal} = new AbortController()
    const request = {table: this.context.definition.tables[0]!, file, dryRun: false, signal}
    const content = JSON.stringify([source.countFrom, source.lines])
    expect(await ingestStream(request, this.context.ports)).toMatchObject({
      ...countsOf(source),
      events: events.length,
      leftOut: 0,
      behindFloor: behindFloor(source, this.sources),
      changed: events.length > 0 && !this.appended.has(content),
    })
    this.appended.add(content)
    for (const {dynamodb} of events) this.eventsFrom.set(dynamodb.SequenceNumber, this.countFrom)
    this.streams = [...this.streams, source]
    await this.compare()
  }

  /** Of one event under two mappings nothing says which row counts. */
  private isUnmapped(sequence: string): boolean {
    return (this.eventsFrom.get(sequence) ?? this.countFrom) === this.countFrom
  }

  private async load(chosen: readonly WrittenChainExport[]): Promise<void> {
    const wanted = chosen.filter((one) => !this.active.some((record) => this.holds(record, one)))
    const sources = wanted.map((one) => this.sourceOf(one))
    const [before, had] = [this.state(this.active), this.records]
    const added = wanted.map((loaded, index): Record => ({
      operation: '',
      source: sources[index]!,
      loaded,
      supersedes: this.records.filter((record) => record.loaded === loaded),
    }))
    const after = this.state(activeOf([...this.records, ...added]))
    const isFirst = had.length === 0 && !this.streams.some(saysAnything)
    const isAlone = isFirst && wanted.length === 1 && sources[0]!.kind === 'full'
    if (after.doubled > before.doubled && wanted.length > 0 && !isAlone) {
      const refused = await load(this.context, chosen, {allowGap: true}).then(
        () => null,
        (error: unknown) => error,
      )
      expect(hasCode(refused, 'KEY_MOVED'), String(refused)).toBe(true)
      return this.compare()
    }
    const result = await load(this.context, chosen, {allowGap: true})
    expect(result.changed).toBe(wanted.length > 0)
    this.records = [...this.records, ...added.map((record) => ({...record, operation: result.operation}))]
    if (wanted.length > 0) {
      const counts = sources.map(countsOf)
      expect(result).toMatchObject({
        quarantined: counts.reduce((sum, {quarantined}) => sum + quarantined, 0),
        deleted: counts.reduce((sum, {deleted}) => sum + deleted, 0),
      })
      if (isAlone || before.rows.length === 0) expect(result.comparison).toBeNull()
      else if (before.doubled === 0) {
        const mapped = (rows: ModelState['rows']) => rows.map(({year: _year, month: _month, ...columns}) => columns)
        expect(result.comparison).toMatchObject(differenceOf(mapped(before.rows), mapped(after.rows)))
      }
    }
    await this.compare()
  }

  private async undo(which: number): Promise<void> {
    const operations = [...new Set(this.records.map(({operation}) => operation))]
    const operation = operations[which % operations.length]
    if (operation === undefined) return
    await undo(this.context, {operation})
    this.records = this.records.filter((record) => record.operation !== operation)
    await this.compare()
  }

  private async remap(): Promise<void> {
    this.remaps += 1
    await this.context.close()
    await define(this.lake, definitionOf(this.story, this.remaps))
    this.context = await openLake(this.lake)
  }

  /** The lake against the model, and the model against the history where the lake has all of it. */
  private async compare(): Promise<void> {
    if (this.records.length === 0 && this.eventsFrom.size === 0) return
    const expected = this.state(this.active)
    expect((await current(this.context)).sort(byText)).toEqual(expected.rows)
    if (!this.story.isImmutable || this.story.moves === 'never')
      expect(await this.quarantinedKeys()).toBe(expected.quarantined)
    if (this.isWhole()) expect(expected.rows).toEqual(newestRows(this.sources))
    if (this.hasWholeStream()) {
      const end = stateBefore(this.story.history, microsOf(HISTORY_SECONDS))
      expect(newestImages(this.sources)).toEqual(end)
    }
  }

  private async quarantinedKeys(): Promise<number> {
    const mapping = mappingOf(this.context.definition.tables[0]!)
    const ranked = rankedRowsSql(mapping, 't.*', countingRowsSql('items'))
    const [row] = await select(
      this.context,
      `SELECT COUNT(*) AS keys FROM (${ranked}) r WHERE _rank = 1 AND _op = 'quarantined'`,
    )
    return Number(row!['keys'])
  }

  /**
   * Whether the newest state of each key is known wherever it lies. Where items do not leave their partition it always
   * is; else no move may be missing: the stream tells all of them, or no change is missing, nor any window begun before
   * the full export.
   */
  private isWhole(): boolean {
    const {isImmutable, moves, view, streamView} = this.story
    if (!isImmutable || moves !== 'moves') return true
    if (this.eventsFrom.size > 0) return streamView !== 'NEW_IMAGE' && this.hasWholeStream()
    if (view === 'NEW_IMAGE') return false
    const plans = this.active.map(({loaded}) => loaded.plan)
    const base = Math.max(...plans.map((plan) => (plan.kind === 'full' ? plan.at : -Infinity)))
    const windows = plans
      .flatMap((plan) => (plan.kind === 'incremental' && plan.to > base ? [plan] : []))
      .sort((a, b) => a.from - b.from)
    return windows.every(
      ({from}, index) => from === (index === 0 ? (base === -Infinity ? from : base) : windows[index - 1]!.to),
    )
  }

  private hasWholeStream(): boolean {
    const all = streamRecordsOf(this.story.history)
    return all.length > 0 && all.every(({dynamodb}) => this.eventsFrom.has(dynamodb.SequenceNumber))
  }

  private state(records: readonly Record[]): ModelState {
    return stateOf([...records.map(({source}) => source), ...this.streams], this.story.isImmutable)
  }

  /** Whatever counts now. */
  private get sources(): ModelSource[] {
    return [...this.active.map(({source}) => source), ...this.streams]
  }

  private get active(): readonly Record[] {
    return activeOf(this.records)
  }

  private holds({loaded, source}: Record, one: WrittenChainExport): boolean {
    return loaded === one && source.countFrom === this.countFrom
  }

  private sourceOf({lines, exportTime, plan}: WrittenChainExport): ModelSource {
    return {kind: plan.kind, lines, exportTime, countFrom: this.countFrom, skips: this.story.skips}
  }

  private get countFrom(): string {
    return COUNT_FROM[this.remaps % COUNT_FROM.length]!
  }

  async close(): Promise<void> {
    await this.context.close()
    await this.lake.remove()
  }
}

/** Those that no record replaces. By export and mapping: records are copied. */
function activeOf(records: readonly Record[]): Record[] {
  const replaced = new Set(records.flatMap(({supersedes}) => supersedes))
  return records.filter((record) => !replaced.has(record))
}

function definitionOf({isImmutable, skips}: ChainStory, remaps: number): string {
  const from = COUNT_FROM[remaps % COUNT_FROM.length]!
  return definitionText({
    columns: columnsWith('count', `{name: count, type: bigint, from: ${from}}`),
    partition: `{by: ${BY}, immutable: ${isImmutable}}`,
    ...(skips === null ? {} : {skip: `[{from: note, one_of: [${JSON.stringify(skips)}]}]`}),
  })
}
