import type {Blueprint} from '../index.js'
import {AI_AGREEMENT_RATE} from './kpis/ai-agreement-rate.js'
import {COST_PER_CLAIM} from './kpis/cost-per-claim.js'
import {OVERRIDE_RATE} from './kpis/override-rate.js'
import {PROCESSING_TIME} from './kpis/processing-time.js'
import {CLAIMS_TABLE} from './table.js'

/** Claims analytics: insurance claims that an AI reads and decides, and people review. */
export const CLAIMS: Blueprint = {
  name: 'claims',
  description: 'Claims analytics: DynamoDB table ICPA_Claims with AI and human decisions, amounts and costs.',
  tables: {claims: CLAIMS_TABLE},
  kpis: {
    ai_agreement_rate: AI_AGREEMENT_RATE,
    override_rate: OVERRIDE_RATE,
    processing_time: PROCESSING_TIME,
    cost_per_claim: COST_PER_CLAIM,
  },
}
