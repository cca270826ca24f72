import {on} from './grants.js'
import type {CommandUses, Grant, Use} from './uses.js'

const SYNCED = 'only for a sync of partitions'
const DROPS = 'only with --drop-missing, and to take a sync back'

/** What commands about partitions and crawlers ask for, beside what others ask for too. */
export const CATALOG_USES = {
  'partitions:look': [{action: 'glue:BatchGetPartition', on: 'tables'}],
  'partitions:create': on('tables', ['glue:BatchCreatePartition', 'glue:CreateTable']),
  'partitions:drop': [
    {action: 'glue:BatchDeletePartition', on: 'tables', unproven: DROPS},
    {action: 'glue:DeleteTable', on: 'tables', unproven: DROPS},
  ],
  'partitions:restore': [
    {action: 'glue:BatchGetPartition', on: 'tables', unproven: SYNCED},
    {action: 'glue:BatchCreatePartition', on: 'tables', unproven: SYNCED},
    {action: 'glue:GetPartitions', on: 'tables', unproven: SYNCED},
    {action: 'glue:BatchDeletePartition', on: 'tables', unproven: SYNCED},
    {action: 'glue:DeleteTable', on: 'tables', unproven: SYNCED},
  ],
  'crawlers:look': [{action: 'glue:GetCrawler', on: 'crawlers'}],
  'crawlers:history': [{action: 'glue:ListCrawls', on: 'crawlers'}],
  'crawlers:start': [{action: 'glue:StartCrawler', on: 'crawlers'}],
  'crawlers:stop': [{action: 'glue:StopCrawler', on: 'crawlers'}],
} as const satisfies Record<string, readonly Grant[]>

const COMPARE: readonly Use[] = ['catalog:read', 'catalog:partitions', 'rows:list', 'compacted:list', 'sharers:look']

export const CATALOG_COMMANDS: Readonly<Record<string, CommandUses>> = {
  'crawler history': {uses: ['crawlers:look', 'crawlers:history'], changes: false},
  'crawler list': {uses: ['crawlers:look'], changes: false},
  'crawler start': {uses: ['crawlers:look', 'crawlers:history', 'crawlers:start'], changes: true},
  'crawler stop': {uses: ['crawlers:stop'], changes: true},
  'partitions diff': {uses: COMPARE, changes: false},
  'partitions list': {uses: COMPARE, changes: false},
  'partitions sync': {
    uses: [
      ...COMPARE,
      'operations:read',
      'operations:write',
      'locks:read',
      'locks:take',
      'partitions:look',
      'partitions:create',
      'partitions:drop',
    ],
    changes: true,
  },
}
