import type {AwsFacts} from '../ports/environment-facts.js'
import {isMissingWorkgroup, resultEncryption} from './athena-workgroup.js'
import {errorName} from './aws-errors.js'
import {asking, type FactClients} from './facts-clients.js'

type ServiceFacts = Pick<AwsFacts, 'caller' | 'serverTime' | 'sourceTable' | 'recovery' | 'workgroup'>

const NO_TABLE = ['ResourceNotFoundException', 'TableNotFoundException']

/** What STS, DynamoDB and Athena tell. */
export function serviceFacts(clients: FactClients): ServiceFacts {
  const {options} = clients
  return {
    caller: async () => {
      const {GetCallerIdentityCommand} = await import('@aws-sdk/client-sts')
      const sts = await clients.sts()
      return asking('sts:GetCallerIdentity', async () => {
        const {Account: account = '', Arn: arn = ''} = await sts.send(new GetCallerIdentityCommand({}), options)
        const {accessKeyId} = await sts.config.credentials()
        return {account, arn, accessKeyId}
      })
    },
    serverTime: () => asking('sts:GetCallerIdentity', () => serverTime(clients)),
    sourceTable: async (name) => {
      const {DescribeTableCommand} = await import('@aws-sdk/client-dynamodb')
      const dynamodb = await clients.dynamodb()
      const answer = await orNull('dynamodb:DescribeTable', () =>
        dynamodb.send(new DescribeTableCommand({TableName: name}), options),
      )
      const table = answer?.Table
      if (table === undefined) return null
      const tags = new Map(table.AttributeDefinitions?.map((one) => [one.AttributeName, one.AttributeType]))
      const key = (table.KeySchema ?? []).map(({AttributeName: attribute = ''}) => ({
        attribute,
        tag: tags.get(attribute) ?? 'S',
      }))
      return {arn: table.TableArn ?? '', key}
    },
    recovery: async (name) => {
      const {DescribeContinuousBackupsCommand} = await import('@aws-sdk/client-dynamodb')
      const dynamodb = await clients.dynamodb()
      const answer = await orNull('dynamodb:DescribeContinuousBackups', () =>
        dynamodb.send(new DescribeContinuousBackupsCommand({TableName: name}), options),
      )
      if (answer === null) return null
      const recovery = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription
      return recovery?.PointInTimeRecoveryStatus === 'ENABLED'
    },
    workgroup: async (name) => {
      const {GetWorkGroupCommand} = await import('@aws-sdk/client-athena')
      const athena = await clients.athena()
      const answer = await asking('athena:GetWorkGroup', async () => {
        try {
          return await athena.send(new GetWorkGroupCommand({WorkGroup: name}), options)
        } catch (error) {
          if (isMissingWorkgroup(error)) return null
          throw error
        }
      })
      if (answer === null) return null
      const {State: state, Configuration: own} = answer.WorkGroup ?? {}
      return {
        isEnabled: state !== 'DISABLED',
        isEnforced: own?.EnforceWorkGroupConfiguration === true,
        results: own?.ResultConfiguration?.OutputLocation ?? null,
        encryption: resultEncryption(own?.ResultConfiguration?.EncryptionConfiguration),
        isManaged: own?.ManagedQueryResultsConfiguration?.Enabled === true,
        cutoffBytes: own?.BytesScannedCutoffPerQuery ?? null,
        engine: own?.EngineVersion?.EffectiveEngineVersion ?? null,
      }
    },
  }
}

/** The Date of an answer, also of one that refuses: a clock that is far off is refused for its signature. */
async function serverTime(clients: FactClients): Promise<{server: Date; local: Date}> {
  const {STSClient, GetCallerIdentityCommand} = await import('@aws-sdk/client-sts')
  // a client of its own: the SDK corrects the clock of one that was refused
  const sts = new STSClient({...clients.configuration('sts'), maxAttempts: 1})
  let date: string | undefined
  sts.middlewareStack.add(
    (next) => async (request) => {
      try {
        const answer = await next(request)
        date = dateOf(answer.response)
        return answer
      } catch (error) {
        date = dateOf((error as {readonly $response?: unknown}).$response)
        throw error
      }
    },
    {step: 'deserialize', priority: 'high'},
  )
  const before = Date.now()
  try {
    await sts.send(new GetCallerIdentityCommand({}), clients.options)
  } catch (error) {
    if (date === undefined) throw error
  } finally {
    sts.destroy()
  }
  if (date === undefined) throw new Error('The answer has no Date')
  // the header has whole seconds: on the average half a second is cut
  return {server: new Date(Date.parse(date) + 500), local: new Date((before + Date.now()) / 2)}
}

function dateOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined
  return (response.headers as Readonly<Record<string, string>>)['date']
}

async function orNull<Answer>(action: string, call: () => Promise<Answer>): Promise<Answer | null> {
  return asking(action, async () => {
    try {
      return await call()
    } catch (error) {
      if (NO_TABLE.includes(errorName(error))) return null
      throw error
    }
  })
}
