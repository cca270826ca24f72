import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {checkCaller, findCaller} from '../../src/lib/aws/caller.js'
import type {AwsSettings} from '../../src/lib/aws/client-settings.js'
import {S3ObjectStore} from '../../src/lib/aws/s3-object-store.js'
import {expectCode} from '../contract/ports/expectations.js'

interface Call {
  readonly action: string
  /** Of the role that is taken. */
  readonly role: string | null
  /** Key and Region of the signature; null where nothing is signed. */
  readonly signed: string | null
  readonly agent: string
}

const ROLE = 'arn:aws:iam::123456789012:role'
const OWN = 'sluice/9.9.9'

let folder: string
let server: Server
let calls: Call[]
/** What the STS of the test knows each role's keys as. */
const keyOf = (role: string): string => `KEY-${role.split('/').at(-1)}`

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-sign-in-'))
  calls = []
  server = createServer((request, response) => void respond(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  await rm(folder, {recursive: true})
})

function settingsOf(more: Partial<AwsSettings> = {}): AwsSettings {
  const {port} = server.address() as AddressInfo
  return {
    region: 'eu-west-1',
    profile: null,
    roleArn: null,
    endpoints: {all: `http://127.0.0.1:${port}`},
    encryption: 'bucket-default',
    version: '9.9.9',
    ...more,
  }
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const form = new URLSearchParams(Buffer.concat(chunks).toString())
  const action = form.get('Action') ?? `${request.method}`
  const role = form.get('RoleArn')
  const [, key, region] = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? []
  const signed = key === undefined ? null : `${key} ${region}`
  calls.push({action, role, signed, agent: String(request.headers['user-agent'])})
  response.writeHead(200, {'content-type': 'text/xml'})
  response.end(request.method === 'HEAD' ? undefined : answerTo(action, role ?? ''))
}

function answerTo(action: string, role: string): string {
  const result =
    action === 'GetCallerIdentity'
      ? '<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/x</Arn>'
      : `<Credentials><AccessKeyId>${keyOf(role)}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`
  const space = 'https://sts.amazonaws.com/doc/2011-06-15/'
  return `<${action}Response xmlns="${space}"><${action}Result>${result}</${action}Result></${action}Response>`
}

const KEYS = '[default]\naws_access_key_id = BASE\naws_secret_access_key = secret\n'

/** Profile `work`: keys that take a role, and no Region. */
async function writeRoleProfile(): Promise<void> {
  await writeFile(join(folder, 'credentials'), KEYS)
  await writeFile(join(folder, 'config'), `[profile work]\nrole_arn = ${ROLE}/work\nsource_profile = default\n`)
}

const asked = (): (string | null)[][] => calls.map(({action, role, signed}) => [action, role, signed])

