import {createHash} from 'node:crypto'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {CreateWorkGroupCommand, DeleteWorkGroupCommand} from '@aws-sdk/client-athena'
import {CreateDatabaseCommand, CreateTableCommand, type TableInput} from '@aws-sdk/client-glue'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {MEETS_ALL, tellCases} from '../../fault/fault-points.js'
import {control, type FaultWish} from '../checks/gateway-control.js'
import {athena, glue, ownName} from '../checks/lab-clients.js'
import {stateOf} from '../lake-state.js'
import {redefine} from './bad-lake.js'
import {expectCoded} from './fault-cases.js'
import {FaultBench, type FaultLake} from './fault-lake.js'

interface BadPlace {
  readonly what: string
  /** A plan neither writes nor asks Athena: only the load meets it. */
  readonly isOfLoad?: true
  /** That is asked for; default: the bench's. */
  readonly engine?: 'athena'
  /** Every command that changes the lake meets it before it plans. */
  readonly isOfEach?: true
  /** Any of these says it well. */
  readonly codes: readonly string[]
  /** What it tells to do. */
  readonly fix: RegExp
  /** Makes it so; gives what else a process needs to be told. */
  readonly make: (lake: FaultLake) => Promise<Readonly<Record<string, string>> | void>
}

const LONG_MS = 120_000
const workgroups: string[] = []

