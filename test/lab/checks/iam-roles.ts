import {createHash, createHmac} from 'node:crypto'

interface Statement {
  readonly Effect: string
  readonly Action: readonly string[]
  readonly Resource: string | readonly string[]
}

const TRUST = {Version: '2012-10-17', Statement: [{Effect: 'Allow', Principal: {AWS: '*'}, Action: 'sts:AssumeRole'}]}

/** Makes a role with one policy, without one where nothing is allowed, also while permissions are enforced: its requests are signed with the lab's keys. */
export async function createRole(name: string, statements: readonly Statement[]): Promise<void> {
  const document = JSON.stringify({Version: '2012-10-17', Statement: statements})
  await iam({Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument: JSON.stringify(TRUST)})
  if (statements.length === 0) return
  await iam({Action: 'PutRolePolicy', RoleName: name, PolicyName: 'own', PolicyDocument: document})
}

/** The project has no IAM client. */
async function iam(parameters: Record<string, string>): Promise<void> {
  const {AWS_ENDPOINT_URL = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = ''} = process.env
  const url = new URL(AWS_ENDPOINT_URL)
  const body = formText({Version: '2010-05-08', ...parameters})
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const type = 'application/x-www-form-urlencoded'
  const scope = `${time.slice(0, 8)}/us-east-1/iam/aws4_request`
  const names = 'content-type;host;x-amz-date'
  const canonical = [
    'POST',
    '/',
    '',
    `content-type:${type}`,
    `host:${url.host}`,
    `x-amz-date:${time}`,
    '',
    names,
    sha(body),
  ]
  const text = ['AWS4-HMAC-SHA256', time, scope, sha(canonical.join('\n'))].join('\n')
  const key = scope
    .split('/')
    .reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${AWS_SECRET_ACCESS_KEY}`)
  const signature = createHmac('sha256', key).update(text).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  const headers = {'content-type': type, 'x-amz-date': time, authorization}
  const response = await fetch(AWS_ENDPOINT_URL, {method: 'POST', headers, body})
  if (!response.ok) throw new Error(`IAM refuses ${parameters['Action']}: ${await response.text()}`)
}

/** Encoded as the lab encodes it again for the signature. */
function formText(parameters: Record<string, string>): string {
  const encoded = (text: string): string =>
    encodeURIComponent(text).replace(/[!*'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encoded(value).replaceAll('%20', '+')}`)
    .join('&')
}

function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
