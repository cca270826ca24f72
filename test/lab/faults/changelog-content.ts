import {GetObjectCommand} from '@aws-sdk/client-s3'
import {columnHashes, downloadTable} from '../athena-lake.js'
import type {AwsLake} from '../aws-lake.js'
import {s3} from '../checks/lab-clients.js'
import {listAll} from './fault-lake.js'

const COLUMNS = ['id', 'count', 'amount', 'note', 'created_at', '_op', '_version', '_source_rank', '_sequence']
const ASIDE = ['_version', 'reason', 'column_name', 'value', 'key', 'file', 'line', 'raw']

/** A change log of the story's definition in a lake. */
export interface TableIn {
  readonly lake: AwsLake
  readonly table: string
}

/** Hashes of what its objects hold; the same for the same rows, whoever wrote them. */
export async function contentOf({lake, table}: TableIn) {
  const files = await downloadTable(lake, table)
  return {
    rows: await columnHashes(files.rows, COLUMNS, ['id']),
    deletes: await columnHashes(files.deletes, ['id', '_op', '_version', '_source_rank', '_sequence'], ['id']),
    quarantine: await columnHashes(files.quarantine, ASIDE, ['raw']),
  }
}

/** Every object of rows, deletes, quarantine and work, in the words of the lake's store. */
export async function objectsOf({lake, table}: TableIn): Promise<string[]> {
  const state = await listAll(s3, lake.stateBucket, 'sluice/')
  const ofTable = state
    .map((key) => key.slice('sluice/'.length))
    .filter((key) => key.startsWith(`${table}__`) && !key.startsWith(`${table}__runs/`))
  return [...(await listAll(s3, lake.tableBucket, `${table}/`)), ...ofTable].sort()
}

/** Objects that the journals of staged loads name. */
export async function namedObjects({lake}: TableIn): Promise<string[]> {
  const keys = (await listAll(s3, lake.stateBucket, 'sluice/_sluice/operations/')).filter((key) =>
    key.includes('/journal/'),
  )
  const named: string[] = []
  for (const Key of keys) {
    const {Body} = await s3.send(new GetObjectCommand({Bucket: lake.stateBucket, Key}))
    for (const line of (await Body!.transformToString()).trimEnd().split('\n')) {
      const entry = JSON.parse(line) as {kind: string; staged?: {sources: readonly StagedNames[]}}
      if (entry.kind !== 'staged') continue
      for (const {objects, deletes, quarantine} of entry.staged!.sources)
        named.push(...[...objects, ...deletes, ...quarantine.objects].map(({key}) => key))
    }
  }
  return named.sort()
}

interface StagedNames {
  readonly objects: readonly {readonly key: string}[]
  readonly deletes: readonly {readonly key: string}[]
  readonly quarantine: {readonly objects: readonly {readonly key: string}[]}
}
