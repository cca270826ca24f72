import {expect} from 'vitest'
import type {ErrorCode} from '../../../src/lib/errors.js'
import {SluiceError} from '../../../src/lib/errors.js'

/** Expects the promise to reject with a SluiceError of this code; gives it back for more questions. */
export async function expectCode(promise: Promise<unknown>, code: ErrorCode): Promise<SluiceError> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SluiceError)) throw new Error(`expected ${code}`, {cause: error})
  expect(error.code).toBe(code)
  expect(error.message).not.toMatch(/[\p{Cc}]/u)
  return error
}

/** Everything a stream gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