const PARQUET = {
  InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  SerdeInfo: {SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'},
}
const COLUMNS = [
  {Name: 'id', Type: 'string'},
  {Name: 'count', Type: 'bigint'},
  {Name: 'amount', Type: 'decimal(18,2)'},
  {Name: 'note', Type: 'string'},
  {Name: 'created_at', Type: 'timestamp'},
]
const DAY = [{Name: 'day', Type: 'string'}]

/** A table that somebody else made where the lake's own is to be. */
function standing(change: (input: TableInput, lake: FaultLake) => TableInput): BadPlace['make'] {
  return async (lake) => {
    const {database, tableBucket} = lake.own
    const input: TableInput = {
      Name: 'claims',
      TableType: 'EXTERNAL_TABLE',
      Parameters: {EXTERNAL: 'TRUE'},
      PartitionKeys: DAY,
      StorageDescriptor: {...PARQUET, Columns: COLUMNS, Location: `s3://${tableBucket}/claims/`},
    }
    await glue.send(new CreateTableCommand({DatabaseName: database, TableInput: change(input, lake)}))
  }
}

function columns(change: (columns: typeof COLUMNS) => typeof COLUMNS): BadPlace['make'] {
  return standing((input) => ({...input, StorageDescriptor: {...input.StorageDescriptor, Columns: change(COLUMNS)}}))
}

function parameters(more: Readonly<Record<string, string>>): BadPlace['make'] {
  return standing((input) => ({...input, Parameters: {...input.Parameters, ...more}}))
}

/** A service that answers all calls to a place in one way, to this lake's keys. */
function refusing(match: (lake: FaultLake) => FaultWish['match'], answer: object): BadPlace['make'] {
  return async (lake) => {
    const wish = {...answer, fault: 'status', match: {...match(lake), accessKey: lake.keys.accessKey, times: 0}}
    const [armed] = (await control('POST', '/__faults', wish)) as readonly {readonly id: number}[]
    refusals.push(armed!.id)
  }
}

const refusals: number[] = []
const DENIED = {status: 403, code: 'AccessDenied', message: 'Access Denied'}
const objectsIn = (bucket: string) => ({service: 's3', path: `^/${bucket}([/?]|$)`})

async function workgroup(lake: FaultLake, configuration: object): Promise<void> {
  const Name = ownName('bad')
  workgroups.push(Name)
  await athena.send(new CreateWorkGroupCommand({Name, Configuration: configuration}))
  await redefine(lake, 'workgroup: primary', `workgroup: ${Name}`)
}

const NOTHING = {AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '', AWS_PROFILE: ''}

/** A profile of SSO whose token was good until 2020, as `aws sso login` leaves it. */
async function writeExpiredSso(home: string): Promise<void> {
  const session = 'lab'
  await mkdir(join(home, '.aws', 'sso', 'cache'), {recursive: true})
  await writeFile(
    join(home, '.aws', 'config'),
    `[profile expired]
sso_session = ${session}
sso_account_id = 123456789012
sso_role_name = lake
region = eu-west-1
[sso-session ${session}]
sso_start_url = https://lab.invalid/start
sso_region = eu-west-1
`,
  )
  const token = {
    startUrl: 'https://lab.invalid/start',
    region: 'eu-west-1',
    accessToken: 'x',
    expiresAt: '2020-01-01T00:00:00Z',
  }
  const name = createHash('sha1').update(session).digest('hex')
  await writeFile(join(home, '.aws', 'sso', 'cache', `${name}.json`), JSON.stringify(token))
}

const CORRECT_LOCATION = /^Correct the location in the definition's environment, or make the bucket/
const OTHER_NAME = /^Give the table another name in the definition/
const CORRECT_EITHER = /^Correct the definition or the catalog/

/** A database that another account shares, by the name of a link. */
async function linkDatabase(lake: FaultLake): Promise<void> {
  const Name = `linked_${lake.own.database}`
  const TargetDatabase = {CatalogId: '999999999999', DatabaseName: 'theirs'}
  await glue.send(new CreateDatabaseCommand({DatabaseInput: {Name, TargetDatabase}}))
  await redefine(lake, /database: lake_\w+/, `database: ${Name}`)
}

const BAD_PLACES: readonly BadPlace[] = [
  {
    what: 'another Region, where the database is not',
    codes: ['PLACE_UNUSABLE'],
    fix: /^aws glue create-database --region us-east-1 /,
    make: (lake) => redefine(lake, 'region: eu-west-1', 'region: us-east-1'),
  },
  {
    what: 'another Region, as S3 says it',
    isOfEach: true,
    codes: ['PLACE_UNUSABLE'],
    fix: /^Write `region: eu-central-1` /,
    make: refusing(({own}) => objectsIn(own.stateBucket), {
      status: 301,
      code: 'PermanentRedirect',
      headers: {'x-amz-bucket-region': 'eu-central-1'},
    }),
  },
  {
    what: 'another account',
    isOfEach: true,
    codes: ['AWS_ACCOUNT_WRONG'],
    fix: /^Sign in to account 999999999999 /,
    make: (lake) => redefine(lake, '123456789012', '999999999999'),
  },
  {
    what: 'no credentials',
    isOfEach: true,
    codes: ['AWS_SIGN_IN'],
    fix: /^Name a profile that is signed in /,
    make: async (lake) => ({...NOTHING, HOME: lake.own.folder}),
  },
  {
    what: 'a profile that is not there',
    codes: ['AWS_SIGN_IN'],
    fix: /^Name a profile that is signed in /,
    make: async (lake) => ({...NOTHING, AWS_PROFILE: 'nobody', HOME: lake.own.folder}),
  },
  {
    what: 'a sign-in by SSO that ran out',
    codes: ['AWS_SIGN_IN'],
    fix: /: aws sso login$/,
    make: async (lake) => {
      await writeExpiredSso(lake.own.folder)
      return {...NOTHING, AWS_PROFILE: 'expired', HOME: lake.own.folder}
    },
  },
  {
    what: 'a bucket of the state that is not there',
    isOfEach: true,
    codes: ['PLACE_UNUSABLE'],
    fix: CORRECT_LOCATION,
    make: (lake) => redefine(lake, /state: s3:\/\/[^/]+/, `state: s3://${ownName('absent')}`),
  },
  {
    what: 'a bucket of the table that is not there',
    isOfEach: true,
    codes: ['PLACE_UNUSABLE'],
    fix: CORRECT_LOCATION,
    make: (lake) => redefine(lake, /location: "s3:\/\/[^/]+/, `location: "s3://${ownName('absent')}`),
  },
  {
    what: 'a bucket of the results that is not there',
    isOfLoad: true,
    codes: ['PLACE_UNUSABLE'],
    fix: CORRECT_LOCATION,
    make: (lake) => redefine(lake, /results: s3:\/\/[^/]+/, `results: s3://${ownName('absent')}`),
  },
  {
    what: 'a bucket of the state that denies',
    isOfEach: true,
    codes: ['AWS_ACCESS_DENIED', 'PLACE_UNUSABLE'],
    fix: /^Allow s3:ListBucket /,
    make: refusing(({own}) => objectsIn(own.stateBucket), DENIED),
  },
  {
    what: 'a bucket of the state that is read only',
    isOfEach: true,
    isOfLoad: true,
    codes: ['AWS_ACCESS_DENIED', 'PLACE_UNUSABLE'],
    fix: /^Allow s3:PutObject /,
    make: refusing(({own}) => ({...objectsIn(own.stateBucket), method: 'PUT'}), DENIED),
  },
  {
    what: 'a bucket of the table that denies',
    isOfEach: true,
    codes: ['AWS_ACCESS_DENIED', 'PLACE_UNUSABLE'],
    fix: /^Allow s3:ListBucket /,
    make: refusing(({own}) => objectsIn(own.tableBucket), DENIED),
  },
  {
    what: 'a bucket of the table that is read only',
    isOfLoad: true,
    codes: ['PLACE_UNUSABLE'],
    fix: /^Allow s3:PutObject /,
    make: refusing(({own}) => ({...objectsIn(own.tableBucket), method: 'PUT'}), DENIED),
  },
  {
    what: 'a database that is a link',
    codes: ['PLACE_UNUSABLE'],
    fix: /^Name a database of the account itself/,
    make: linkDatabase,
  },
  {
    what: 'a database that is not there',
    codes: ['PLACE_UNUSABLE'],
    fix: /^aws glue create-database .*Name=absent_database$/,
    make: (lake) => redefine(lake, /database: lake_\w+/, 'database: absent_database'),
  },
  {
    what: 'a database in capitals',
    codes: ['DEFINITION_INVALID', 'PLACE_UNUSABLE'],
    fix: /^sluice lake check$/,
    make: (lake) => redefine(lake, /database: lake_\w+/, `database: ${lake.own.database.toUpperCase()}`),
  },
  {
    what: 'a workgroup that is not there',
    isOfLoad: true,
    codes: ['PLACE_UNUSABLE'],
    fix: /^Create it, or name another in the definition/,
    make: (lake) => redefine(lake, 'workgroup: primary', `workgroup: ${ownName('absent')}`),
  },
  {
    what: 'a workgroup that enforces another place for results',
    isOfLoad: true,
    codes: ['PLACE_UNUSABLE'],
    fix: /^Name that place in the definition/,
    make: (lake) =>
      workgroup(lake, {
        EnforceWorkGroupConfiguration: true,
        ResultConfiguration: {OutputLocation: `s3://${lake.own.stateBucket}/elsewhere/`},
      }),
  },
  {
    what: 'a workgroup whose results Athena keeps itself, for a load by Athena',
    engine: 'athena',
    codes: ['ENGINE_UNFIT'],
    fix: /^Name a workgroup with a place of results/,
    make: (lake) => workgroup(lake, {ManagedQueryResultsConfiguration: {Enabled: true}}),
  },
  {
    what: 'a workgroup that enforces another encryption, for a load by Athena',
    engine: 'athena',
    codes: ['ENGINE_UNFIT'],
    fix: /^Set the encryption of results of the workgroup/,
    make: async (lake) => {
      await redefine(lake, 'workgroup: primary', 'encryption: sse-s3\n    workgroup: primary')
      await workgroup(lake, {
        EnforceWorkGroupConfiguration: true,
        ResultConfiguration: {OutputLocation: `s3://${lake.own.stateBucket}/results/`},
      })
    },
  },
  {
    what: 'a view in the place of the table',
    codes: ['TABLE_UNSUPPORTED'],
    fix: OTHER_NAME,
    make: standing(({Name}) => ({
      Name,
      TableType: 'VIRTUAL_VIEW',
      Parameters: {presto_view: 'true', comment: 'Presto View'},
      ViewOriginalText: `/* Presto View: ${Buffer.from(JSON.stringify({originalSql: 'SELECT 1 AS id', catalog: 'awsdatacatalog', columns: [{name: 'id', type: 'integer'}]})).toString('base64')} */`,
      ViewExpandedText: '/* Presto View */',
      StorageDescriptor: {Columns: [{Name: 'id', Type: 'int'}], Location: '', SerdeInfo: {}},
    })),
  },
  {
    what: 'an Iceberg table in the place of the table',
    codes: ['TABLE_UNSUPPORTED'],
    fix: OTHER_NAME,
    make: parameters({table_type: 'ICEBERG'}),
  },
  {
    what: 'a Delta table in the place of the table',
    codes: ['TABLE_UNSUPPORTED'],
    fix: OTHER_NAME,
    make: parameters({'spark.sql.sources.provider': 'delta'}),
  },
  {
    what: 'a projected table in the place of the table',
    codes: ['TABLE_UNSUPPORTED'],
    fix: OTHER_NAME,
    make: parameters({
      'projection.enabled': 'true',
      'projection.day.type': 'date',
      'projection.day.format': 'yyyy-MM-dd',
      'projection.day.range': '2026-01-01,NOW',
    }),
  },
  {
    what: 'a link in the place of the table',
    codes: ['TABLE_UNSUPPORTED'],
    fix: OTHER_NAME,
    make: standing(({Name}) => ({
      Name,
      TargetTable: {CatalogId: '123456789012', DatabaseName: 'shared', Name: 'claims'},
    })),
  },
  {
    what: 'a column of another type in Glue',
    codes: ['TABLE_DIFFERS', 'COLUMN_NARROWED'],
    fix: CORRECT_EITHER,
    make: columns((all) => all.map((column) => (column.Name === 'count' ? {...column, Type: 'string'} : column))),
  },
  {
    what: 'a column less in Glue',
    codes: ['TABLE_DIFFERS'],
    fix: CORRECT_EITHER,
    make: columns((all) => all.filter(({Name}) => Name !== 'note')),
  },
  {
    what: 'other partition columns in Glue',
    codes: ['TABLE_DIFFERS', 'LAYOUT_CHANGED'],
    fix: CORRECT_EITHER,
    make: standing((input) => ({...input, PartitionKeys: [{Name: 'month', Type: 'string'}]})),
  },
  {
    what: 'another format in Glue',
    codes: ['TABLE_DIFFERS', 'TABLE_UNSUPPORTED'],
    fix: OTHER_NAME,
    make: standing((input) => ({
      ...input,
      StorageDescriptor: {
        ...input.StorageDescriptor,
        InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        SerdeInfo: {SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'},
      },
    })),
  },
]

describe('a place that cannot be used ends a command before the first change', () => {
  let bench: FaultBench
  let met = 0

  beforeAll(async () => {
    bench = await FaultBench.make('single')
  })

  afterAll(async () => {
    for (const id of refusals) await control('DELETE', `/__faults?id=${id}`)
    for (const WorkGroup of workgroups) await athena.send(new DeleteWorkGroupCommand({WorkGroup}))
    tellCases('bad places on AWS', BAD_PLACES.length, met)
    await bench.close()
  })

  async function expectRefused({codes, fix, make, isOfLoad, isOfEach, engine}: BadPlace): Promise<void> {
    const lake = await bench.lake()
    const variables = (await make(lake)) ?? {}
    const before = await stateOf(lake.own)
    const plan = ['backfill', 'plan', '--export', lake.bench.story.exports[0]!]
    const others =
      isOfEach === true
        ? [
            ['partitions', 'sync', '--yes'],
            ['compact', 'run', '--yes'],
          ]
        : []
    for (const argv of [
      ...(MEETS_ALL && isOfLoad !== true ? [engine === undefined ? plan : [...plan, '--engine', engine]] : []),
      lake.loadBy(engine ?? lake.bench.engine),
      ...others,
    ]) {
      const ended = await lake.runWith(variables, ...argv)
      expect(ended).toMatchObject({exit: 2, stderr: ''})
      expect(codes).toContain(ended.document.error?.code)
      expect(ended.document.error?.fix).toMatch(fix)
      expectCoded(ended)
      expect(await stateOf(lake.own)).toEqual(before)
    }
    met += 1
  }

  for (const place of BAD_PLACES) it(place.what, {timeout: LONG_MS}, () => expectRefused(place))
})
