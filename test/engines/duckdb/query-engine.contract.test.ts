import {join} from 'node:path'
import {DuckDbQueryEngine} from '../../../src/lib/engines/duckdb/index.js'
import {DuckDbSession} from '../../../src/lib/engines/duckdb/session.js'
import {FileCatalog} from '../../../src/lib/local/file-catalog.js'
import {quoteText} from '../../../src/lib/sql/index.js'
import type {QueryEngineUnderTest} from '../../contract/ports/query-engine.js'
import {queryEngineContract} from '../../contract/ports/query-engine.js'
import {sharedRelationsContract} from '../../contract/ports/query-engine-shared.js'
import {makeStores} from './stores.js'

async function subject(kind: 'folder' | 'memory', rootName: string): Promise<QueryEngineUnderTest> {
  const stores = await makeStores(kind, rootName)
  const store = stores.open('lake')
  const catalog = new FileCatalog(store)
  const engine = new DuckDbQueryEngine({...stores.engine, store, catalog})
  const writer = await DuckDbSession.open(stores.engine)
  return {
    engine,
    catalog,
    writeParquet: async (key, sql) => {
      const file = join(writer.spoolFolder, 'written.parquet')
      await writer.execute([`COPY (${sql}) TO ${quoteText(file)} (FORMAT parquet)`])
      await store.write(key, {file})
    },
    writeText: async (key, text) => {
      await store.write(key, Buffer.from(text))
    },
    close: async () => {
      await writer.close()
      await engine.close()
      await stores.close()
    },
  }
}

queryEngineContract('DuckDbQueryEngine over a folder', () => subject('folder', 'lake[1] *'))
queryEngineContract('DuckDbQueryEngine over a folder that looks like a partition', () => subject('folder', 'year=1999'))
queryEngineContract('DuckDbQueryEngine over a remote store', () => subject('memory', 'spool'))
sharedRelationsContract('DuckDbQueryEngine over a folder', () => subject('folder', 'lake'))
sharedRelationsContract('DuckDbQueryEngine over a remote store', () => subject('memory', 'spool'))
