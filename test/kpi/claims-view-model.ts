import {MICROS, divided, lower, micros, value, type Item, type ModelValue} from './claims-model.js'

/** The model of what `claims-model.ts` leaves out: amounts, scores, and the panels of the views. Maps and loops only. */

/** A row of a panel as it is compared: texts, counts, and quotients as text. */
export type ModelRow = Readonly<Record<string, string | null>>

const DAY_MS = 86_400_000

/** Twice the pairs that the score orders right, a tie half right, of twice all pairs. */
export function fraudScoreAuc(items: readonly Item[]): ModelValue {
  const excluded = {undecided: 0, unscored: 0}
  const [rejected, others]: [number[], number[]] = [[], []]
  for (const {finalDecision, fraudScore} of items) {
    if (finalDecision?.S === undefined) excluded.undecided++
    else if (fraudScore?.N === undefined) excluded.unscored++
    else (lower(finalDecision) === 'reject' ? rejected : others).push(Number(fraudScore.N))
  }
  let twice = 0
  for (const high of rejected) for (const low of others) twice += high > low ? 2 : high === low ? 1 : 0
  return value({numerator: BigInt(twice), denominator: BigInt(2 * rejected.length * others.length), excluded})
}

/** By currency, '' for none; amounts in millionths. */
export function textractSavings(items: readonly Item[]): Map<string, ModelValue> {
  return byCurrency(
    items,
    ({currency, textractCost, textractBaselineCost}) => {
      if (currency?.S === undefined) return 'no_currency'
      if (textractCost?.N === undefined || textractBaselineCost?.N === undefined) return 'null_amount'
      const [cost, baseline] = [micros(textractCost.N), micros(textractBaselineCost.N)]
      return cost < 0n || baseline < 0n ? 'negative' : [baseline - cost, baseline]
    },
    {no_currency: 0, null_amount: 0, negative: 0},
  )
}

/** By currency, '' for none; amounts in millionths. */
export function payoutAgainstBudget(items: readonly Item[]): Map<string, ModelValue> {
  return byCurrency(
    items,
    ({currency, finalDecision, payoutAmount, budgetAmount}) => {
      if (finalDecision?.S === undefined) return 'pending'
      if (currency?.S === undefined) return 'no_currency'
      if (payoutAmount?.N === undefined || budgetAmount?.N === undefined) return 'null_amount'
      const [payout, budget] = [micros(payoutAmount.N), micros(budgetAmount.N)]
      return payout < 0n || budget < 0n ? 'negative' : [payout, budget]
    },
    {pending: 0, no_currency: 0, null_amount: 0, negative: 0},
  )
}

type Verdict = string | readonly [numerator: bigint, denominator: bigint]

function byCurrency(
  items: readonly Item[],
  judge: (item: Item) => Verdict,
  nothing: Readonly<Record<string, number>>,
): Map<string, ModelValue> {
  const parts = grouped(items, ({currency}) => currency?.S ?? '')
  return new Map(
    [...parts].map(([currency, own]) => {
      const excluded: Record<string, number> = {...nothing}
      let [numerator, denominator] = [0n, 0n]
      for (const verdict of own.map(judge)) {
        if (typeof verdict === 'string') excluded[verdict] = (excluded[verdict] ?? 0) + 1
        else [numerator, denominator] = [numerator + verdict[0], denominator + verdict[1]]
      }
      const whole = value({numerator, denominator, excluded})
      return [currency, {...whole, value: share(numerator, denominator), currency: currency === '' ? null : currency}]
    }),
  )
}

/** Monday of the ISO week of an instant. */
export function mondayOf(text: string): string {
  const day = new Date(Date.parse(text))
  day.setUTCHours(0, 0, 0, 0)
  while (day.getUTCDay() !== 1) day.setUTCDate(day.getUTCDate() - 1)
  return day.toISOString().slice(0, 10)
}

/** Agreement and overrides of each group of claims, by the name of the group. */
export function reviewsBy(items: readonly Item[], nameOf: (item: Item) => string): Map<string, ModelRow> {
  return mapped(grouped(items, nameOf), (own) => {
    const reviewed = own.filter(
      ({finalDecision, aiDecision, humanDecision}) =>
        finalDecision?.S !== undefined && aiDecision?.S !== undefined && humanDecision?.S !== undefined,
    )
    const agreed = reviewed.filter((item) => lower(item['aiDecision']) === lower(item['humanDecision'])).length
    const differing = reviewed.filter((item) => lower(item['aiDecision']) !== lower(item['finalDecision'])).length
    const size = BigInt(reviewed.length)
    return {
      agreement: share(BigInt(agreed), size),
      agreed: String(agreed),
      overridden: share(BigInt(differing), size),
      differing: String(differing),
      reviewed: String(size),
    }
  })
}

