import type {AthenaClient, EncryptionConfiguration, WorkGroup} from '@aws-sdk/client-athena'
import {SluiceError} from '../errors.js'
import {awsError, awsReason} from './aws-errors.js'

export interface ResultsRequest {
  readonly workgroup: string
  /** `s3://…/` of the results; null takes the workgroup's own place. */
  readonly results: string | null
}

/**
 * The place to ask for with each statement; null leaves it to the workgroup. Throws `PLACE_UNUSABLE` for a workgroup
 * that is not there, takes no statements, or puts results elsewhere whatever it is asked.
 */
export function usableResults(found: WorkGroup, {workgroup, results}: ResultsRequest): string | null {
  if (found.State === 'DISABLED') {
    throw unusable(`The workgroup ${workgroup} is disabled.`, 'Enable it, or name another in the definition.', {
      workgroup,
    })
  }
  const {Configuration: configuration} = found
  if (configuration?.ManagedQueryResultsConfiguration?.Enabled === true) return null
  const own = configuration?.ResultConfiguration?.OutputLocation
  if (configuration?.EnforceWorkGroupConfiguration === true) return enforced(workgroup, own, results)
  if (results === null && own === undefined) {
    throw unusable(
      `The workgroup ${workgroup} has no place for results.`,
      'Name one in the definition, or set the output location of the workgroup.',
      {workgroup},
    )
  }
  return results
}

function enforced(workgroup: string, own: string | undefined, results: string | null): null {
  if (results === null || withSlash(own ?? '') === withSlash(results)) return null
  throw unusable(
    `The workgroup ${workgroup} puts every result into ${own ?? 'a place of its own'}, not into ${results}.`,
    'Name that place in the definition, or let the workgroup follow its clients.',
    {workgroup, enforced: own ?? null, results},
  )
}

function withSlash(place: string): string {
  return place.endsWith('/') ? place : `${place}/`
}

/** Throws `PLACE_UNUSABLE` for one that is not there. */
export async function findWorkgroup(client: AthenaClient, workgroup: string): Promise<WorkGroup> {
  const {GetWorkGroupCommand} = await import('@aws-sdk/client-athena')
  try {
    const answer = await client.send(new GetWorkGroupCommand({WorkGroup: workgroup}))
    return answer.WorkGroup ?? {Name: workgroup}
  } catch (error) {
    if (isMissingWorkgroup(error)) throw missingWorkgroup(workgroup, error)
    throw awsError(error, {service: 'Athena', action: 'athena:GetWorkGroup'})
  }
}

/** How results are encrypted, as a definition would write it; null: not asked for. */
export function resultEncryption(found: EncryptionConfiguration | undefined): string | null {
  if (found?.EncryptionOption === undefined) return null
  if (found.EncryptionOption === 'SSE_S3') return 'sse-s3'
  return `${found.EncryptionOption === 'SSE_KMS' ? 'kms' : 'cse-kms'}:${found.KmsKey ?? ''}`
}

export function isMissingWorkgroup(error: unknown): boolean {
  return /work ?group .*(not found|does not exist)/i.test(awsReason(error))
}

export function missingWorkgroup(workgroup: string, cause: unknown): SluiceError {
  return unusable(
    `There is no workgroup ${workgroup} in this account and Region.`,
    'Create it, or name another in the definition.',
    {workgroup},
    cause,
  )
}

function unusable(
  message: string,
  fix: string,
  details: Readonly<Record<string, unknown>>,
  cause?: unknown,
): SluiceError {
  return new SluiceError('PLACE_UNUSABLE', message, {fix, details, cause})
}
