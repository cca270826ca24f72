/**
 * What each command asks of AWS: the one table behind `lake iam`. test/lab/suites/iam-*.lab.ts run every command under
 * exactly this, take each permission away in turn, and hold what no run asked for against `unproven`.
 */

import {ATHENA_USES} from './athena-uses.js'
import {CATALOG_COMMANDS, CATALOG_USES} from './catalog-uses.js'
import {COMPACT_COMMANDS, COMPACT_USES, COMPACTION} from './compact-uses.js'
import {on, READ, type Grant} from './grants.js'

export type {Grant, Target} from './grants.js'

const BY_ATHENA = 'Athena reads and writes as the caller; the engine of the lab does so as itself'
const BY_DYNAMODB = 'DynamoDB writes the export as the caller; the lab writes it as itself'
const ABSENT = 'S3 tells only those who may list that an object is not there; the lab tells everybody'
const LOST = 'only after an answer was lost on the way'
const BY_CHANGE = 'only when the definition has changed since the last load'
const STANDING = 'only where a load stands already'
const GONE = 'only to tell an object that is gone from one that may not be read'
const QUARANTINE = 'only with --from-quarantine'
const DOCTOR = 'doctor says itself what it could not look at, and goes on'
const TYPO = 'only to suggest a name for a table that is not there'

export const USES = {
  'operations:read': on('operations', READ),
  'operations:write': on('operations', ['s3:PutObject']),
  'locks:read': [...on('locks', ['s3:GetObject']), ...on('locks', ['s3:ListBucket'], ABSENT)],
  'locks:list': on('locks', ['s3:ListBucket']),
  'locks:take': on('locks', ['s3:PutObject', 's3:DeleteObject']),
  'locks:release': on('locks', ['s3:DeleteObject']),
  'runs:read': on('runs', READ),
  'runs:list': on('runs', ['s3:ListBucket']),
  'runs:write': on('runs', ['s3:PutObject']),
  'rows:read': on('rows', READ),
  'rows:confirm': [...on('rows', ['s3:GetObject'], LOST), ...on('rows', ['s3:ListBucket'])],
  'rows:list': on('rows', ['s3:ListBucket']),
  'rows:write': [
    ...on('rows', ['s3:PutObject']),
    ...on('rows', ['s3:AbortMultipartUpload'], 'only when an upload in parts fails'),
  ],
  'rows:delete': on('rows', ['s3:DeleteObject']),
  'exports:read': [
    ...on('exports', ['s3:GetObject']),
    ...on('exports', ['s3:ListBucket'], 'only with --chain, and for a file that is not there'),
  ],
  'catalog:read': [
    ...on('tables', ['glue:GetTable']),
    ...on(
      'database',
      ['glue:GetDatabase'],
      'only to tell a database that is not there from a table that is not: the command goes on without it',
    ),
  ],
  'catalog:partitions': on('tables', ['glue:GetPartitions']),
  'catalog:names': on('database', ['glue:GetTables'], TYPO),
  'catalog:create': [
    ...on('tables', ['glue:CreateTable', 'glue:BatchCreatePartition']),
    ...on('tables', ['glue:BatchGetPartition'], LOST),
  ],
  'catalog:restore': on('tables', ['glue:CreateTable'], 'only when a table of the lake was taken out of the catalog'),
  'catalog:change': on('tables', ['glue:UpdateTable'], BY_CHANGE),
  query: [
    ...on('workgroup', [
      'athena:GetWorkGroup',
      'athena:StartQueryExecution',
      'athena:GetQueryExecution',
      'athena:GetQueryResults',
    ]),
    ...on('workgroup', ['athena:StopQueryExecution'], 'only when a statement is stopped, by Ctrl-C or a time limit'),
    ...on('results', ['s3:GetObject', 's3:PutObject', 's3:ListBucket', 's3:AbortMultipartUpload'], BY_ATHENA),
    ...on('results', ['s3:ListMultipartUploadParts'], BY_ATHENA),
    ...on('results bucket', ['s3:GetBucketLocation', 's3:ListBucketMultipartUploads'], BY_ATHENA),
    ...on('runs', READ, BY_ATHENA),
    ...on('rows', READ, BY_ATHENA),
    ...on('compacted', READ, BY_ATHENA),
    ...on('tables', ['glue:GetTable', 'glue:GetPartition', 'glue:GetPartitions', 'glue:BatchGetPartition'], BY_ATHENA),
    ...on('database', ['glue:GetDatabase'], BY_ATHENA),
    ...on('default database', ['glue:GetDatabase'], BY_ATHENA),
  ],
  ...ATHENA_USES,
  'export:make': [
    ...on('sources', [
      'dynamodb:DescribeTable',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:ExportTableToPointInTime',
    ]),
    ...on('source exports', ['dynamodb:DescribeExport']),
    ...on('new exports', ['s3:PutObject', 's3:PutObjectAcl', 's3:AbortMultipartUpload'], BY_DYNAMODB),
  ],
  'environment:look': [
    ...on(
      'buckets',
      [
        's3:ListBucket',
        's3:GetBucketVersioning',
        's3:GetEncryptionConfiguration',
        's3:GetLifecycleConfiguration',
        's3:GetBucketPublicAccessBlock',
        's3:GetBucketLogging',
      ],
      DOCTOR,
    ),
    ...on('rows', READ, DOCTOR),
    ...on('tables', ['glue:GetTable', 'glue:GetPartitions'], DOCTOR),
    ...on('database', ['glue:GetDatabase', 'glue:GetTables'], DOCTOR),
    ...on('workgroup', ['athena:GetWorkGroup'], DOCTOR),
    ...on('crawlers', ['glue:GetCrawler'], DOCTOR),
    ...on('sources', ['dynamodb:DescribeTable', 'dynamodb:DescribeContinuousBackups'], DOCTOR),
    ...on('keys', ['kms:GetKeyRotationStatus'], DOCTOR),
    ...on('principals', ['iam:GetRole', 'iam:ListAccessKeys', 'iam:SimulatePrincipalPolicy'], DOCTOR),
    ...on('account', ['lakeformation:ListResources', 'lakeformation:ListDataCellsFilter'], DOCTOR),
  ],
  ...CATALOG_USES,
  ...COMPACT_USES,
} as const satisfies Record<string, readonly Grant[]>

