import {describe, expect, it} from 'vitest'
import {exitOfDoctor, renderDoctor} from '../../src/lib/doctor/index.js'
import {SluiceError} from '../../src/lib/errors.js'
import type {CrawlerNow, EndedCrawl} from '../../src/lib/ports/crawlers.js'
import {awsDefinition, examine, glueTable, told, type Examined} from './healthy-aws.js'

const PROTECTED = '    protect: true\n'
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/lake'
const DAY_MS = 86_400_000

function denied(action: string): () => Promise<never> {
  return async () => {
    const options = {fix: `Allow ${action} in the caller's policy.`, details: {action}}
    throw new SluiceError('AWS_ACCESS_DENIED', `AWS refuses ${action}.`, options)
  }
}

function rule(other: object) {
  return {id: 'r', prefix: '', expires: false, expiresVersions: false, abortsUploads: true, movesTo: [], ...other}
}

function skew(ms: number) {
  return {serverTime: async () => ({server: new Date(10_000_000), local: new Date(10_000_000 + ms)})}
}

function workgroup(other: object): Examined['other'] {
  const healthy = {
    isEnabled: true,
    isEnforced: false,
    results: null,
    encryption: null,
    isManaged: false,
    cutoffBytes: 1,
    engine: null,
  }
  return {workgroup: async () => ({...healthy, ...other})}
}

/** Glue's `items` otherwise; its companions stay. */
function items(other: Parameters<typeof glueTable>[1] | null): Examined['other'] {
  return (definition) => ({
    table: async (_database, name) => {
      if (name === 'items') return other === null ? null : glueTable(definition, other)
      return glueTable(definition, /_current$|__quarantine$/.test(name) ? {kind: 'view'} : {})
    },
  })
}

/** A definition whose crawler is said to start then, over one that ended as told, with a schedule of its own. */
function crawled(said: string | null, other: Partial<CrawlerNow>): Examined {
  const crawlers = `crawlers: {items: {name: aws-items${said === null ? '' : `, schedule: "${said}"`}}}\n`
  const now: CrawlerNow = {name: 'aws-items', state: 'ready', elapsedMs: null, lastCrawl: null, schedule: null}
  return {text: awsDefinition('', '', crawlers), other: {crawler: async () => ({...now, ...other})}}
}

function ended(status: EndedCrawl['status'], message: string | null = null): Partial<CrawlerNow> {
  return {lastCrawl: {status, startedAt: new Date('2026-01-04T03:00:00Z'), message}}
}

