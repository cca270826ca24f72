import {SluiceError} from '../errors.js'
import type {ObjectStore} from '../ports/object-store.js'

const SUMMARY = 'manifest-summary.json'
/** What an export writes before its summary, which comes last. */
const BEGINNINGS = ['_started', 'manifest-files.json', 'manifest-files.md5']

export interface FoundChain {
  /** Folders of finished exports. */
  readonly exports: readonly string[]
  /** Folders of exports without a summary: not finished, or not copied whole. */
  readonly unfinished: readonly string[]
}

/**
 * The exports under a prefix: of a bucket's copy, of the `AWSDynamoDB` folder in it, or of one export itself. Throws
 * `EXPORT_NOT_FOUND`, `USAGE`.
 */
export async function findChain(
  prefix: string,
  ports: {openSource(uri: string): Promise<ObjectStore>},
): Promise<FoundChain> {
  if (prefix.trim() === '')
    throw new SluiceError('USAGE', '--chain names no prefix.', {fix: 'e.g. --chain ./AWSDynamoDB'})
  const root = prefix.replace(/\/+$/, '') || '/'
  const finished = new Set<string>()
  const begun = new Set<string>()
  for await (const {key} of (await ports.openSource(root)).list('')) {
    const cut = key.lastIndexOf('/')
    const folder = cut === -1 ? '' : key.slice(0, cut)
    const name = key.slice(cut + 1)
    if (name === SUMMARY) finished.add(folder)
    else if (BEGINNINGS.includes(name)) begun.add(folder)
  }
  const uriOf = (folder: string): string => (folder === '' ? root : `${root === '/' ? '' : root}/${folder}`)
  if (finished.size === 0) {
    throw new SluiceError('EXPORT_NOT_FOUND', `There is no finished export under ${prefix}.`, {
      fix: 'Name the prefix that DynamoDB exported to, e.g. ./AWSDynamoDB',
    })
  }
  return {
    exports: [...finished].map(uriOf),
    unfinished: [...begun].filter((folder) => !finished.has(folder)).map(uriOf),
  }
}
