export {exitOfStatus, renderStatus} from './render.js'
export {lakeStatus, type LeftOvers, type StatusPorts} from './status.js'
export type {Finding, StatusResult, TableStatus} from './types.js'
