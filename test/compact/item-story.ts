import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Context} from '../../src/lib/context.js'
import {ingestStream} from '../../src/lib/ingest/index.js'
import {findTable} from '../../src/lib/lake/index.js'
import {item, writeItems, type ExportFolder, type ExportSettings} from '../backfill/export-folder.js'
import {define, definitionText, makeLake, openLake, type LakeFolder} from '../backfill/lake-folder.js'
import {streamEvent} from '../ingest/stream-events.js'

const KPI = `
kpis:
  even:
    title: even
    description: Items whose number is even.
    table: items
    unit: ratio
    time: created_at
    sql: 'SELECT SUM(CASE WHEN MOD("count", 2) = 0 THEN 1 ELSE 0 END) AS numerator, COUNT(*) AS denominator FROM items_current'
`
const MONTHS = ['2026-01', '2026-02']

/** An item with a number; its month, and so its partition, follows from its id. */
export function numbered(id: number, n: number) {
  return item(`k${id}`, {
    n: String(n),
    note: `${id} is ${n}`,
    createdAt: `${MONTHS[id % MONTHS.length]!}-03T00:00:00.000Z`,
  })
}

/** A lake of items, and beside it a plain account of what was written to it: the newest number of each id. */
export class ItemStory {
  readonly numbers = new Map<string, bigint>()
  #sequence = 0

  private constructor(
    readonly lake: LakeFolder,
    public context: Context,
  ) {}

  static async begin(): Promise<ItemStory> {
    const lake = await makeLake(definitionText() + KPI)
    return new ItemStory(lake, await openLake(lake))
  }

  /** The same table under other columns from here on. */
  async redefine(columns: readonly string[]): Promise<void> {
    await this.context.close()
    await define(this.lake, definitionText({columns}) + KPI)
    this.context = await openLake(this.lake)
  }

  async end(): Promise<void> {
    await this.context.close()
    await this.lake.remove()
  }

  /** A full export of these ids with their numbers; told to the account only by whoever loads it. */
  write(numbers: readonly (readonly [id: number, n: number])[], settings: ExportSettings = {}): Promise<ExportFolder> {
    return writeItems(this.lake, [numbers.map(([id, n]) => numbered(id, n))], settings)
  }

  /** What a full export leaves of the account. */
  tellFull(numbers: readonly (readonly [id: number, n: number])[]): void {
    this.numbers.clear()
    for (const [id, n] of numbers) this.numbers.set(`k${id}`, BigInt(n))
  }

  /** Events of a stream, in this order, one batch; null deletes. Each batch leaves files of its own. */
  async stream(changes: readonly (readonly [id: number, n: number | null])[]): Promise<void> {
    const events = changes.map(([id, n]) => {
      this.#sequence += 1
      const before = this.numbers.get(`k${id}`)
      const images = {
        ...(n === null ? {} : {now: numbered(id, n)}),
        ...(before === undefined ? {} : {before: numbered(id, Number(before))}),
      }
      if (n === null) this.numbers.delete(`k${id}`)
      else this.numbers.set(`k${id}`, BigInt(n))
      const time = new Date(Date.parse('2026-03-01T00:00:00.000Z') + this.#sequence * 1000).toISOString()
      return streamEvent(time, String(this.#sequence), images)
    })
    const file = join(this.lake.folder, 'events.ndjson')
    await writeFile(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    const {definition, ports, signal} = this.context
    await ingestStream({table: findTable(definition, 'items'), file, dryRun: false, signal}, ports)
  }

  get account(): [string, bigint][] {
    return [...this.numbers].sort(([a], [b]) => (a < b ? -1 : 1))
  }
}
