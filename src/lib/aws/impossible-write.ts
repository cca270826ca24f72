import type {Encryption} from './client-settings.js'
import {encryptionHeaders} from './s3-encryption.js'

/**
 * A write that has no effect, and that policies see as they see every write of a lake: neither the condition nor the
 * digest can hold, and S3 writes nothing unless both do.
 */
export function impossibleWrite(encryption: Encryption) {
  return {
    ...encryptionHeaders(encryption),
    Body: 'x',
    IfMatch: '"00000000000000000000000000000000"',
    // MD5 of another content
    ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
}
