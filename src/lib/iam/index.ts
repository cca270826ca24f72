export {leastPolicy, type LeastPolicy, type PolicyCommand, type PolicyRequest, type Unproven} from './least-policy.js'
export type {PolicyDocument, Statement} from './policy.js'
export {policyNotes, renderPolicy} from './render.js'
