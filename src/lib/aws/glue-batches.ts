import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  type PartitionError,
  type PartitionInput,
} from '@aws-sdk/client-glue'
import pMap from 'p-map'
import type {PartitionOutcome} from '../ports/catalog.js'
import {attemptsOf, awsReason} from './aws-errors.js'
import {isGlueError, type GlueApi} from './glue-api.js'
import {batchesOf, findPartitions, identityOf} from './glue-pages.js'
import {isWrittenBy} from './glue-partition.js'

/** Glue's limits of one call. */
const CREATE_BATCH = 100
const DELETE_BATCH = 25

const PARALLEL_CALLS = 4

/** By `identityOf` the values. */
export type Outcomes = ReadonlyMap<string, PartitionOutcome>

/** Creates partitions of different values that carry this mark. */
export async function createAll(
  api: GlueApi,
  table: string,
  inputs: readonly PartitionInput[],
  mark: string,
): Promise<Outcomes> {
  const create = (batch: readonly PartitionInput[]) => createBatch(api, table, batch, mark)
  return inBatches(inputs, CREATE_BATCH, (input) => input.Values ?? [], create)
}

/** Deletes partitions of different values. */
export async function deleteAll(
  api: GlueApi,
  table: string,
  values: readonly (readonly string[])[],
): Promise<Outcomes> {
  const remove = (batch: readonly (readonly string[])[]) => deleteBatch(api, table, batch)
  return inBatches(values, DELETE_BATCH, (item) => item, remove)
}

async function createBatch(
  api: GlueApi,
  table: string,
  batch: readonly PartitionInput[],
  mark: string,
): Promise<PartitionOutcome[]> {
  const command = new BatchCreatePartitionCommand({
    DatabaseName: api.database,
    TableName: table,
    PartitionInputList: [...batch],
  })
  const answer = await api.call('BatchCreatePartition', (client) => client.send(command))
  const faults = faultsOf(answer.Errors)
  const standing = [...faults.values()].filter(isExisting).map(({PartitionValues = []}) => PartitionValues)
  // a call whose answer was lost and that the SDK sent again meets what it created itself
  const isOwn = attemptsOf(answer) > 1 && standing.length > 0
  const found = isOwn ? await findPartitions(api, table, standing) : []
  const ours = new Set(found.filter((one) => isWrittenBy(mark, one)).map(({Values = []}) => identityOf(Values)))
  return batch.map(({Values: values = []}): PartitionOutcome => {
    const fault = faults.get(identityOf(values))
    if (fault === undefined || ours.has(identityOf(values))) return {values, state: 'created'}
    return isExisting(fault) ? {values, state: 'exists'} : {values, state: 'failed', reason: reasonOf(fault)}
  })
}

async function deleteBatch(
  api: GlueApi,
  table: string,
  batch: readonly (readonly string[])[],
): Promise<PartitionOutcome[]> {
  const command = new BatchDeletePartitionCommand({
    DatabaseName: api.database,
    TableName: table,
    PartitionsToDelete: batch.map((values) => ({Values: [...values]})),
  })
  const answer = await api.call('BatchDeletePartition', (client) => client.send(command))
  const faults = faultsOf(answer.Errors)
  return batch.map((values): PartitionOutcome => {
    const fault = faults.get(identityOf(values))
    if (fault === undefined) return {values, state: 'deleted'}
    const isAbsent = fault.ErrorDetail?.ErrorCode === 'EntityNotFoundException'
    return isAbsent ? {values, state: 'absent'} : {values, state: 'failed', reason: reasonOf(fault)}
  })
}

/** Outcomes of all batches, four calls at a time. */
async function inBatches<Item>(
  items: readonly Item[],
  size: number,
  valuesOf: (item: Item) => readonly string[],
  run: (batch: readonly Item[]) => Promise<PartitionOutcome[]>,
): Promise<Outcomes> {
  const outcomes = await pMap(batchesOf(items, size), (batch) => halved(batch, valuesOf, run), {
    concurrency: PARALLEL_CALLS,
  })
  return new Map(outcomes.flat().map((outcome) => [identityOf(outcome.values), outcome]))
}

/** Glue refuses a whole batch for one item that it cannot take: the others are asked for without it. */
async function halved<Item>(
  batch: readonly Item[],
  valuesOf: (item: Item) => readonly string[],
  run: (batch: readonly Item[]) => Promise<PartitionOutcome[]>,
): Promise<PartitionOutcome[]> {
  try {
    return await run(batch)
  } catch (error) {
    if (!isGlueError(error, 'InvalidInputException', 'ValidationException')) throw error
    const [only] = batch
    if (batch.length === 1) return [{values: valuesOf(only!), state: 'failed', reason: awsReason(error.cause)}]
    const middle = Math.ceil(batch.length / 2)
    const left = await halved(batch.slice(0, middle), valuesOf, run)
    return [...left, ...(await halved(batch.slice(middle), valuesOf, run))]
  }
}

function faultsOf(errors: readonly PartitionError[] = []): Map<string, PartitionError> {
  return new Map(errors.map((error) => [identityOf(error.PartitionValues ?? []), error]))
}

function isExisting({ErrorDetail}: PartitionError): boolean {
  return ErrorDetail?.ErrorCode === 'AlreadyExistsException'
}

function reasonOf({ErrorDetail}: PartitionError): string {
  const {ErrorCode = 'no reason given', ErrorMessage} = ErrorDetail ?? {}
  return awsReason(ErrorMessage === undefined ? ErrorCode : `${ErrorCode}: ${ErrorMessage}`)
}
