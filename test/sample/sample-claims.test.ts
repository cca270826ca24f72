import {describe, expect, it} from 'vitest'
import {writeSampleExport, type SampleRequest} from '../../src/lib/sample/index.js'
import {EXPORT_TIME, inFolder, itemsOf, readExport, type ItemValue} from './exports.js'

type Item = Record<string, ItemValue>

const ATTRIBUTES = `claimId status claimType region currency claimAmount payoutAmount budgetAmount textractCost
  textractBaselineCost aiCost aiDecision aiConfidence fraudScore humanDecision finalDecision overrideReason modelVersion
  documentCount pageCount createdAt updatedAt extractionStartedAt extractionCompletedAt reviewStartedAt
  reviewCompletedAt decidedAt claimantId claimantEmail adjusterId`.split(/\s+/)
const NUMBERS =
  /^(claimAmount|payoutAmount|budgetAmount|textractCost|textractBaselineCost|aiCost|aiConfidence|fraudScore|documentCount|pageCount)$/

const share = (items: readonly Item[], test: (item: Item) => boolean): number =>
  items.filter(test).length / items.length
const text = (item: Item, name: string): string | undefined => item[name]?.S
const number = (item: Item, name: string): number => Number(item[name]?.N)
const instant = (item: Item, name: string): number => Date.parse(item[name]?.S ?? '')
const mean = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0) / numbers.length

async function sample(request: Partial<SampleRequest>) {
  return inFolder(async (ports, root) => {
    const {folder, defects, defectKinds} = await writeSampleExport({exportTime: EXPORT_TIME, ...request}, ports)
    const files = await readExport(root, folder)
    return {items: itemsOf(files), lines: files.flatMap((file) => file.lines), defects, defectKinds}
  })
}

describe('the claims of a sample', async () => {
  const {items, defects} = await sample({items: 30_000})
  const decided = items.filter((item) => item['decidedAt'] !== undefined)
  const reviewed = decided.filter((item) => item['humanDecision'] !== undefined)

  it('have keys of their own and only known attributes', () => {
    expect(new Set(items.map((item) => text(item, 'claimId'))).size).toBe(30_000)
    expect([...new Set(items.flatMap((item) => Object.keys(item)))].sort()).toEqual([...ATTRIBUTES].sort())
    expect(defects).toBe(0)
  })

  it('give the key figures of a healthy lake', () => {
    const agreement = share(reviewed, (item) => text(item, 'aiDecision') === text(item, 'humanDecision'))
    expect(agreement).toBeGreaterThan(0.9)
    expect(agreement).toBeLessThan(0.93)
    const minutes = decided.map((item) => (instant(item, 'decidedAt') - instant(item, 'createdAt')) / 60_000)
    expect(mean(minutes)).toBeGreaterThan(3.7)
    expect(mean(minutes)).toBeLessThan(4.3)
    const p95 = minutes.sort((left, right) => left - right)[Math.floor(minutes.length * 0.95)]
    expect(p95).toBeGreaterThan(8)
    expect(p95).toBeLessThan(10)
    const pounds = items.filter((item) => text(item, 'currency') === 'GBP' && item['aiCost'] !== undefined)
    const cost = mean(pounds.map((item) => number(item, 'textractCost') + number(item, 'aiCost')))
    expect(cost).toBeGreaterThan(0.29)
    expect(cost).toBeLessThan(0.33)
  })

  it('are mostly in pounds, mostly decided, and some wait', () => {
    expect(share(items, (item) => text(item, 'currency') === 'EUR')).toBeCloseTo(0.06, 2)
    const pending = share(items, (item) => item['decidedAt'] === undefined)
    expect(pending).toBeGreaterThan(0.005)
    expect(pending).toBeLessThan(0.05)
  })

  it('score fraud higher where the claim is rejected', () => {
    const scores = (rejected: boolean): number[] =>
      decided
        .filter((item) => item['fraudScore'] !== undefined && (text(item, 'finalDecision') === 'REJECT') === rejected)
        .map((item) => number(item, 'fraudScore'))
    expect(mean(scores(true))).toBeGreaterThan(mean(scores(false)) + 0.3)
  })

  it('are consistent in themselves', () => {
    const inconsistent = items.filter((item) => problemsOf(item).length > 0)
    expect(inconsistent.slice(0, 3).map((item) => [problemsOf(item), item])).toEqual([])
  })

  it('lie within the days before the export', () => {
    const created = items.map((item) => instant(item, 'createdAt'))
    expect(Math.min(...created)).toBeGreaterThanOrEqual(Date.parse('2025-10-17T00:00:00Z'))
    const days = new Set(items.map((item) => text(item, 'createdAt')?.slice(0, 10)))
    expect(days.size).toBe(90)
  })

  it('write numbers as DynamoDB does, absent attributes not at all, and a few NULLs', () => {
    const values = items.flatMap((item) => Object.entries(item))
    const numbers = values.filter(([name]) => NUMBERS.test(name)).flatMap(([, value]) => value.N ?? [])
    expect(numbers.filter((value) => !/^(0|[1-9]\d*)(\.\d*[1-9])?$/.test(value))).toEqual([])
    const wrong = values.filter(([name, value]) => !('NULL' in value) && 'N' in value !== NUMBERS.test(name))
    expect(wrong).toEqual([])
    const nulls = values.filter(([, value]) => value.NULL)
    expect(nulls.length).toBeGreaterThan(10)
    expect([...new Set(nulls.map(([name]) => name))].sort()).toEqual(['adjusterId', 'budgetAmount'])
  })

  it('do not follow from the number of the claim', () => {
    const amounts = items.map((item) => number(item, 'claimAmount'))
    const middle = mean(amounts)
    const pairs = amounts.slice(1).map((amount, index) => (amount - middle) * ((amounts[index] ?? 0) - middle))
    const variance = mean(amounts.map((amount) => (amount - middle) ** 2))
    expect(Math.abs(mean(pairs) / variance)).toBeLessThan(0.03)
  })
})

