import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'

/** A second, plain account of the claims KPIs, straight from the export's lines: no mapping and no SQL. */

export interface Attribute {
  readonly S?: string
  readonly N?: string
}
export type Item = Readonly<Record<string, Attribute>>

export interface ModelValue {
  readonly currency: string | null
  readonly value: string | null
  readonly numerator: bigint
  readonly denominator: bigint
  readonly p50: string | null
  readonly p95: string | null
  readonly excluded: Readonly<Record<string, number>>
}

export const MICROS = 1_000_000n

/** Every item of the export below `root/folder` that a lake shows. */
export function shownClaims(root: string, folder: string): Item[] {
  return everyClaim(root, folder).filter((item) => !isQuarantined(item))
}

/** Every item of the export, those that are set aside too. */
export function everyClaim(root: string, folder: string): Item[] {
  const manifest = readFileSync(join(root, folder, 'manifest-files.json'), 'utf8')
    .trimEnd()
    .split('\n')
  const files = manifest.map((line) => (JSON.parse(line) as {dataFileS3Key: string}).dataFileS3Key)
  const lines = files.flatMap((file) =>
    gunzipSync(readFileSync(join(root, file)))
      .toString('utf8')
      .split('\n'),
  )
  return lines.filter((line) => line !== '').map((line) => (JSON.parse(line) as {Item: Item}).Item)
}

/** A value of another type than its column, or an amount with more places than money has. */
export function isQuarantined({documentCount, claimAmount, currency, updatedAt}: Item): boolean {
  const isOfOtherType = documentCount?.S ?? currency?.N ?? updatedAt?.N
  return isOfOtherType !== undefined || /\.\d{3,}$/.test(claimAmount?.N ?? '')
}

export function claimsOf(items: readonly Item[], from: string, to: string): Item[] {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  return items.filter(({createdAt}) => {
    const created = Date.parse(createdAt?.S ?? '')
    return created >= start && created < end
  })
}

export function agreement(items: readonly Item[]): ModelValue {
  return review(items, ({aiDecision, humanDecision}) => lower(aiDecision) === lower(humanDecision))
}

export function override(items: readonly Item[]): ModelValue {
  return review(items, ({aiDecision, finalDecision}) => lower(aiDecision) !== lower(finalDecision))
}

function review(items: readonly Item[], counts: (item: Item) => boolean): ModelValue {
  const excluded = {pending: 0, no_ai: 0, auto: 0}
  const reviewed = items.filter(({finalDecision, aiDecision, humanDecision}) => {
    if (finalDecision?.S === undefined) excluded.pending++
    else if (aiDecision?.S === undefined) excluded.no_ai++
    else if (humanDecision?.S === undefined) excluded.auto++
    else return true
    return false
  })
  return value({numerator: BigInt(reviewed.filter(counts).length), denominator: BigInt(reviewed.length), excluded})
}

export function processingTime(items: readonly Item[]): ModelValue {
  const spans = items.map(({createdAt, decidedAt}) => Date.parse(decidedAt?.S ?? '') - Date.parse(createdAt?.S ?? ''))
  const counted = spans.filter((span) => span >= 0).sort((a, b) => a - b)
  const excluded = {
    pending: spans.filter((span) => Number.isNaN(span)).length,
    negative: spans.filter((span) => span < 0).length,
  }
  const numerator = counted.reduce((sum, span) => sum + BigInt(span), 0n)
  const at = (share: number): string | null => String(counted[Math.ceil(share * counted.length) - 1] ?? '') || null
  const whole = value({numerator, denominator: BigInt(counted.length), excluded})
  const rounded = counted.length === 0 ? null : divided(numerator, BigInt(counted.length), 0)
  return {...whole, value: rounded, p50: at(0.5), p95: at(0.95)}
}

/** By currency, '' for none. */
export function costPerClaim(items: readonly Item[]): ReadonlyMap<string, ModelValue> {
  const currencies = [...new Set(items.map(({currency}) => currency?.S ?? ''))]
  return new Map(
    currencies.map((currency) => {
      const own = items.filter((item) => (item['currency']?.S ?? '') === currency)
      return [currency, costOf(own, currency === '' ? null : currency)]
    }),
  )
}

function costOf(items: readonly Item[], currency: string | null): ModelValue {
  const excluded = {no_currency: 0, null_amount: 0, negative: 0}
  let [numerator, denominator] = [0n, 0n]
  for (const {textractCost, aiCost} of items) {
    if (currency === null) excluded.no_currency++
    else if (textractCost?.N === undefined || aiCost?.N === undefined) excluded.null_amount++
    else if (micros(textractCost.N) + micros(aiCost.N) < 0n) excluded.negative++
    else {
      numerator += micros(textractCost.N) + micros(aiCost.N)
      denominator += 1n
    }
  }
  const whole = value({numerator, denominator, excluded})
  return {...whole, currency, value: denominator === 0n ? null : divided(numerator, denominator * MICROS, 6)}
}

export function value(part: Pick<ModelValue, 'numerator' | 'denominator' | 'excluded'>): ModelValue {
  const {numerator, denominator} = part
  const text = denominator === 0n ? null : divided(numerator, denominator, 6)
  return {...part, currency: null, value: text, p50: null, p95: null}
}

/** Long division of counts and sums, none negative, rounded half up. */
export function divided(numerator: bigint, denominator: bigint, decimals: number): string {
  const scaled = (numerator * 10n ** BigInt(decimals) * 2n + denominator) / (denominator * 2n)
  if (decimals === 0) return String(scaled)
  const digits = String(scaled).padStart(decimals + 1, '0')
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

export function micros(text: string): bigint {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text) ?? []
  const amount = BigInt(whole) * MICROS + BigInt(fraction.padEnd(6, '0'))
  return sign === '-' ? -amount : amount
}

export function lower(attribute: Attribute | undefined): string {
  return (attribute?.S ?? '').toLowerCase()
}