/** What is broken, and what is told of it. */
const FOUND: readonly (readonly [title: string, broken: Examined, told: readonly (string | RegExp)[]])[] = [
  ['nothing', {}, []],
  [
    'the root user',
    {
      other: {
        caller: async () => ({account: '111122223333', arn: 'arn:aws:iam::111122223333:root', accessKeyId: 'ASIA'}),
      },
    },
    [/^warn account, 111122223333: .*root user/],
  ],
  ['a clock that is a minute off', {other: skew(-61_000)}, ['warn clock, eu-west-1: 61 s behind AWS']],
  ['a clock that is a quarter of an hour off', {other: skew(901_000)}, [/^fail clock, eu-west-1: 901 s ahead of AWS/]],
  ['a clock that is a minute off, not more', {other: skew(60_000)}, []],
  [
    'no bucket',
    {other: {bucketRegion: async (uri) => (uri.startsWith('s3://tables/') ? null : 'eu-west-1')}},
    [
      'fail bucket, s3://tables: There is no such bucket, for table items.',
      ...['versioning', 'encryption', 'lifecycle', 'public access', 'access log'].map(
        (name) => `skipped ${name}, s3://tables: the bucket is not there`,
      ),
    ],
  ],
  [
    'a bucket elsewhere',
    {other: {bucketRegion: async (uri) => (uri.startsWith('s3://state/') ? 'us-east-1' : 'eu-west-1')}},
    ['fail bucket, s3://state: It is in us-east-1, the environment in eu-west-1.'],
  ],
  [
    'versioning off',
    {other: {versioning: async (bucket) => (bucket === 'tables' ? 'off' : 'on')}},
    [/^warn versioning, s3:\/\/tables: off/],
  ],
  [
    'versioning off where it is required',
    {text: awsDefinition(PROTECTED), other: {versioning: async (bucket) => (bucket === 'tables' ? 'suspended' : 'on')}},
    [/^fail versioning, s3:\/\/tables: suspended/],
  ],
  [
    'no versions of results',
    {text: awsDefinition(PROTECTED), other: {versioning: async (bucket) => (bucket === 'results' ? 'off' : 'on')}},
    [],
  ],
  [
    'no encryption',
    {
      text: awsDefinition(PROTECTED),
      other: {encryption: async (bucket) => (bucket === 'state' ? null : {algorithm: 'AES256', key: null})},
    },
    ['fail encryption, s3://state: no encryption by default', 'skipped key rotation, s3://state: no key of KMS'].slice(
      0,
      1,
    ),
  ],
  [
    'no default encryption, where the definition has its own',
    {
      text: awsDefinition(`${PROTECTED}    encryption: kms:${KEY}\n`),
      other: {encryption: async () => null, rotates: async () => false},
    },
    [
      `warn key rotation, ${KEY}: ${KEY} is never rotated`,
      ...['state', 'tables', 'results'].map((bucket) => `skipped key rotation, s3://${bucket}: no key of KMS`),
    ],
  ],
  [
    'a rule that deletes rows',
    {other: {lifecycle: async (bucket) => [rule({prefix: bucket === 'state' ? 'other/' : '', expires: true})]}},
    ['fail lifecycle, s3://tables: rule r deletes objects of table items'],
  ],
  [
    'a rule that archives rows',
    {
      other: {
        lifecycle: async (bucket) => [
          rule({
            prefix: bucket === 'tables' ? 'items/year=2020/' : 'athena/',
            expires: bucket === 'results',
            movesTo: ['GLACIER'],
          }),
        ],
      },
    },
    [/^warn lifecycle, s3:\/\/tables: rule r moves objects of table items to GLACIER/],
  ],
  [
    'results that stay for ever',
    {other: {lifecycle: async () => [rule({})]}},
    [/^warn lifecycle, s3:\/\/results: results of queries are never deleted/],
  ],
  [
    'unfinished uploads that stay',
    {other: {lifecycle: async () => [rule({prefix: 'athena/', expires: true, abortsUploads: false})]}},
    [
      /^warn lifecycle, s3:\/\/state: parts/,
      /^warn lifecycle, s3:\/\/tables: parts/,
      /^warn lifecycle, s3:\/\/results: parts/,
    ],
  ],
  [
    'public access',
    {
      text: awsDefinition(PROTECTED),
      other: {openToPublic: async (bucket) => (bucket === 'tables' ? ['BlockPublicPolicy'] : [])},
    },
    [/^fail public access, s3:\/\/tables: .*\(BlockPublicPolicy\)/],
  ],
  [
    'no access log',
    {other: {accessLog: async (bucket) => (bucket === 'tables' ? null : 'logs/')}},
    [/^warn access log, s3:\/\/tables: nobody/],
  ],
  ['no database', {other: {database: async () => null}}, ['fail database, lakes: Glue has no such database.']],
  [
    'a linked database',
    {other: {database: async () => ({link: '999.theirs'})}},
    [/^fail database, lakes: It is a link to 999.theirs/],
  ],
  [
    'a view',
    {other: items({kind: 'view'})},
    [
      /^fail table, items: In Glue, items is a view\./,
      ...['columns', 'partition columns', 'location', 'companions', 'partitions'].map(
        (name) => `skipped ${name}, items: the table is of another kind`,
      ),
    ],
  ],
  [
    'another place',
    {other: items({location: 's3://tables/old/'})},
    ['fail location, items: s3://tables/items/ in the definition, s3://tables/old/ in Glue'],
  ],
  [
    'other partitions',
    {other: items({partitionColumns: [{name: 'month', type: 'string'}]})},
    ['fail partition columns, items: year string in the definition, month string in Glue'],
  ],
  [
    'partitions of another type',
    {other: items({partitionColumns: [{name: 'year', type: 'integer'}]})},
    ['fail partition columns, items: year string in the definition, year integer in Glue'],
  ],
  [
    'rows in no table',
    {other: items(null)},
    [
      /^fail table, items: Glue has no items, and objects stand in s3:\/\/tables\/items\//,
      ...['columns', 'partition columns', 'location', 'companions', 'partitions'].map(
        (name) => `skipped ${name}, items: Glue has no items`,
      ),
      'skipped Lake Formation filters, items: Glue has no such table',
    ],
  ],
  [
    'a view that is missing',
    {
      other: (definition) => ({
        table: async (_database, name) =>
          name === 'items_current' ? null : glueTable(definition, name === 'items__quarantine' ? {kind: 'view'} : {}),
      }),
    },
    ['fail companions, items: Glue has no items_current: queries do not find what they need'],
  ],
  [
    'an empty partition',
    {
      other: {
        hasObjects: async (place) => !place.includes('2026'),
        partitionSample: async () => ['s3://tables/items/year=2025/', 's3://tables/items/year=2026/'],
      },
    },
    ['warn partitions, items: no object in 1 of the 2 that were looked into, e.g. s3://tables/items/year=2026/'],
  ],
  [
    'rows in no partition',
    {other: {partitionSample: async () => []}},
    [/^fail partitions, items: objects stand in s3:\/\/tables\/items\/, and no partition/],
  ],
  [
    'no source',
    {other: {sourceTable: async () => null, recovery: async () => null}},
    [
      /^fail DynamoDB table, Items: There is no such table/,
      'skipped key, items: there is no such table',
      'skipped point-in-time recovery, Items: there is no such table',
    ],
  ],
  [
    'a source with another key',
    {other: {sourceTable: async () => ({arn: '', key: [{attribute: 'pk', tag: 'S'}]})}},
    [/^fail key, items: The key id does not read pk of DynamoDB's key pk \(S\): two items/],
  ],
  [
    'a source with a longer key',
    {
      other: {
        sourceTable: async () => ({
          arn: '',
          key: [
            {attribute: 'id', tag: 'S'},
            {attribute: 'sk', tag: 'S'},
          ],
        }),
      },
    },
    [/^fail key, items: .* does not read sk/],
  ],
  [
    'a longer key, and conditions',
    {
      text: awsDefinition('', '    when: [{from: sk, starts_with: META}]\n'),
      other: {
        sourceTable: async () => ({
          arn: '',
          key: [
            {attribute: 'id', tag: 'S'},
            {attribute: 'sk', tag: 'S'},
          ],
        }),
      },
    },
    [/^warn key, items: .* does not read sk/],
  ],
  [
    'a key of another type',
    {other: {sourceTable: async () => ({arn: '', key: [{attribute: 'id', tag: 'N'}]})}},
    ['fail key, items: id reads id as S, where DynamoDB has N.'],
  ],
  [
    'no recovery',
    {other: {recovery: async () => false}},
    ['fail point-in-time recovery, Items: It is off: DynamoDB makes no exports of this table.'],
  ],
  [
    'no workgroup',
    {other: {workgroup: async () => null}},
    [
      /^fail workgroup, lake: There is no such workgroup/,
      ...['place of results', 'encryption of results', 'bytes cut-off', 'engine'].map(
        (name) => `skipped ${name}, lake: there is no such workgroup`,
      ),
    ],
  ],
  ['a disabled workgroup', {other: workgroup({isEnabled: false})}, ['fail workgroup, lake: It is disabled.']],
  [
    'another enforced place',
    {other: workgroup({isEnforced: true, results: 's3://theirs/'})},
    [/^fail place of results, lake: The workgroup puts every result into s3:\/\/theirs\//],
  ],
  ['the same enforced place', {other: workgroup({isEnforced: true, results: 's3://results/athena/'})}, []],
  [
    'results that Athena keeps itself',
    {other: workgroup({isManaged: true})},
    [/^warn place of results, lake: Athena keeps the results itself: .* loads and merges by Athena are refused$/],
  ],
  [
    'another enforced encryption',
    {
      text: awsDefinition(`    encryption: kms:${KEY}\n`),
      other: workgroup({isEnforced: true, results: 's3://results/athena/', encryption: 'sse-s3'}),
    },
    [
      `fail encryption of results, lake: The workgroup enforces sse-s3, the environment says kms:${KEY}: loads and merges by Athena are refused.`,
    ],
  ],
  [
    'no enforced encryption, where the environment has one',
    {
      text: awsDefinition('    encryption: sse-s3\n'),
      other: workgroup({isEnforced: true, results: 's3://results/athena/'}),
    },
    [/^fail encryption of results, lake: The workgroup enforces no encryption of its own, the environment says sse-s3/],
  ],
  [
    'the same enforced key, named by its id',
    {
      text: awsDefinition(`    encryption: kms:${KEY}\n`),
      other: workgroup({isEnforced: true, results: 's3://results/athena/', encryption: 'kms:lake'}),
    },
    [],
  ],
  [
    'another encryption that is not enforced',
    {text: awsDefinition('    encryption: sse-s3\n'), other: workgroup({encryption: `kms:${KEY}`})},
    [],
  ],
  ['no cut-off', {other: workgroup({cutoffBytes: null})}, [/^warn bytes cut-off, lake: none/]],
  [
    'an old engine',
    {other: workgroup({engine: 'Athena engine version 2'})},
    [/^fail engine, lake: Athena engine version 2/],
  ],
  [
    'results among rows',
    {text: awsDefinition().replace('s3://results/athena', 's3://tables/items/results')},
    [/results of queries are never deleted/, /^fail results, .*would be read as rows of items/],
  ],
  [
    'no crawler in the definition',
    {text: awsDefinition('', '', '')},
    ['skipped crawler, cloud: the definition names no crawler'],
  ],
  [
    'no such crawler',
    {other: {crawler: async () => null}},
    [
      'fail crawler, items: Glue has no such crawler in this account and Region.',
      'skipped last crawl, items: there is no such crawler',
      'skipped schedule, items: there is no such crawler',
    ],
  ],
  ['a crawler that runs, after a crawl that ended well', crawled(null, {state: 'running', ...ended('succeeded')}), []],
  [
    'a crawl that failed',
    crawled(null, ended('failed', 'Access denied')),
    ['warn last crawl, aws-items: failed, began 2026-01-04T03:00:00.000Z: Access denied'],
  ],
  [
    'a crawl that was stopped',
    crawled(null, ended('cancelled')),
    ['warn last crawl, aws-items: cancelled, began 2026-01-04T03:00:00.000Z'],
  ],
  [
    'a crawler that never starts by itself, as it should',
    crawled('every 6 hours', {}),
    ['warn schedule, aws-items: every 6 hours in the definition, none in Glue'],
  ],
  [
    'another schedule',
    crawled('cron(0 3 * * ? *)', {schedule: 'cron(0 4 * * ? *)'}),
    ['warn schedule, aws-items: cron(0 3 * * ? *) in the definition, cron(0 4 * * ? *) in Glue'],
  ],
  ['the same schedule', crawled('cron(0 3 * * ? *)', {schedule: 'cron(0 3 * * ? *)'}), []],
  ['a schedule in words', crawled('every day at 03:00Z', {schedule: 'cron(0 3 * * ? *)'}), []],
  ['a schedule that the definition leaves open', crawled(null, {schedule: 'cron(0 3 * * ? *)'}), []],
  [
    'a key that is never rotated',
    {other: {encryption: async () => ({algorithm: 'aws:kms', key: 'arn:key'}), rotates: async () => false}},
    [
      'warn key rotation, s3://state: arn:key is never rotated',
      'warn key rotation, s3://tables: arn:key is never rotated',
      'warn key rotation, s3://results: arn:key is never rotated',
    ],
  ],
  [
    'places of Lake Formation',
    {other: {governedPlaces: async () => ['s3://tables']}},
    [/^warn Lake Formation places, .*: table items registered/],
  ],
]

function expectTold(found: readonly string[], wanted: readonly (string | RegExp)[]): void {
  const usual = wanted.some((one) => String(one).includes('key rotation'))
  const own = found.filter((line) => usual || !line.startsWith('skipped key rotation'))
  const matchers = wanted.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one)))
  expect(own).toEqual(matchers)
}

