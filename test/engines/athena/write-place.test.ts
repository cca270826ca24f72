import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {AthenaStatements} from '../../../src/lib/aws/athena-statements.js'
import {AthenaWritePlace} from '../../../src/lib/aws/athena-write-place.js'
import {AthenaWrites} from '../../../src/lib/aws/athena-writes.js'
import type {AwsSettings} from '../../../src/lib/aws/client-settings.js'
import {AthenaProxy} from './athena-proxy.js'

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab'
const OTHER = KEY.replace('0f1e2d3c', 'ffffffff')

let proxy: AthenaProxy
let statements: AthenaStatements
let s3: Server
let configuration: object
let statistics: object
const before = {...process.env}

beforeEach(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = 'key'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret'
  configuration = {}
  statistics = {}
  const answers: Record<string, () => object> = {
    GetWorkGroup: () => ({WorkGroup: {Name: 'lake', State: 'ENABLED', Configuration: configuration}}),
    StartQueryExecution: () => ({QueryExecutionId: 'q-1'}),
    GetQueryExecution: () => ({
      QueryExecution: {QueryExecutionId: 'q-1', Status: {State: 'SUCCEEDED'}, Statistics: statistics},
    }),
  }
  proxy = await AthenaProxy.open(null, ({operation}) => ({body: answers[operation]!() as Record<string, unknown>}))
  // A bucket that somebody has emptied.
  s3 = createServer(({url}, response) => response.writeHead(/^\/results\/?$/.test(url ?? '') ? 200 : 404).end())
  await new Promise<void>((resolve) => s3.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  await statements.close()
  await proxy.close()
  s3.closeAllConnections()
  await new Promise((resolve) => s3.close(resolve))
  process.env = {...before}
})

function settingsOf(encryption: AwsSettings['encryption'] = 'bucket-default'): AwsSettings {
  const endpoints = {athena: proxy.url, s3: `http://127.0.0.1:${(s3.address() as AddressInfo).port}`}
  return {region: 'eu-west-1', profile: null, roleArn: null, endpoints, encryption, version: 'test'}
}

function open(settings: AwsSettings): AthenaStatements {
  statements = new AthenaStatements({settings, workgroup: 'lake', database: 'lake', results: 's3://results/'})
  return statements
}

function placeOf(encryption: AwsSettings['encryption']): AthenaWritePlace {
  const settings = settingsOf(encryption)
  return new AthenaWritePlace(open(settings), settings.encryption)
}

describe('a workgroup that rows are written by', () => {
  const enforced = (encryption?: object): object => ({
    EnforceWorkGroupConfiguration: true,
    ResultConfiguration: {
      OutputLocation: 's3://results/',
      ...(encryption === undefined ? {} : {EncryptionConfiguration: encryption}),
    },
  })

  it.each([
    ['follows its clients', {ResultConfiguration: {OutputLocation: 's3://results/'}}, 'sse-s3'],
    ['enforces its place, where the bucket encrypts', enforced({EncryptionOption: 'SSE_S3'}), 'bucket-default'],
    ['enforces encryption by S3', enforced({EncryptionOption: 'SSE_S3'}), 'sse-s3'],
    ['enforces the same key', enforced({EncryptionOption: 'SSE_KMS', KmsKey: KEY}), `kms:${KEY}`],
    ['names the same key by its id', enforced({EncryptionOption: 'SSE_KMS', KmsKey: KEY.split('/')[1]}), `kms:${KEY}`],
  ] as const)('is one that %s', async (_, found, encryption) => {
    configuration = found
    expect(await placeOf(encryption).fault()).toBeNull()
  })

  it.each([
    ['enforces no encryption', enforced(), 'sse-s3', 'as the bucket does, the environment says sse-s3'],
    ['enforces another', enforced({EncryptionOption: 'SSE_S3'}), `kms:${KEY}`, 'by sse-s3, the environment says kms:'],
    ['enforces another key', enforced({EncryptionOption: 'SSE_KMS', KmsKey: OTHER}), `kms:${KEY}`, `by kms:${OTHER}`],
    [
      'has its clients encrypt',
      enforced({EncryptionOption: 'CSE_KMS', KmsKey: KEY}),
      `kms:${KEY}`,
      `by cse-kms:${KEY}`,
    ],
    [
      'has Athena keep its results',
      {ManagedQueryResultsConfiguration: {Enabled: true}},
      'bucket-default',
      'nothing then names the objects',
    ],
  ] as const)('is none that %s', async (_, found, encryption, text) => {
    configuration = found
    const place = placeOf(encryption)
    expect((await place.fault())?.text).toContain(text)
    expect((await place.fault())?.text).toContain('The workgroup lake ')
    expect(proxy.countOf('GetWorkGroup')).toBe(1)
  })
})

describe('a statement that has written', () => {
  it.each([
    ['no manifest', {}],
    ['a manifest that is gone', {DataManifestLocation: 's3://results/athena/q-1-manifest.csv'}],
  ])('tells nothing of its objects by %s', async (_, found) => {
    statistics = found
    const settings = settingsOf()
    const write = await new AthenaWrites(open(settings), settings).write('INSERT INTO t SELECT 1', 'token')
    expect(write).toMatchObject({error: null, uris: null})
  })
})
