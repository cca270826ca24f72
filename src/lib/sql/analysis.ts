/** What can be told of a statement without running it: the door of the files that walk its syntax tree. */
export {partitionFilters, type PartitionFilter} from './partition-filter.js'
export {portabilityWarnings} from './portability.js'
export {positionAt} from './position.js'
export {childrenOf, foldedName, functionName, parameterNames, type SyntaxNode, type SyntaxTree} from './syntax.js'
export {statementReads, type StatementReads, type TableName, type TableScan} from './table-scans.js'