describe('an environment on AWS', () => {
  it.each(FOUND)('with %s', async (_title, broken, wanted) => {
    expectTold(told(await examine(broken)), wanted)
  })

  it('that is healthy exits 0', async () => {
    const result = await examine()
    expect([result.state, exitOfDoctor(result), result.counts.fail]).toEqual(['pass', 0, 0])
    expect(renderDoctor(result)).toMatch(/^testlake {3}healthy: \d+ checks passed +env cloud\n/)
  })
})

describe('columns that differ', () => {
  const columns = async (change: (name: string, type: string) => string | null, governed = false) =>
    told(
      await examine({
        other: (definition) => {
          const standing = glueTable(definition).columns.flatMap(({name, type}) => {
            const changed = change(name, type)
            return changed === null ? [] : [{name, type: changed}]
          })
          const other = items({columns: standing, isGoverned: governed})
          return typeof other === 'function' ? other(definition) : {}
        },
      }),
    ).filter((line) => !/key rotation|Lake Formation filters/.test(line))

  it('are named one by one, with both types', async () => {
    const types: Record<string, string> = {amount: 'double', created_at: 'string', _version: 'string'}
    expect(await columns((name, type) => types[name] ?? type)).toEqual([
      'fail columns, items.amount: decimal(18,2) in the definition, double in Glue',
      'fail columns, items.created_at: timestamp in the definition, string in Glue',
      'fail columns, items._version: bigint in the definition, string in Glue',
    ])
  })

  it('and are widened by the next load are warned of', async () => {
    expect(await columns((name, type) => (name === 'amount' ? 'decimal(10,2)' : type))).toEqual([
      'warn columns, items.amount: decimal(18,2) in the definition, decimal(10,2) in Glue; the next load widens it',
    ])
  })

  it('by their absence are warned of, and unknown where Lake Formation may hide them', async () => {
    const without = (name: string, type: string): string | null => (name === 'amount' ? null : type)
    expect(await columns(without)).toEqual([
      'warn columns, items.amount: decimal(18,2) in the definition, no such column in Glue; the next load adds it',
    ])
    expect(await columns(without, true)).toEqual([
      expect.stringMatching(/^unknown columns, items.amount: .*Lake Formation may hide it/),
    ])
  })
})

