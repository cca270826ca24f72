import {AthenaClient, ListWorkGroupsCommand} from '@aws-sdk/client-athena'
import {DynamoDBClient, ListExportsCommand} from '@aws-sdk/client-dynamodb'
import {GetDatabasesCommand, GlueClient} from '@aws-sdk/client-glue'
import {CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {AssumeRoleCommand, GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {control} from './gateway-control.js'
import {createRole} from './iam-roles.js'
import {ownName, s3} from './lab-clients.js'

const Bucket = ownName('guarded')
const mayRead = ownName('may-read')
const mayNothing = ownName('may-nothing')

/** Clients that work as a role. */
async function clientsOf(role: string) {
  const request = {RoleArn: `arn:aws:iam::123456789012:role/${role}`, RoleSessionName: 'check'}
  const {Credentials} = await new STSClient({}).send(new AssumeRoleCommand(request))
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
  const config = {credentials, maxAttempts: 1}
  return {
    s3: new S3Client(config),
    glue: new GlueClient(config),
    athena: new AthenaClient(config),
    dynamodb: new DynamoDBClient(config),
  }
}

describe('IAM', () => {
  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({Bucket, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}}))
    await s3.send(new PutObjectCommand({Bucket, Key: 'a', Body: 'a'}))
    const allow = (Action: string[], Resource: string) => ({Effect: 'Allow', Action, Resource})
    await createRole(mayRead, [
      allow(['s3:GetObject'], `arn:aws:s3:::${Bucket}/*`),
      allow(['glue:GetDatabases', 'athena:ListWorkGroups', 'dynamodb:ListExports'], '*'),
    ])
    await createRole(mayNothing, [allow(['sts:GetCallerIdentity'], '*')])
    await control('POST', '/__iam', {enforce: true})
  })

  afterAll(() => control('POST', '/__iam', {enforce: false}))

  it('lets the lab itself do everything', async () => {
    await s3.send(new PutObjectCommand({Bucket, Key: 'b', Body: 'b'}))
    expect(await new STSClient({}).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/lab-administrator',
    })
  })

  it('lets a role do what its policy says, in all services', async () => {
    const clients = await clientsOf(mayRead)
    await clients.s3.send(new GetObjectCommand({Bucket, Key: 'a'}))
    await clients.glue.send(new GetDatabasesCommand({}))
    await clients.athena.send(new ListWorkGroupsCommand({}))
    await clients.dynamodb.send(new ListExportsCommand({}))
  })

  it('refuses the rest', async () => {
    const clients = await clientsOf(mayNothing)
    await expect(clients.s3.send(new GetObjectCommand({Bucket, Key: 'a'}))).rejects.toMatchObject({
      name: 'AccessDenied',
    })
    const refused = {name: 'AccessDeniedException', message: expect.stringContaining('not authorized to perform')}
    await expect(clients.glue.send(new GetDatabasesCommand({}))).rejects.toMatchObject(refused)
    await expect(clients.athena.send(new ListWorkGroupsCommand({}))).rejects.toMatchObject(refused)
    await expect(clients.dynamodb.send(new ListExportsCommand({}))).rejects.toMatchObject(refused)
  })
})