export type Use = keyof typeof USES

/** A command that asks AWS for something. Who calls is asked by each of them, which needs no permission. */
export interface CommandUses {
  readonly uses: readonly Use[]
  /** It changes the lake, or has AWS make something. */
  readonly changes: boolean
  /** Why the runs of this command in the lab do not ask for a permission of its uses: `action on target` → why. */
  readonly unproven?: Readonly<Record<string, string>>
}

/** A command that asks AWS for nothing, and what it works on instead. */
export interface CommandWithout {
  readonly needsNothing: string
}

const DEFINITION = 'reads the definition alone'

const LOAD: readonly Use[] = [
  'exports:read',
  'operations:read',
  'operations:write',
  'locks:read',
  'locks:take',
  'runs:read',
  'runs:write',
  'rows:read',
  'rows:write',
  'catalog:read',
  'catalog:partitions',
  'catalog:create',
  'catalog:change',
  'query',
  'athena:load',
]

const FIRST_LOAD = {'glue:GetPartitions on tables': STANDING}

const TAKE_BACK: readonly Use[] = [
  'operations:read',
  'operations:write',
  'locks:read',
  'locks:take',
  'runs:read',
  'runs:write',
  'catalog:read',
  'catalog:restore',
  'catalog:change',
  'partitions:restore',
  'compaction:undo',
]

