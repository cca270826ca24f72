export {planQuery, type PlanRequest, type QueryPlan, type QueryPorts} from './plan.js'
export {closingLine, renderQueryPlan, rowColumns, warningLines} from './render.js'
export {answerQuery, resultOf, type QueryAnswer, type QueryResult} from './result.js'
export {runQuery, type RunningQuery} from './run.js'