describe('a check that cannot look', () => {
  it('is unknown with its code, and hides no other one', async () => {
    const result = await examine({
      other: {
        versioning: denied('s3:GetBucketVersioning'),
        table: async () => {
          throw new TypeError('a bug')
        },
        workgroup: async () => null,
      },
    })
    const versioning = result.checks.filter(({name}) => name === 'versioning')
    expect(versioning).toHaveLength(3)
    expect(versioning[0]).toMatchObject({
      state: 'unknown',
      code: 'AWS_ACCESS_DENIED',
      fix: "Allow s3:GetBucketVersioning in the caller's policy.",
    })
    expect(result.checks.find(({name}) => name === 'columns')).toMatchObject({
      state: 'unknown',
      code: 'UNEXPECTED',
      text: 'a bug',
    })
    expect(result.checks.find(({name}) => name === 'workgroup')).toMatchObject({state: 'fail'})
    // something fails for certain: that is what the status says
    expect(exitOfDoctor(result)).toBe(3)
  })

  it('gives exit 4 where nothing fails', async () => {
    const result = await examine({other: {accessLog: denied('s3:GetBucketLogging')}})
    expect([result.state, exitOfDoctor(result)]).toEqual(['unknown', 4])
  })

  it('is not waited for, one by one and all together', async () => {
    const never = (): Promise<never> => new Promise(() => undefined)
    const result = await examine({other: {lifecycle: never}, limits: {checkMs: 1500, totalMs: 10_000}})
    expect(result.checks.filter(({state}) => state === 'unknown')).toMatchObject(
      ['state', 'tables', 'results'].map((bucket) => ({
        name: 'lifecycle',
        of: `s3://${bucket}`,
        code: 'AWS_UNAVAILABLE',
        text: 'No answer within 1.5 s.',
      })),
    )
    const short = await examine({
      other: {bucketRegion: never, versioning: never},
      limits: {checkMs: 5000, totalMs: 150},
    })
    expect(short.checks.some(({text}) => text === 'Not looked at: the 0.15 s for all checks were over.')).toBe(true)
    expect(short.counts.unknown).toBeGreaterThan(10)
  })

  it('lets Ctrl-C through', async () => {
    const stop = new AbortController()
    const interrupted = new SluiceError('INTERRUPTED', 'Stopped by Ctrl-C.')
    const run = examine({
      signal: stop.signal,
      other: {lifecycle: () => (stop.abort(interrupted), new Promise(() => undefined))},
    })
    await expect(run).rejects.toBe(interrupted)
  })
})

