import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {openLocked} from '../../../src/lib/engines/duckdb/locked-session.js'
import type {DuckDbSession} from '../../../src/lib/engines/duckdb/session.js'
import {makeStores, type Stores} from './stores.js'

let stores: Stores
let session: DuckDbSession

beforeAll(async () => {
  stores = await makeStores('folder')
  session = await openLocked(stores.engine, stores.open('lake').uri)
})

afterAll(async () => {
  await session.close()
  await stores.close()
})

describe('a locked session', () => {
  it.each([
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('lake/../../../etc/passwd')",
    "SELECT * FROM read_text('https://example.com/')",
    "COPY (SELECT 1) TO '/tmp/stolen.csv'",
    "ATTACH '/tmp/stolen.db'",
    'INSTALL httpfs',
    'SET enable_external_access = true',
    'SET lock_configuration = false',
    "SET allowed_directories = ['/']",
    "SET allowed_configs = ['memory_limit']",
    "SET memory_limit = '900GB'",
  ])('lets nobody %s', async (sql) => {
    await expect(session.rows(sql)).rejects.toThrow()
  })

  it('answers, reads its own folder, and so do its branches', async () => {
    await session.execute([`COPY (SELECT 42 AS a) TO '${session.spoolFolder}/x.parquet' (FORMAT parquet)`])
    const branch = await session.branch()
    expect(await branch.rows(`SELECT a FROM '${session.spoolFolder}/x.parquet'`)).toEqual([{a: 42}])
    await branch.execute(['SET errors_as_json = true'])
    await branch.close()
  })
})