describe('a sample', () => {
  it('is the same for the same request, and another for another seed', async () => {
    const [first, again, other] = [
      await sample({items: 900}),
      await sample({items: 900}),
      await sample({items: 900, seed: 2}),
    ]
    expect(again.lines).toEqual(first.lines)
    expect(other.lines.filter((line) => first.lines.includes(line))).toEqual([])
  })

  it('holds the smaller sample of the same seed, whatever the files', async () => {
    const small = await sample({items: 300, files: 2})
    const large = new Set((await sample({items: 900, files: 16})).lines)
    expect(small.lines.filter((line) => !large.has(line))).toEqual([])
  })

  it.each([0, 1, 5, 37])('of %i items has that many, in more files than items', async (items) => {
    expect((await sample({items, files: 24})).items).toHaveLength(items)
  })

  it('has the defects that were asked for, of every kind', async () => {
    const {items, defects, defectKinds} = await sample({items: 10_000, errorRate: 0.05})
    const found = {
      inexact_amount: items.filter((item) => /\.\d{3,}$/.test(item['claimAmount']?.N ?? '')).length,
      text_number: items.filter((item) => item['documentCount']?.S !== undefined).length,
      wrong_tag: items.filter((item) => item['currency']?.N !== undefined).length,
      epoch_time: items.filter((item) => item['updatedAt']?.N !== undefined).length,
      missing_time: items.filter((item) => item['createdAt'] === undefined).length,
    }
    expect(defectKinds).toEqual(found)
    const total = Object.values(found).reduce((sum, count) => sum + count, 0)
    expect(defects).toBe(total - found.missing_time)
    expect(total / 10_000).toBeCloseTo(0.05, 1.9)
    for (const count of Object.values(found)) expect(count / total).toBeCloseTo(0.2, 1)
  })

  it('puts a share of its items on one day', async () => {
    const {items} = await sample({items: 10_000, skew: 0.6})
    const counts = new Map<string, number>()
    for (const item of items) {
      const day = text(item, 'createdAt')?.slice(0, 10) ?? ''
      counts.set(day, (counts.get(day) ?? 0) + 1)
    }
    expect(Math.max(...counts.values()) / 10_000).toBeCloseTo(0.6, 1)
    expect(counts.size).toBe(90)
  })

  it('is taken at midnight without a day of its own', async () => {
    const {items} = await sample({items: 2_000, days: 3, exportTime: new Date('2026-01-14T00:00:00Z')})
    const days = new Set(items.map((item) => text(item, 'createdAt')?.slice(0, 10)))
    expect([...days].sort()).toEqual(['2026-01-11', '2026-01-12', '2026-01-13'])
  })

  it.each([
    [{items: -1}, 'The number of items must be'],
    [{files: 0}, 'The number of files must be'],
    [{days: 0.5}, 'The number of days must be'],
    [{errorRate: 1.1}, 'The error rate must be'],
    [{skew: Number.NaN}, 'The skew must be'],
    [{items: 20_000_000, files: 2}, 'too many'],
    [{days: 30_000}, 'before 1970'],
  ])('refuses %j', async (request, message) => {
    await expect(sample(request)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(message) as string,
    })
  })
})

/** Every rule that one claim breaks. */
function problemsOf(item: Item): string[] {
  const times = ['createdAt', 'extractionStartedAt', 'extractionCompletedAt', 'reviewStartedAt', 'reviewCompletedAt']
  const present = [...times, 'decidedAt', 'updatedAt'].filter((name) => item[name] !== undefined)
  const instants = present.map((name) => instant(item, name))
  const final = text(item, 'humanDecision') ?? text(item, 'aiDecision')
  const overridden =
    text(item, 'finalDecision') !== undefined && text(item, 'finalDecision') !== text(item, 'aiDecision')
  const rules: Record<string, boolean> = {
    'times rise': instants.every((value, index) => index === 0 || value >= (instants[index - 1] ?? 0)),
    'times are before the export': instants.every((value) => value < EXPORT_TIME.getTime()),
    'times are written exactly': present.every(
      (name) => new Date(instant(item, name)).toISOString() === text(item, name),
    ),
    'final decision follows': item['decidedAt'] === undefined || text(item, 'finalDecision') === final,
    'undecided has no final decision': item['decidedAt'] !== undefined || item['finalDecision'] === undefined,
    'undecided has no payout': item['decidedAt'] !== undefined || item['payoutAmount'] === undefined,
    'reason only when overridden': overridden === (item['overrideReason'] !== undefined),
    'review belongs to a person': item['humanDecision'] === undefined || item['reviewCompletedAt'] !== undefined,
    'the model needs the documents': item['aiDecision'] === undefined || item['extractionCompletedAt'] !== undefined,
  }
  return Object.entries(rules)
    .filter(([, holds]) => !holds)
    .map(([rule]) => rule)
}
