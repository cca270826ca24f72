import {SluiceError} from '../errors.js'
import type {ObjectStore} from '../ports/object-store.js'

const SUMMARY = 'manifest-summary.json'

/**
 * The folders of finished exports under a prefix: of a bucket's copy, or of the `AWSDynamoDB` folder in it. Exports that
 * are not finished have no summary yet. Throws `EXPORT_NOT_FOUND`.
 */
export async function findChain(
  prefix: string,
  ports: {openSource(uri: string): Promise<ObjectStore>},
): Promise<string[]> {
  const root = prefix.replace(/\/+$/, '') || '/'
  const folders: string[] = []
  for await (const {key} of (await ports.openSource(root)).list('')) {
    if (key.endsWith(`/${SUMMARY}`)) folders.push(`${root === '/' ? '' : root}/${key.slice(0, -SUMMARY.length - 1)}`)
  }
  if (folders.length > 0) return folders
  throw new SluiceError('EXPORT_NOT_FOUND', `There is no finished export under ${prefix}.`, {
    fix: 'Name the prefix that DynamoDB exported to, e.g. ./AWSDynamoDB',
  })
}