/** The week's hard cases: ids, the least sure first. */
export function hardCases(items: readonly Item[], to: string): {ids: string[]; total: number} {
  const start = Date.parse(to) - 7 * DAY_MS
  const hard = items.filter((item) => {
    const {createdAt, aiDecision, finalDecision, aiConfidence} = item
    if (!(Date.parse(createdAt?.S ?? '') >= start)) return false
    const both = aiDecision?.S !== undefined && finalDecision?.S !== undefined
    return (both && lower(aiDecision) !== lower(finalDecision)) || Number(aiConfidence?.N ?? '1') < 0.7
  })
  const sureness = ({aiConfidence}: Item): number => Number(aiConfidence?.N ?? '2')
  hard.sort((a, b) => sureness(a) - sureness(b) || (a['claimId']!.S! < b['claimId']!.S! ? -1 : 1))
  return {ids: hard.slice(0, 20).map(({claimId}) => claimId!.S!), total: hard.length}
}

/** By stage. */
export function bottleneck(items: readonly Item[]): Map<string, ModelRow & {readonly not_measured: string}> {
  const spans = new Map(
    ['extraction', 'review'].map((stage) => [
      stage,
      items.map(
        (item) => Date.parse(item[`${stage}CompletedAt`]?.S ?? '') - Date.parse(item[`${stage}StartedAt`]?.S ?? ''),
      ),
    ]),
  )
  const total = (all: readonly number[]): bigint =>
    all.filter((ms) => ms >= 0).reduce((sum, ms) => sum + BigInt(ms), 0n)
  const both = [...spans.values()].reduce((sum, all) => sum + total(all), 0n)
  return mapped(spans, (all) => {
    const counted = all.filter((ms) => ms >= 0).sort((a, b) => a - b)
    return {
      share: share(total(all), both),
      mean: counted.length === 0 ? null : divided(total(all), BigInt(counted.length), 0),
      p95: counted.length === 0 ? null : String(counted[Math.ceil(0.95 * counted.length) - 1]),
      measured: String(counted.length),
      not_measured: String(all.filter((ms) => Number.isNaN(ms)).length),
    }
  })
}

/** By hour, `00` to `23`. */
export function throughput(items: readonly Item[]): Map<string, ModelRow> {
  const hours = Array.from({length: 24}, (_, hour) => String(hour).padStart(2, '0'))
  const inHour = (name: string, hour: string): number =>
    items.filter((item) => item[name]?.S?.slice(11, 13) === hour).length
  return new Map(
    hours.map((hour) => [
      hour,
      {decided: String(inHour('decidedAt', hour)), created: String(inHour('createdAt', hour))},
    ]),
  )
}

const AGES: readonly (readonly [string, number, number])[] = [
  ['under 1 h', 0, 3_600_000],
  ['1 h to 1 d', 3_600_000, DAY_MS],
  ['1 d to 3 d', DAY_MS, 3 * DAY_MS],
  ['3 d to 7 d', 3 * DAY_MS, 7 * DAY_MS],
  ['7 d to 30 d', 7 * DAY_MS, 30 * DAY_MS],
  ['30 d and more', 30 * DAY_MS, Number.POSITIVE_INFINITY],
  ['all', 0, Number.POSITIVE_INFINITY],
]

/** By `age currency`, of every claim of the lake. */
export function backlog(items: readonly Item[], asOf: string): Map<string, ModelRow> {
  const now = Date.parse(asOf)
  const isWaiting = ({createdAt, decidedAt}: Item): boolean =>
    !(Date.parse(createdAt?.S ?? '') > now) && !(Date.parse(decidedAt?.S ?? '') <= now)
  const parts = grouped(items.filter(isWaiting), ({currency}) => currency?.S ?? '')
  if (parts.size === 0) parts.set('', [])
  const rows = [...parts].flatMap(([currency, own]) =>
    AGES.map(([age, low, high]): [string, ModelRow] => {
      const ageOf = ({createdAt}: Item): number => now - Date.parse(createdAt?.S ?? '')
      const open = own.filter((item) => ageOf(item) >= low && ageOf(item) < high)
      const amount = open.reduce((sum, {claimAmount}) => sum + micros(claimAmount?.N ?? '0'), 0n)
      const oldest = open.length === 0 ? null : String(Math.max(...open.map(ageOf)))
      return [`${age} ${currency}`, {open: String(open.length), amount: divided(amount, MICROS, 2), oldest}]
    }),
  )
  return new Map(rows)
}

function share(numerator: bigint, denominator: bigint): string | null {
  if (denominator === 0n) return null
  return numerator < 0n ? `-${divided(-numerator, denominator, 6)}` : divided(numerator, denominator, 6)
}

function grouped(items: readonly Item[], nameOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item])
  return groups
}

function mapped<From, To>(groups: ReadonlyMap<string, From>, change: (group: From) => To): Map<string, To> {
  return new Map([...groups].map(([name, group]) => [name, change(group)]))
}
