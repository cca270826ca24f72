import {AssumeRoleCommand, STSClient} from '@aws-sdk/client-sts'
import {createRole} from '../checks/iam-roles.js'
import {ownName} from '../checks/lab-clients.js'

/** Variables of a process that signs with keys of its own: by them the gateway tells it from all others. */
export interface OwnKeys {
  readonly accessKey: string
  readonly variables: Readonly<Record<string, string>>
}

/** Makes a role that may do everything. */
export async function makeRole(): Promise<string> {
  const role = ownName('fault')
  await createRole(role, [{Effect: 'Allow', Action: ['*'], Resource: '*'}])
  return role
}

export async function keysOf(role: string): Promise<OwnKeys> {
  const request = {RoleArn: `arn:aws:iam::123456789012:role/${role}`, RoleSessionName: 'fault'}
  const {Credentials: keys} = await new STSClient({}).send(new AssumeRoleCommand(request))
  const accessKey = keys?.AccessKeyId ?? ''
  return {
    accessKey,
    variables: {
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: keys?.SecretAccessKey ?? '',
      AWS_SESSION_TOKEN: keys?.SessionToken ?? '',
    },
  }
}
