import {setTimeout as wait} from 'node:timers/promises'
import {AssumeRoleCommand, STSClient} from '@aws-sdk/client-sts'
import {createRole} from '../checks/iam-roles.js'
import {ownName} from '../checks/lab-clients.js'

/** Variables of a process that signs with keys of its own: by them the gateway tells it from all others. */
export interface OwnKeys {
  readonly accessKey: string
  readonly variables: Readonly<Record<string, string>>
}

const PATIENCE = 60

/** Makes a role that may do everything; a suite that checks permissions may be in the way for a moment. */
export async function makeRole(): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const role = ownName('fault')
    try {
      await createRole(role, [{Effect: 'Allow', Action: ['*'], Resource: '*'}])
      return role
    } catch (error) {
      if (attempt === PATIENCE) throw error
      await wait(1000)
    }
  }
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
