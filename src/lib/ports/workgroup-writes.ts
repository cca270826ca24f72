import type {Encryption} from '../lake/types.js'
import type {WorkgroupFact} from './environment-facts.js'

/**
 * Whether a workgroup encrypts what its statements write otherwise than the environment says. Athena encrypts the rows
 * of an INSERT as its results, and where the workgroup enforces its settings nobody is asked how.
 */
export function encryptsOtherwise(
  {isEnforced, encryption}: Pick<WorkgroupFact, 'isEnforced' | 'encryption'>,
  wanted: Encryption,
): boolean {
  if (!isEnforced || wanted === 'bucket-default' || encryption === wanted) return false
  // A workgroup may name a key by its id alone.
  const [, id] = /^kms:([0-9a-z-]+)$/i.exec(encryption ?? '') ?? []
  return id === undefined || !wanted.endsWith(`:key/${id}`)
}