export const COMMANDS: Readonly<Record<string, CommandUses | CommandWithout>> = {
  ...CATALOG_COMMANDS,
  ...COMPACT_COMMANDS,
  'backfill export': {uses: ['export:make'], changes: true},
  'backfill inspect': {needsNothing: 'reads an export in a folder'},
  'backfill plan': {
    uses: ['exports:read', 'operations:read', 'runs:read', 'rows:read', 'catalog:read', 'athena:plan'],
    changes: false,
    unproven: {
      's3:GetObject on operations': QUARANTINE,
      's3:GetObject on rows': QUARANTINE,
      's3:GetObject on runs': STANDING,
    },
  },
  'backfill run': {uses: LOAD, changes: true, unproven: FIRST_LOAD},
  'backfill status': {uses: ['operations:read', 'runs:read'], changes: false},
  'backfill verify': {
    uses: ['exports:read', 'operations:read', 'runs:read', 'rows:read', 'generations:read', 'catalog:read', 'query'],
    changes: false,
    unproven: {'s3:ListBucket on rows': GONE, 's3:GetObject on generations': COMPACTION},
  },
  doctor: {uses: ['operations:read', 'locks:read', 'runs:read', 'environment:look'], changes: false},
  explain: {needsNothing: 'has its texts with it'},
  'ingest stream': {
    uses: [
      'runs:read',
      'rows:confirm',
      'rows:write',
      'catalog:read',
      'catalog:partitions',
      'catalog:create',
      'catalog:change',
    ],
    changes: true,
  },
  init: {needsNothing: 'writes the definition into a folder'},
  'kpi list': {needsNothing: DEFINITION},
  'kpi show': {uses: ['runs:read', 'catalog:read', 'query'], changes: false},
  'lake check': {needsNothing: DEFINITION},
  'lake iam': {needsNothing: DEFINITION},
  'lake sample': {needsNothing: 'writes an export into a folder'},
  'lake show': {needsNothing: DEFINITION},
  'ops cancel': {uses: TAKE_BACK, changes: true},
  'ops gc': {
    uses: [
      'operations:read',
      'operations:write',
      'locks:read',
      'locks:take',
      'rows:read',
      'rows:delete',
      'catalog:read',
      'compaction:collect',
      'athena:find',
    ],
    changes: true,
  },
  'ops list': {uses: ['operations:read'], changes: false},
  'ops resume': {
    uses: [...LOAD, 'partitions:restore', 'compaction:resume', 'merge:athena'],
    changes: true,
    unproven: {...FIRST_LOAD, 's3:GetObject on runs': STANDING},
  },
  'ops show': {uses: ['operations:read', 'locks:read'], changes: false},
  'ops undo': {uses: TAKE_BACK, changes: true},
  'ops unlock': {uses: ['locks:read', 'locks:release'], changes: true},
  query: {
    uses: ['catalog:read', 'catalog:partitions', 'catalog:names', 'runs:list', 'rows:list', 'query'],
    changes: false,
  },
  status: {
    uses: [
      'operations:read',
      'locks:read',
      'locks:list',
      'runs:read',
      'rows:list',
      'generations:read',
      'compacted:list',
      'catalog:read',
      'catalog:partitions',
      'query',
    ],
    changes: false,
    unproven: {'s3:GetObject on generations': COMPACTION},
  },
}

/** What a command needs, each permission once. One that any of its uses proves counts as proven. */
export function grantsOf(command: string): readonly Grant[] {
  const needs = COMMANDS[command]
  if (needs === undefined || 'needsNothing' in needs) return []
  const grants = new Map<string, Grant>()
  for (const grant of needs.uses.flatMap((use): readonly Grant[] => USES[use])) {
    const name = nameOf(grant)
    const reason = needs.unproven?.[name]
    const standing = grants.get(name)
    if (reason !== undefined) grants.set(name, {...grant, unproven: reason})
    else if (standing === undefined || grant.unproven === undefined) grants.set(name, grant)
  }
  return [...grants.values()]
}

/** `s3:GetObject on runs` */
export function nameOf({action, on: target}: Grant): string {
  return `${action} on ${target}`
}
