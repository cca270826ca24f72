import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {DoctorResult} from '../../../src/lib/doctor/index.js'
import {definitionText} from '../../backfill/lake-folder.js'
import {runSluice} from '../../cli/run-cli.js'
import {ACCOUNT, makeAwsLake, type AwsLake} from '../aws-lake.js'
import {control} from '../checks/gateway-control.js'
import {redefineText} from '../faults/bad-lake.js'
import {keysOf, makeRole, type OwnKeys} from '../faults/fault-keys.js'
import type {Wire} from '../faults/wire-points.js'

const NO_KEYS = {AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '', AWS_PROFILE: ''}
const OWN = /(^| )sluice\/\d+\.\d+\.\d+/

describe('a role that is taken', () => {
  let lake: AwsLake
  let keys: OwnKeys
  let role: string

  beforeAll(async () => {
    lake = await makeAwsLake(definitionText().replace('default: local', 'default: aws'), 'items')
    role = await makeRole()
    keys = await keysOf(role)
  }, 60_000)

  afterAll(() => lake.remove())

  /** Everything that the doctor asks, of all services, as the wire has it. */
  async function askedBy(variables: Readonly<Record<string, string>>, ...flags: string[]): Promise<readonly Wire[]> {
    const all = (): Promise<readonly Wire[]> => control('GET', '/__wire') as Promise<readonly Wire[]>
    const since = (await all()).at(-1)?.sequence ?? 0
    const {stdout, stderr} = await runSluice(['doctor', '--json', ...flags], {cwd: lake.folder, variables})
    expect(stderr).toBe('')
    expect((JSON.parse(stdout) as DoctorResult).checks.length).toBeGreaterThan(5)
    return (await all()).filter(({sequence, userAgent}) => sequence > since && OWN.test(userAgent ?? ''))
  }

  /** One AssumeRole by the own keys; who calls and all else by the key of that role. */
  function expectTaken(entries: readonly Wire[]): void {
    const byOwn = entries.filter(({accessKey}) => accessKey === keys.accessKey)
    expect(byOwn.map(({operation}) => operation)).toEqual(['AssumeRole'])
    expect(entries.map(({operation}) => operation).slice(0, 2)).toEqual(['AssumeRole', 'GetCallerIdentity'])
    const rest = entries.filter((entry) => !byOwn.includes(entry))
    expect(new Set(rest.map(({accessKey}) => accessKey)).size).toBe(1)
    expect([...new Set(rest.map(({service}) => service))]).toEqual(expect.arrayContaining(['sts', 's3', 'glue']))
  }

  it('for the role of an environment, by keys in the variables', async () => {
    await redefineText(lake.folder, '    region: eu-west-1\n', `    region: eu-west-1\n    role: ${arnOf(role)}\n`)
    const entries = await askedBy(keys.variables)
    await redefineText(lake.folder, /^ +role: .*\n/m, '')
    expectTaken(entries)
    expect(await strangers(entries)).toEqual([])
  }, 120_000)

  it('for the role of a profile that names no Region', async () => {
    const {AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN} = keys.variables
    const [config, credentials] = [join(lake.folder, 'config'), join(lake.folder, 'credentials')]
    await writeFile(config, `[profile work]\nrole_arn = ${arnOf(role)}\nsource_profile = base\n`)
    await writeFile(
      credentials,
      `[base]\naws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\naws_session_token = ${AWS_SESSION_TOKEN}\n`,
    )
    const variables = {
      ...NO_KEYS,
      AWS_REGION: '',
      AWS_DEFAULT_REGION: '',
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
    }
    const entries = await askedBy(variables, '--profile', 'work')
    expectTaken(entries)
    expect(await strangers(entries)).toEqual([])
  }, 120_000)

  /** Requests with the keys of these, or about this lake, that do not say that they are of sluice. */
  async function strangers(entries: readonly Wire[]): Promise<readonly Wire[]> {
    const used = new Set(entries.map(({accessKey}) => accessKey))
    const [first] = entries
    const all = (await control('GET', `/__wire?since=${first!.sequence - 1}`)) as readonly Wire[]
    return all.filter(({accessKey, userAgent}) => used.has(accessKey) && !OWN.test(userAgent ?? ''))
  }
})

function arnOf(role: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${role}`
}
