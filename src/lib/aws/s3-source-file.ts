import type {FileHandle} from 'node:fs/promises'
import {open, readFile, stat} from 'node:fs/promises'
import {SluiceError} from '../errors.js'
import {errorName} from './aws-errors.js'
import {shown} from '../ports/object-keys.js'

/** A local file that is sent. */
export interface SourceFile {
  readonly file: string
  readonly sizeBytes: number
}

export function sizeOfFile(file: string): Promise<number> {
  return reading(file, async () => (await stat(file)).size)
}

export function bytesOfFile(file: string): Promise<Uint8Array> {
  return reading(file, () => readFile(file))
}

export function openFile(file: string): Promise<FileHandle> {
  return reading(file, () => open(file, 'r'))
}

/** So many bytes from `start`. Throws `STORE_UNAVAILABLE` when the file ends before. */
export async function partOfFile(
  handle: FileHandle,
  {file}: SourceFile,
  start: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const {bytesRead} = await reading(file, () => handle.read(bytes, filled, length - filled, start + filled))
    if (bytesRead === 0) throw unreadable(file, 'it became shorter while it was sent')
    filled += bytesRead
  }
  return bytes
}

async function reading<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw unreadable(file, errorName(error), error)
  }
}

function unreadable(file: string, why: string, cause?: unknown): SluiceError {
  return new SluiceError('STORE_UNAVAILABLE', `The file ${shown(file)} could not be read: ${why}.`, {
    fix: 'Let no other program change it, and run the same command again.',
    ...(cause === undefined ? {} : {cause}),
  })
}
