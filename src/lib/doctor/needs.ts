import {deletesPrefix, quarantinePrefix, runsTableName} from '../changelog/index.js'
import type {AwsEnvironment, LakeDefinition} from '../lake/index.js'
import type {Permission} from '../ports/environment-facts.js'
import {folderUri, placeOfTable} from './catalog-look.js'

/** An action that commands of the environment need. */
export interface Need extends Permission {
  /** Commands that cannot do without it. */
  readonly by: string
}

const NO_OBJECT = '.sluice-doctor-probe'

/** What the commands of this environment need of AWS, each action with the thing that it is done to. */
export function needsOf(definition: LakeDefinition, environment: AwsEnvironment, callerArn: string): readonly Need[] {
  const partition = callerArn.split(':')[1] ?? 'aws'
  const {region, account} = environment
  const arn = (service: string, rest: string): string => `arn:${partition}:${service}:${region}:${account}:${rest}`
  return [
    ...storeNeeds(definition, environment, partition),
    ...glueNeeds(definition, environment, arn),
    ...athenaNeeds(environment, arn),
    ...sourceNeeds(definition, arn),
  ]
}

/** What is done to the objects of a place. */
interface Used {
  /** `s3://…/`. */
  readonly uri: string
  readonly actions: readonly string[]
  readonly by: string
}

function storeNeeds(definition: LakeDefinition, environment: AwsEnvironment, partition: string): Need[] {
  return usedPlaces(definition, environment).flatMap(({uri, actions, by}) => {
    const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/s.exec(uri) ?? []
    const bucketArn = `arn:${partition}:s3:::${bucket}`
    return [
      {action: 's3:ListBucket', arn: bucketArn, prefix, by},
      ...actions.map((action) => ({action: `s3:${action}`, arn: `${bucketArn}/${prefix}${NO_OBJECT}`, by})),
    ]
  })
}

/** A policy may name each of these places alone, and nothing around them. */
function usedPlaces({tables}: LakeDefinition, environment: AwsEnvironment): Used[] {
  const state = folderUri(environment.state ?? '')
  const upload = ['GetObject', 'PutObject', 'AbortMultipartUpload']
  const logs = tables.filter(({kind}) => kind === 'changelog')
  const beside = logs.flatMap(({name, partition}) => [
    quarantinePrefix(name),
    ...(partition?.immutable === true ? [deletesPrefix(name)] : []),
  ])
  const rows = [...tables.map(({name}) => placeOfTable(environment, name)), ...beside.map((key) => `${state}${key}`)]
  return [
    {uri: `${state}_sluice/operations/`, actions: ['GetObject', 'PutObject'], by: 'backfill run, ops'},
    {uri: `${state}_sluice/locks/`, actions: ['GetObject', 'PutObject', 'DeleteObject'], by: 'backfill run, ops'},
    ...logs.map(({name}) => ({
      uri: `${state}${runsTableName(name)}/`,
      actions: ['GetObject', 'PutObject'],
      by: 'backfill run, query',
    })),
    ...rows.map((uri) => ({uri, actions: [...upload, 'DeleteObject'], by: 'backfill run, query, ops gc'})),
    {uri: folderUri(environment.results ?? ''), actions: upload, by: 'query, kpi'},
  ]
}

type ArnOf = (service: string, rest: string) => string

function glueNeeds({tables}: LakeDefinition, {database}: AwsEnvironment, arn: ArnOf): Need[] {
  const name = (database ?? '').toLowerCase()
  return [
    {action: 'glue:GetDatabase', arn: arn('glue', `database/${name}`), by: 'every command'},
    ...tables.flatMap(({name: table, partition}) => {
      const of = (action: string, by: string): Need => ({
        action: `glue:${action}`,
        arn: arn('glue', `table/${name}/${table}`),
        by,
      })
      return [
        of('GetTable', 'every command'),
        of('CreateTable', 'backfill run, ingest'),
        of('UpdateTable', 'backfill run, ingest'),
        ...(partition === null
          ? []
          : [
              of('GetPartitions', 'query, status, backfill'),
              of('BatchGetPartition', 'backfill run'),
              of('BatchCreatePartition', 'backfill run, ingest'),
            ]),
      ]
    }),
  ]
}

function athenaNeeds({workgroup}: AwsEnvironment, arn: ArnOf): Need[] {
  const actions = ['GetWorkGroup', 'StartQueryExecution', 'GetQueryExecution', 'GetQueryResults', 'StopQueryExecution']
  const of = arn('athena', `workgroup/${workgroup ?? ''}`)
  return actions.map((action) => ({action: `athena:${action}`, arn: of, by: 'query, kpi'}))
}

function sourceNeeds({tables}: LakeDefinition, arn: ArnOf): Need[] {
  const names = [...new Set(tables.flatMap(({source}) => (source === null ? [] : [source.dynamodb])))]
  return names.flatMap((name) => {
    const table = arn('dynamodb', `table/${name}`)
    const by = 'backfill export'
    return [
      {action: 'dynamodb:DescribeTable', arn: table, by},
      {action: 'dynamodb:DescribeContinuousBackups', arn: table, by},
      {action: 'dynamodb:ExportTableToPointInTime', arn: table, by},
      {action: 'dynamodb:DescribeExport', arn: `${table}/export/00000000000000-00000000`, by},
    ]
  })
}
