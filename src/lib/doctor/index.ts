export {examineLake, type DoctorPorts} from './doctor.js'
export {exitOfDoctor, renderDoctor} from './render.js'
export type {Limits} from './run-checks.js'
export type {CheckResult, CheckState, DoctorResult} from './types.js'
