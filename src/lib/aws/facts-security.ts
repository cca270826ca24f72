import type {DataCellsFilter} from '@aws-sdk/client-lakeformation'
import {SluiceError} from '../errors.js'
import type {AwsFacts} from '../ports/environment-facts.js'
import {errorName} from './aws-errors.js'
import {asking, type FactClients} from './facts-clients.js'
import {simulate} from './policy-simulation.js'

type SecurityFacts = Pick<AwsFacts, 'rotates' | 'accessKeyMadeAt' | 'governedPlaces' | 'dataFilters' | 'simulate'>

/** What KMS, IAM and Lake Formation tell. */
export function securityFacts(clients: FactClients): SecurityFacts {
  return {
    rotates: async (KeyId) => {
      const {GetKeyRotationStatusCommand} = await import('@aws-sdk/client-kms')
      const kms = await clients.kms()
      const ask = () => kms.send(new GetKeyRotationStatusCommand({KeyId}), clients.options)
      return (await asking('kms:GetKeyRotationStatus', ask)).KeyRotationEnabled === true
    },
    accessKeyMadeAt: async (UserName, accessKeyId) => {
      const {ListAccessKeysCommand} = await import('@aws-sdk/client-iam')
      const iam = await clients.iam()
      const ask = () => iam.send(new ListAccessKeysCommand({UserName}), clients.options)
      const {AccessKeyMetadata: keys = []} = await asking('iam:ListAccessKeys', ask)
      return keys.find(({AccessKeyId: id}) => id === accessKeyId)?.CreateDate ?? null
    },
    governedPlaces: async () => {
      const {ListResourcesCommand} = await import('@aws-sdk/client-lakeformation')
      const lakeFormation = await clients.lakeFormation()
      const ask = () => lakeFormation.send(new ListResourcesCommand({MaxResults: 1000}), clients.options)
      const {ResourceInfoList: places = []} = await asking('lakeformation:ListResources', ask)
      return places.flatMap(({ResourceArn: arn}) => (arn === undefined ? [] : [`s3://${arn.replace(/^.*:::/, '')}`]))
    },
    dataFilters: async (TableCatalogId, DatabaseName, Name) => {
      const {ListDataCellsFilterCommand} = await import('@aws-sdk/client-lakeformation')
      const lakeFormation = await clients.lakeFormation()
      const Table = {CatalogId: TableCatalogId, DatabaseName: DatabaseName.toLowerCase(), Name}
      const ask = () => lakeFormation.send(new ListDataCellsFilterCommand({Table, MaxResults: 100}), clients.options)
      const {DataCellsFilters: filters = []} = await asking('lakeformation:ListDataCellsFilter', ask)
      return filters.map(readFilter)
    },
    simulate: async (callerArn, permissions) => {
      if (callerArn.endsWith(':root')) return permissions.map(() => 'allowed')
      return simulate(await policySource(callerArn, clients), permissions, clients)
    },
  }
}

function readFilter({
  Name: name = '',
  RowFilter: rows,
  ColumnNames: columns = [],
  ColumnWildcard: rest,
}: DataCellsFilter) {
  return {
    name,
    hidesRows: rows !== undefined && rows.AllRowsWildcard === undefined,
    hidesColumns: columns.length > 0 || (rest?.ExcludedColumnNames ?? []).length > 0,
  }
}

/** The user or role whose policies are asked: a session's ARN names its role without the path. */
async function policySource(callerArn: string, clients: FactClients): Promise<string> {
  const [, partition, account, RoleName] = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(callerArn) ?? []
  if (RoleName === undefined) return callerArn
  try {
    const {GetRoleCommand} = await import('@aws-sdk/client-iam')
    const iam = await clients.iam()
    const ask = () => iam.send(new GetRoleCommand({RoleName}), clients.options)
    const {Role: role} = await asking('iam:GetRole', ask)
    if (role?.Arn !== undefined) return role.Arn
  } catch (error) {
    if (error instanceof SluiceError && !['AccessDenied', 'NoSuchEntityException'].includes(errorName(error.cause)))
      throw error
  }
  return `arn:${partition}:iam::${account}:role/${RoleName}`
}
