import type {ObjectKey, ObjectStore, ReadOptions} from './object-store.js'

/** The whole object in memory; for small documents only. Throws `OBJECT_NOT_FOUND`. */
export async function readBytes(store: ObjectStore, key: ObjectKey, options?: ReadOptions): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of store.read(key, options)) parts.push(part)
  return Buffer.concat(parts)
}

/** The whole object as UTF-8 text; for small documents only. Throws `OBJECT_NOT_FOUND`. */
export async function readText(store: ObjectStore, key: ObjectKey): Promise<string> {
  return (await readBytes(store, key)).toString('utf8')
}
