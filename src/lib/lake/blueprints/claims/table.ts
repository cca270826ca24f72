import type {ColumnInput, TableInput} from '../../schema.js'

const text = (name: string, from: string): ColumnInput => ({name, type: 'string', from})
const money = (name: string, from: string): ColumnInput => ({name, type: 'decimal(18,2)', from})
// A page costs fractions of a cent: costs have six decimals where amounts have two.
const cost = (name: string, from: string): ColumnInput => ({name, type: 'decimal(18,6)', from})
const score = (name: string, from: string): ColumnInput => ({name, type: 'double', from, inexact: 'round'})
const count = (name: string, from: string): ColumnInput => ({name, type: 'integer', from})
const instant = (name: string, from: string): ColumnInput => ({name, type: 'timestamp', from, format: 'iso'})

const SOURCE_COLUMNS: ColumnInput[] = [
  text('claim_id', 'claimId'),
  text('status', 'status'),
  text('claim_type', 'claimType'),
  text('region', 'region'),
  text('currency', 'currency'),
  money('claim_amount', 'claimAmount'),
  money('payout_amount', 'payoutAmount'),
  money('budget_amount', 'budgetAmount'),
  cost('textract_cost', 'textractCost'),
  cost('textract_baseline_cost', 'textractBaselineCost'),
  cost('ai_cost', 'aiCost'),
  text('ai_decision', 'aiDecision'),
  score('ai_confidence', 'aiConfidence'),
  score('fraud_score', 'fraudScore'),
  text('human_decision', 'humanDecision'),
  text('final_decision', 'finalDecision'),
  text('override_reason', 'overrideReason'),
  text('model_version', 'modelVersion'),
  count('document_count', 'documentCount'),
  count('page_count', 'pageCount'),
  instant('created_at', 'createdAt'),
  instant('updated_at', 'updatedAt'),
  instant('extraction_started_at', 'extractionStartedAt'),
  instant('extraction_completed_at', 'extractionCompletedAt'),
  instant('review_started_at', 'reviewStartedAt'),
  instant('review_completed_at', 'reviewCompletedAt'),
  instant('decided_at', 'decidedAt'),
  // Erasure must find a person's claims, so the id stays; the e-mail address never enters the lake.
  {...text('claimant_id', 'claimantId'), class: 'personal'},
  text('adjuster_id', 'adjusterId'),
]

const DERIVED_COLUMNS: ColumnInput[] = [
  // One digit more than its operands have: no sum of two of them can overflow.
  {name: 'textract_savings', type: 'decimal(20,6)', derive: {subtract: ['textract_baseline_cost', 'textract_cost']}},
  {name: 'processing_cost', type: 'decimal(20,6)', derive: {add: ['textract_cost', 'ai_cost']}},
  {name: 'ai_agreed', type: 'boolean', derive: {equal: ['ai_decision', 'human_decision']}},
  {name: 'overridden', type: 'boolean', derive: {not_equal: ['ai_decision', 'final_decision']}},
  {name: 'processing_ms', type: 'bigint', derive: {millis_between: ['created_at', 'decided_at']}},
  {
    name: 'extraction_ms',
    type: 'bigint',
    derive: {millis_between: ['extraction_started_at', 'extraction_completed_at']},
  },
  {name: 'review_ms', type: 'bigint', derive: {millis_between: ['review_started_at', 'review_completed_at']}},
]

export const CLAIMS_TABLE: TableInput = {
  kind: 'changelog',
  layer: 'bronze',
  description: 'Insurance claims, every version of each.',
  source: {dynamodb: 'ICPA_Claims'},
  key: ['claim_id'],
  columns: [...SOURCE_COLUMNS, ...DERIVED_COLUMNS],
  partition: {
    by: [
      {name: 'year', derive: {format_date: ['created_at', '%Y']}},
      {name: 'month', derive: {format_date: ['created_at', '%m']}},
      {name: 'day', derive: {format_date: ['created_at', '%d']}},
    ],
    // A claim's creation never changes, so it stays in its partition and the current view prunes.
    immutable: true,
    fallback: 'load_day',
  },
}
