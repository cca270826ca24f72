export {leastPolicy, type LeastPolicy, type PolicyCommand, type PolicyRequest, type Unproven} from './least-policy.js'
export {neededPermissions, type NeededPermission} from './needed-permissions.js'
export type {PolicyDocument, Statement} from './policy.js'
export {policyNotes, renderPolicy} from './render.js'
