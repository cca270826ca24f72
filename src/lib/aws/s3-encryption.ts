import {kmsKeyOf, type Encryption} from './client-settings.js'

/** How S3 is asked to encrypt what is sent to it; nothing where the bucket decides. */
export interface EncryptionHeaders {
  readonly ServerSideEncryption?: 'AES256' | 'aws:kms'
  readonly SSEKMSKeyId?: string
}

export function encryptionHeaders(encryption: Encryption): EncryptionHeaders {
  const key = kmsKeyOf(encryption)
  if (key !== null) return {ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key}
  return encryption === 'sse-s3' ? {ServerSideEncryption: 'AES256'} : {}
}
