interface Statement {
  readonly Effect: string
  readonly Action: readonly string[]
  readonly Resource: string | readonly string[]
}

const TRUST = {Version: '2012-10-17', Statement: [{Effect: 'Allow', Principal: {AWS: '*'}, Action: 'sts:AssumeRole'}]}

/** Makes a role with one policy; call it before permissions are enforced, as its requests are not signed. */
export async function createRole(name: string, statements: readonly Statement[]): Promise<void> {
  const document = JSON.stringify({Version: '2012-10-17', Statement: statements})
  await iam({Action: 'CreateRole', RoleName: name, AssumeRolePolicyDocument: JSON.stringify(TRUST)})
  await iam({Action: 'PutRolePolicy', RoleName: name, PolicyName: 'own', PolicyDocument: document})
}

/** The project has no IAM client: a plain form, with the scope that routes it. */
async function iam(parameters: Record<string, string>): Promise<void> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=lab/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=none'
  const body = new URLSearchParams({Version: '2010-05-08', ...parameters})
  const response = await fetch(process.env['SLUICE_LAB_URL'] ?? '', {method: 'POST', headers: {authorization}, body})
  if (!response.ok) throw new Error(`IAM refuses ${parameters['Action']}: ${await response.text()}`)
}
