import {DuckDbParquetEngine} from '../../../src/lib/engines/duckdb/index.js'
import type {ParquetEngineUnderTest} from '../../contract/ports/parquet-engine.js'
import {parquetEngineContract} from '../../contract/ports/parquet-engine.js'
import {parquetMergingContract} from '../../contract/ports/parquet-merging.js'
import {makeStores} from './stores.js'

async function subject(kind: 'folder' | 'memory', rootName: string): Promise<ParquetEngineUnderTest> {
  const stores = await makeStores(kind, rootName)
  const engine = new DuckDbParquetEngine(stores.engine)
  return {
    engine,
    source: stores.open('source'),
    target: stores.open('target'),
    close: async () => {
      await engine.close()
      await stores.close()
    },
  }
}

for (const contract of [parquetEngineContract, parquetMergingContract]) {
  contract('DuckDbParquetEngine over folders', () => subject('folder', 'lake[1] * {a}?'))
  contract('DuckDbParquetEngine over remote stores', () => subject('memory', 'spool'))
}
