import {on, READ, type Grant} from './grants.js'
import type {CommandUses, Use} from './uses.js'

const SWAPPED = 'only where partitions are swapped, or were before'
const IN_PLACE = 'only with --in-place'
const ICEBERG = 'only for Iceberg tables'
const BY_ATHENA = 'only where Athena merges a partition'
const SUPERSEDED = 'only when rows of a run that was replaced are left out'
const LATE = 'only where files came while a partition was swapped'
export const COMPACTION = 'only for a compaction'
const BY_OPTIMIZE = 'only for Iceberg tables: Athena rewrites and deletes their files as the caller'

const ASK = [
  'athena:GetWorkGroup',
  'athena:StartQueryExecution',
  'athena:GetQueryExecution',
  'athena:GetQueryResults',
  'athena:StopQueryExecution',
]
const UPDATE = ['glue:GetPartition', 'glue:BatchGetPartition', 'glue:UpdatePartition', 'glue:UpdateTable']

/** What compactions ask for, beside what others ask for too. */
export const COMPACT_USES = {
  'generations:read': on('generations', READ),
  'generations:write': on('generations', ['s3:PutObject', 's3:DeleteObject']),
  'staged:write': on('staged', [...READ, 's3:PutObject', 's3:DeleteObject']),
  'staged:delete': [
    ...on('staged', ['s3:ListBucket']),
    ...on('staged', ['s3:GetObject', 's3:DeleteObject'], COMPACTION),
  ],
  'compacted:list': on('compacted', ['s3:ListBucket'], SWAPPED),
  /** Whether another table reads the same files. */
  'sharers:look': on('database', ['glue:GetTables'], SWAPPED),
  'compacted:read': on('compacted', READ, SWAPPED),
  'compacted:write': [
    ...on('compacted', [...READ, 's3:PutObject', 's3:AbortMultipartUpload'], SWAPPED),
    ...on('tables', UPDATE, SWAPPED),
  ],
  'compacted:delete': on('compacted', [...READ, 's3:DeleteObject'], SWAPPED),
  'sources:delete': on('rows', ['s3:DeleteObject'], IN_PLACE),
  'latecomers:write': [...on('rows', ['s3:PutObject'], LATE), ...on('compacted', ['s3:PutObject'], LATE)],
  'superseded:close': on('runs', ['s3:PutObject'], SUPERSEDED),
  'upkeep:look': [
    ...on('workgroup', ASK, ICEBERG),
    ...on('results', ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:AbortMultipartUpload'], ICEBERG),
    ...on('results bucket', ['s3:GetBucketLocation'], ICEBERG),
    ...on('rows', READ, ICEBERG),
  ],
  'upkeep:run': [
    ...on('rows', ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'], BY_OPTIMIZE),
    ...on('tables', ['glue:UpdateTable'], BY_OPTIMIZE),
  ],
  'merge:athena': [
    ...on('merge tables', ['glue:CreateTable', 'glue:DeleteTable', 'glue:GetTable', 'glue:GetTables'], BY_ATHENA),
    ...on('workgroup', ASK, BY_ATHENA),
    ...on('results', ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:AbortMultipartUpload'], BY_ATHENA),
    ...on('results bucket', ['s3:GetBucketLocation'], BY_ATHENA),
    ...on('staged', [...READ, 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'], BY_ATHENA),
    ...on('rows', READ, BY_ATHENA),
  ],
  'compaction:undo': [
    ...on('generations', [...READ, 's3:DeleteObject'], COMPACTION),
    ...on('rows', [...READ, 's3:PutObject', 's3:DeleteObject'], COMPACTION),
    ...on('compacted', READ, COMPACTION),
    ...on('tables', UPDATE, COMPACTION),
  ],
  'compaction:resume': [
    ...on('generations', [...READ, 's3:PutObject', 's3:DeleteObject'], COMPACTION),
    ...on('staged', [...READ, 's3:PutObject', 's3:DeleteObject'], COMPACTION),
    ...on('compacted', [...READ, 's3:PutObject'], COMPACTION),
    ...on('rows', ['s3:DeleteObject'], COMPACTION),
    ...on('tables', UPDATE, COMPACTION),
  ],
  'compaction:collect': [
    ...on('generations', [...READ, 's3:PutObject', 's3:DeleteObject'], COMPACTION),
    ...on('staged', [...READ, 's3:DeleteObject'], COMPACTION),
    ...on('compacted', [...READ, 's3:PutObject', 's3:DeleteObject'], COMPACTION),
    ...on('runs', [...READ, 's3:PutObject'], COMPACTION),
    ...on('tables', ['glue:BatchGetPartition'], COMPACTION),
  ],
} as const satisfies Record<string, readonly Grant[]>

const PLAN: readonly Use[] = [
  'operations:read',
  'runs:read',
  'rows:list',
  'compacted:list',
  'sharers:look',
  'generations:read',
  'catalog:read',
  'catalog:partitions',
  'upkeep:look',
]
const CHANGE: readonly Use[] = ['operations:read', 'operations:write', 'locks:read', 'locks:take', 'catalog:read']

export const COMPACT_COMMANDS: Readonly<Record<string, CommandUses>> = {
  'compact gc': {
    uses: [
      ...CHANGE,
      'generations:read',
      'generations:write',
      'staged:delete',
      'rows:read',
      'rows:delete',
      'compacted:delete',
      'latecomers:write',
      'superseded:close',
      'compaction:collect',
    ],
    changes: true,
  },
  'compact plan': {uses: PLAN, changes: false},
  'compact rollback': {
    uses: [...CHANGE, 'generations:read', 'rows:read', 'rows:delete', 'compaction:undo'],
    changes: true,
  },
  'compact run': {
    uses: [
      ...PLAN,
      'operations:write',
      'locks:read',
      'locks:take',
      'generations:write',
      'staged:write',
      'rows:read',
      'rows:write',
      'compacted:write',
      'sources:delete',
      'upkeep:run',
      'merge:athena',
    ],
    changes: true,
  },
  'compact status': {uses: ['generations:read', 'operations:read'], changes: false},
}
