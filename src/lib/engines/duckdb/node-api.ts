import {createRequire} from 'node:module'
import type * as NodeApi from '@duckdb/node-api'

/**
 * DuckDB's driver, by `require`: it is CommonJS that hands on the names of 180 files, and for an `import` Node looks for
 * names in every one of them before it loads any, which takes twice as long as loading them does.
 */
const nodeApi = createRequire(import.meta.url)('@duckdb/node-api') as typeof NodeApi

export const {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBMapValue,
  DuckDBScalarFunction,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
} = nodeApi
export const {BIGINT, DOUBLE, INTEGER, LIST, UBIGINT, VARCHAR, listValue, structValue} = nodeApi

export type DuckDBDateValue = NodeApi.DuckDBDateValue
export type DuckDBInstance = NodeApi.DuckDBInstance
export type DuckDBStructType = NodeApi.DuckDBStructType
export type DuckDBStructValue = NodeApi.DuckDBStructValue
export type DuckDBTypeId = NodeApi.DuckDBTypeId
export type {DuckDBConnection, DuckDBDataChunk, DuckDBResult, DuckDBType, DuckDBValue} from '@duckdb/node-api'
