import {open} from 'node:fs/promises'
import type {OpenFile} from '../../parquet/int96.js'
import type {SourceFile} from '../../parquet/source-groups.js'

/** A source whose file lies on this machine. */
export async function openLocal({file}: Pick<SourceFile, 'file'>): Promise<OpenFile> {
  const handle = await open(file)
  const {size: byteLength} = await handle.stat()
  const slice = async (start: number, end = byteLength): Promise<ArrayBuffer> => {
    const bytes = new Uint8Array(end - start)
    await handle.read(bytes, 0, bytes.length, start)
    return bytes.buffer
  }
  return {buffer: {byteLength, slice}, close: () => handle.close()}
}
