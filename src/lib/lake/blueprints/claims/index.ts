import type {Blueprint} from '../index.js'
import {AI_AGREEMENT_RATE} from './kpis/ai-agreement-rate.js'
import {COST_PER_CLAIM} from './kpis/cost-per-claim.js'
import {FRAUD_SCORE_AUC} from './kpis/fraud-score-auc.js'
import {OVERRIDE_RATE} from './kpis/override-rate.js'
import {PAYOUT_AGAINST_BUDGET} from './kpis/payout-against-budget.js'
import {PROCESSING_TIME} from './kpis/processing-time.js'
import {TEXTRACT_SAVINGS} from './kpis/textract-savings.js'
import {AGREEMENT_BY_MODEL} from './panels/agreement-by-model.js'
import {AGREEMENT_BY_WEEK} from './panels/agreement-by-week.js'
import {BACKLOG} from './panels/backlog.js'
import {BOTTLENECK} from './panels/bottleneck.js'
import {COST_BY_WEEK} from './panels/cost-by-week.js'
import {HARD_CASES} from './panels/hard-cases.js'
import {PAYOUT_BY_TYPE} from './panels/payout-by-type.js'
import {SAVINGS_BY_WEEK} from './panels/savings-by-week.js'
import {THROUGHPUT_BY_HOUR} from './panels/throughput-by-hour.js'
import {CLAIM_AMOUNTS} from './rollups/claim-amounts.js'
import {CLAIM_HOURS} from './rollups/claim-hours.js'
import {CLAIM_REVIEWS} from './rollups/claim-reviews.js'
import {CLAIMS_TABLE} from './table.js'

/** Claims analytics: insurance claims that an AI reads and decides, and people review. */
export const CLAIMS: Blueprint = {
  name: 'claims',
  description: 'Claims analytics: DynamoDB table ICPA_Claims with AI and human decisions, amounts and costs.',
  tables: {claims: CLAIMS_TABLE},
  crawlers: {
    'icpa-claims-analytics-crawler': {
      description: 'Finds new days of claims that sluice did not register itself.',
      tables: ['claims'],
      schedule: 'every 6 hours',
    },
  },
  kpis: {
    ai_agreement_rate: AI_AGREEMENT_RATE,
    override_rate: OVERRIDE_RATE,
    fraud_score_auc: FRAUD_SCORE_AUC,
    processing_time: PROCESSING_TIME,
    cost_per_claim: COST_PER_CLAIM,
    textract_savings: TEXTRACT_SAVINGS,
    payout_against_budget: PAYOUT_AGAINST_BUDGET,
  },
  panels: {
    agreement_by_week: AGREEMENT_BY_WEEK,
    agreement_by_model: AGREEMENT_BY_MODEL,
    hard_cases: HARD_CASES,
    bottleneck: BOTTLENECK,
    throughput_by_hour: THROUGHPUT_BY_HOUR,
    backlog: BACKLOG,
    cost_by_week: COST_BY_WEEK,
    savings_by_week: SAVINGS_BY_WEEK,
    payout_by_type: PAYOUT_BY_TYPE,
  },
  rollups: {claim_reviews: CLAIM_REVIEWS, claim_amounts: CLAIM_AMOUNTS, claim_hours: CLAIM_HOURS},
  views: {
    cfo: {title: 'Cost and payout'},
    'data-science': {title: 'Model performance'},
    manager: {title: 'Operations'},
  },
}
