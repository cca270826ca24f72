import {on, READ} from './grants.js'

const LOAD_BY_ATHENA = 'only with --engine athena'
const LEFT_BY_ATHENA = 'only after a load by Athena that was given up'

/** What loads by Athena ask for, and what gc asks after them. */
export const ATHENA_USES = {
  'athena:plan': on('workgroup', ['athena:GetWorkGroup'], 'only where Athena is to load'),
  'athena:load': [
    ...on('line lists', ['s3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:DeleteObject'], LOAD_BY_ATHENA),
    ...on('line tables', ['glue:CreateTable', 'glue:DeleteTable', 'glue:GetTable', 'glue:GetTables'], LOAD_BY_ATHENA),
    ...on('tables', ['glue:CreatePartition', 'glue:UpdatePartition'], LOAD_BY_ATHENA),
    ...on('exports', ['s3:ListBucket'], LOAD_BY_ATHENA),
    ...on('rows', ['s3:DeleteObject'], 'only when an INSERT of Athena failed'),
  ],
  'athena:find': [
    ...on('line lists', [...READ, 's3:DeleteObject'], LEFT_BY_ATHENA),
    ...on(
      'workgroup',
      [
        'athena:GetWorkGroup',
        'athena:StartQueryExecution',
        'athena:GetQueryExecution',
        'athena:GetQueryResults',
        'athena:StopQueryExecution',
      ],
      LEFT_BY_ATHENA,
    ),
    ...on('results', ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:AbortMultipartUpload'], LEFT_BY_ATHENA),
    ...on('results bucket', ['s3:GetBucketLocation'], LEFT_BY_ATHENA),
    ...on('tables', ['glue:GetPartitions', 'glue:BatchGetPartition'], LEFT_BY_ATHENA),
  ],
} as const
