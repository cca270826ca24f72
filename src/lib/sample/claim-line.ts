import type {Claim} from './claim.js'
import {decimalText, type InstantText} from './text-forms.js'

const FIRST_NAMES = [
  'amara',
  'ben',
  'chloe',
  'dev',
  'erin',
  'finn',
  'grace',
  'hamza',
  'isla',
  'jack',
  'kezia',
  'liam',
  'maya',
]
const LAST_NAMES = [
  'adams',
  'baker',
  'clarke',
  'davies',
  'evans',
  'fraser',
  'green',
  'hughes',
  'jones',
  'khan',
  'lewis',
]

/** ISO 4217. */
const CURRENCY_NUMBERS = {GBP: 826, EUR: 978} as const

/** The claim as one line of a full export in DynamoDB JSON, line end included. */
export function claimLine(claim: Claim, instants: InstantText): string {
  const head =
    text('claimId', claim.claimId) + text('claimType', claim.claimType) + text('status', claim.decisions.status)
  const groups = [
    moneyAttributes(claim),
    decisionAttributes(claim),
    timeAttributes(claim, instants) + personAttributes(claim),
  ]
  // The service writes attributes in no stable order, and a reader must not lean on one.
  const turn = claim.claimant % groups.length
  const body = `${groups[turn]}${groups[(turn + 1) % 3]}${groups[(turn + 2) % 3]}`
  return `{"Item":{${head}${body}"documentCount":${documentCount(claim)}}}\n`
}

/** The person's address at a domain that is reserved for examples: always the same for the same number. */
export function claimantEmail(claimant: number): string {
  const first = FIRST_NAMES[claimant % FIRST_NAMES.length]
  const last = LAST_NAMES[Math.floor(claimant / FIRST_NAMES.length) % LAST_NAMES.length]
  return `${first}.${last}.${claimant}@example.com`
}

function moneyAttributes(claim: Claim): string {
  return (
    text('region', claim.region) +
    currency(claim) +
    `"claimAmount":{"N":"${claimAmount(claim)}"},` +
    money('payoutAmount', claim.payoutAmountCents) +
    money('budgetAmount', claim.budgetAmountCents) +
    fine('textractCost', claim.textractCostUnits) +
    fine('textractBaselineCost', claim.textractBaselineCostUnits) +
    fine('aiCost', claim.aiCostUnits) +
    whole('pageCount', claim.pageCount)
  )
}

function decisionAttributes({decisions}: Claim): string {
  return (
    text('aiDecision', decisions.aiDecision) +
    fine('aiConfidence', decisions.aiConfidenceUnits) +
    fine('fraudScore', decisions.fraudScoreUnits) +
    text('humanDecision', decisions.humanDecision) +
    text('finalDecision', decisions.finalDecision) +
    text('overrideReason', decisions.overrideReason) +
    text('modelVersion', decisions.modelVersion)
  )
}

function timeAttributes({times, defect}: Claim, instants: InstantText): string {
  const instant = (name: string, ms: number | undefined): string =>
    ms === undefined ? '' : `"${name}":{"S":"${instants.of(ms)}"},`
  return (
    (defect === 'missing_time' ? '' : instant('createdAt', times.createdMs)) +
    (defect === 'epoch_time' ? whole('updatedAt', times.updatedMs) : instant('updatedAt', times.updatedMs)) +
    instant('extractionStartedAt', times.extractionStartedMs) +
    instant('extractionCompletedAt', times.extractionCompletedMs) +
    instant('reviewStartedAt', times.reviewStartedMs) +
    instant('reviewCompletedAt', times.reviewCompletedMs) +
    instant('decidedAt', times.decidedMs)
  )
}

function personAttributes(claim: Claim): string {
  return (
    text('claimantId', `CLT-${String(claim.claimant).padStart(7, '0')}`) +
    text('claimantEmail', claimantEmail(claim.claimant)) +
    text('adjusterId', claim.adjusterId)
  )
}

function documentCount({documentCount: count, defect}: Claim): string {
  return `{"${defect === 'text_number' ? 'S' : 'N'}":"${count}"}`
}

function currency({currency: code, defect}: Claim): string {
  return defect === 'wrong_tag' ? `"currency":{"N":"${CURRENCY_NUMBERS[code]}"},` : text('currency', code)
}

/** Tenths of a penny cannot be stored in a money column without rounding. */
function claimAmount(claim: Claim): string {
  return claim.defect === 'inexact_amount'
    ? decimalText(claim.claimAmountCents * 10 + 5, 3)
    : decimalText(claim.claimAmountCents, 2)
}

function text(name: string, value: string | null | undefined): string {
  if (value === undefined) return ''
  return value === null ? `"${name}":{"NULL":true},` : `"${name}":{"S":"${value}"},`
}

function money(name: string, cents: number | null | undefined): string {
  if (cents === undefined) return ''
  return cents === null ? `"${name}":{"NULL":true},` : `"${name}":{"N":"${decimalText(cents, 2)}"},`
}

function fine(name: string, units: number | undefined): string {
  return units === undefined ? '' : `"${name}":{"N":"${decimalText(units, 4)}"},`
}

function whole(name: string, value: number | undefined): string {
  return value === undefined ? '' : `"${name}":{"N":"${value}"},`
}