describe('keys and filters', () => {
  const longLived = {
    caller: async () => ({
      account: '111122223333',
      arn: 'arn:aws:iam::111122223333:user/ops/ann',
      accessKeyId: 'AKIAEXAMPLE',
    }),
  }

  it('a long-lived key is warned of, with its age where that may be asked', async () => {
    const unknownAge = await examine({other: {...longLived, accessKeyMadeAt: denied('iam:ListAccessKeys')}})
    expect(told(unknownAge).filter((line) => line.includes('access key'))).toEqual([
      'warn access key, 111122223333: a long-lived access key (…MPLE) of arn:aws:iam::111122223333:user/ops/ann, of unknown age',
    ])
    const users: string[] = []
    const accessKeyMadeAt = async (user: string) => (users.push(user), new Date(Date.now() - 100.5 * DAY_MS))
    expect(told(await examine({other: {...longLived, accessKeyMadeAt}})).join()).toContain('100 days old: over 90 days')
    expect(users).toEqual(['ann'])
  })

  it('tables that a filter may cut are marked', async () => {
    const governed = items({isGoverned: true})
    const look = (dataFilters: Examined['other'] & object) =>
      examine({
        other: (definition) => ({...(governed as (d: typeof definition) => object)(definition), ...dataFilters}),
      })
    const filtered = await look({dataFilters: async () => [{name: 'no-names', hidesColumns: true, hidesRows: true}]})
    expect(filtered.mayBeCut).toEqual(['items'])
    expect(told(filtered).join()).toContain('no-names (columns and rows). Results of items may not be the whole')
    expect(renderDoctor(filtered)).toContain('what is read\nmay not be the whole')
    const unfiltered = await look({dataFilters: async () => []})
    expect([unfiltered.mayBeCut, unfiltered.state]).toEqual([['items'], 'unknown'])
    expect((await examine()).mayBeCut).toEqual([])
  })
})