describe('credentials are fetched as all else is asked', () => {
  it.each(['--profile', 'AWS_PROFILE'])('for the role of a profile without a Region, named by %s', async (way) => {
    await writeRoleProfile()
    const warn = vi.spyOn(console, 'warn')
    if (way === 'AWS_PROFILE') vi.stubEnv('AWS_PROFILE', 'work')
    await findCaller(settingsOf(way === 'AWS_PROFILE' ? {} : {profile: 'work'}))
    expect(asked()).toEqual([
      ['AssumeRole', `${ROLE}/work`, 'BASE eu-west-1'],
      ['GetCallerIdentity', null, 'KEY-work eu-west-1'],
    ])
    for (const {agent} of calls) expect(agent).toContain(OWN)
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it('for the role of the definition, which the role of a profile takes', async () => {
    await writeRoleProfile()
    await findCaller(settingsOf({profile: 'work', roleArn: `${ROLE}/lake`}))
    expect(asked()).toEqual([
      ['AssumeRole', `${ROLE}/work`, 'BASE eu-west-1'],
      ['AssumeRole', `${ROLE}/lake`, 'KEY-work eu-west-1'],
      ['GetCallerIdentity', null, 'KEY-lake eu-west-1'],
    ])
    for (const {agent} of calls) expect(agent).toContain(OWN)
  })

  it('for the role of a web identity', async () => {
    const token = join(folder, 'token')
    await writeFile(token, 'x.y.z')
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', token)
    vi.stubEnv('AWS_ROLE_ARN', `${ROLE}/pod`)
    await findCaller(settingsOf())
    expect(asked()).toEqual([
      ['AssumeRoleWithWebIdentity', `${ROLE}/pod`, null],
      ['GetCallerIdentity', null, 'KEY-pod eu-west-1'],
    ])
    for (const {agent} of calls) expect(agent).toContain(OWN)
  })
})

describe('a sign-in', () => {
  it('that runs out at work is no sign-in that is missing', async () => {
    const given = join(folder, 'given.json')
    const Expiration = new Date(Date.now() + 60_000).toISOString()
    const keys = {Version: 1, AccessKeyId: 'SHORT', SecretAccessKey: 's', SessionToken: 't', Expiration}
    await writeFile(given, JSON.stringify(keys))
    await writeFile(join(folder, 'config'), `[profile short]\ncredential_process = cat "${given}"\n`)
    const settings = settingsOf({profile: 'short'})
    const store = new S3ObjectStore({settings, uri: 's3://bucket/lake'})
    await checkCaller(settings, '123456789012', 'aws')
    expect(await store.head('a')).not.toBeNull()
    const before = calls.length
    await rm(given)
    const error = await expectCode(store.head('a'), 'AWS_TOKEN_EXPIRED')
    expect(error.message).toMatch(/^The credentials ran out during s3:GetObject: /)
    expect(error.exit).toBe(1)
    expect(calls).toHaveLength(before)
    await expectCode(findCaller(settings), 'AWS_SIGN_IN')
  })

  const LOGIN_SESSION = 'login_session = arn:aws:iam::123456789012:user/x'
  const SSO = 'sso_account_id = 123456789012\nsso_role_name = lake\nsso_region = eu-west-1'
  it.each([
    [`${SSO}\nsso_start_url = https://lab.invalid/start`, /: aws sso login --profile p$/],
    [`${LOGIN_SESSION}\nregion = eu-west-1`, /: aws login --profile p$/],
    [
      `role_arn = ${ROLE}/work\nsource_profile = default\nmfa_serial = arn:aws:iam::123456789012:mfa/x`,
      /with your MFA code \(aws sts get-session-token\)/,
    ],
    ['credential_process = false', /^Renew the keys of profile p /],
  ])('is asked for in the way of the profile: %s', async (profile, fix) => {
    vi.stubEnv('HOME', folder)
    await writeFile(join(folder, 'credentials'), KEYS)
    await writeFile(join(folder, 'config'), `[profile p]\n${profile}\n`)
    const error = await expectCode(findCaller(settingsOf({profile: 'p'})), 'AWS_SIGN_IN')
    expect(error.fix).toMatch(fix)
    expect(calls).toEqual([])
  })

  it('is missing where no profile was named', async () => {
    const error = await expectCode(findCaller(settingsOf()), 'AWS_SIGN_IN')
    expect(error.fix).toMatch(/^Name a profile that is signed in/)
  })
})

describe('a client', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'BASE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  })

  it('asks as much at a time as it is told to', async () => {
    const AT_A_TIME = 80
    const open: ServerResponse[] = []
    server.removeAllListeners('request')
    server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
      // none is answered before all have come
      if (open.push(response) === AT_A_TIME) for (const one of open) one.writeHead(200, {etag: '"e"'}).end()
    })
    const store = new S3ObjectStore({settings: settingsOf(), uri: 's3://bucket/lake'})
    const heads = await Promise.all(Array.from({length: AT_A_TIME}, (_, index) => store.head(`k${index}`)))
    expect(new Set(heads.map((head) => head?.etag))).toEqual(new Set(['e']))
    expect(open).toHaveLength(AT_A_TIME)
  })

  it('that no address of a host lets in says so', async () => {
    const {port} = server.address() as AddressInfo
    const settings = settingsOf({endpoints: {all: `http://localhost:${port}`}})
    await new Promise((done) => server.close(done))
    const error = await expectCode(findCaller(settings), 'AWS_UNAVAILABLE')
    expect(error.message).toMatch(/: (connect )?ECONNREFUSED/)
    expect(error.fix).toMatch(/^Check the network/)
    const store = new S3ObjectStore({settings, uri: 's3://bucket/lake'})
    expect((await expectCode(store.head('a'), 'STORE_UNAVAILABLE')).fix).toMatch(/^Check the network/)
  })
})
