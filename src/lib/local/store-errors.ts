import {SluiceError} from '../errors.js'
import {keyInvalid, shown} from '../ports/object-keys.js'

/** What a call was doing when the file system refused. */
export interface FailedCall {
  readonly root: string
  readonly key: string
  readonly isChange: boolean
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR'])
const FULL = new Set(['ENOSPC', 'EDQUOT'])
const FORBIDDEN = new Set(['EROFS', 'EACCES', 'EPERM'])
const KEY_FAULTS: Readonly<Record<string, string>> = {
  ENAMETOOLONG: 'its path is too long for this file system',
  EILSEQ: 'this file system cannot write its name',
  ELOOP: 'a symbolic link is in its path',
  ENOTDIR: 'one of its folders is an object itself',
  EISDIR: 'it is the folder of other objects',
}

/** The code of a file-system error, or undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** True when the file system said that there is no such file. */
export function isAbsence(error: unknown): boolean {
  return ABSENT.has(errnoOf(error) ?? '')
}

/** What `action` gives, or null when the file it needs is not there. */
export async function nullWhenAbsent<T>(action: () => Promise<T>): Promise<T | null> {
  try {
    return await action()
  } catch (error) {
    if (isAbsence(error)) return null
    throw error
  }
}

/** Runs one call of the store; what the file system throws leaves as a SluiceError. */
export async function atEdge<T>(call: FailedCall, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw storeError(error, call)
  }
}

/** The SluiceError for whatever a file-system call threw; a SluiceError stays as it is. */
export function storeError(error: unknown, call: FailedCall): SluiceError {
  if (error instanceof SluiceError) return error
  const errno = errnoOf(error) ?? ''
  const fault = KEY_FAULTS[errno]
  if (fault !== undefined) return keyInvalid(call.key, fault, error)
  if (FULL.has(errno)) return diskFull(call, error)
  if (FORBIDDEN.has(errno) && call.isChange) return readOnly(call, error)
  return unavailable(call, errno, error)
}

/** The error for a change of a store that may not be changed. */
export function readOnly(call: Pick<FailedCall, 'root'>, cause?: unknown): SluiceError {
  return new SluiceError('STORE_READ_ONLY', `The folder ${shown(call.root)} may not be changed.`, {
    fix: 'Give this user write permission on the folder and its content, or choose another folder.',
    ...(cause === undefined ? {} : {cause}),
  })
}

function diskFull(call: FailedCall, cause: unknown): SluiceError {
  return new SluiceError('DISK_FULL', `No space is left for ${shown(call.key)} in the folder ${shown(call.root)}.`, {
    fix: 'Free space on that disk, or raise the quota, and run the command again.',
    cause,
  })
}

function unavailable(call: FailedCall, errno: string, cause: unknown): SluiceError {
  const why = errno === '' ? 'an unexpected error' : errno
  const deed = call.isChange ? 'changed' : 'read'
  const message = `The object ${shown(call.key)} in the folder ${shown(call.root)} could not be ${deed}: ${why}.`
  return new SluiceError('STORE_UNAVAILABLE', message, {fix: 'Check that the folder is there and can be used.', cause})
}

/** The error for a condition that does not hold. */
export function preconditionFailed(key: string): SluiceError {
  return new SluiceError('PRECONDITION_FAILED', `The object ${shown(key)} was changed in the meantime.`)
}
