import {randomBytes} from 'node:crypto'
import {AthenaClient} from '@aws-sdk/client-athena'
import {DynamoDBClient} from '@aws-sdk/client-dynamodb'
import {GlueClient} from '@aws-sdk/client-glue'
import {S3Client} from '@aws-sdk/client-s3'

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

/** Unmodified clients: only the variables that the lab prints lead them to it. */
export const s3 = new S3Client({})
export const glue = new GlueClient({})
export const athena = new AthenaClient({})
export const dynamodb = new DynamoDBClient({})

/** A name of one's own: all checks share one lab. */
export const ownName = (prefix: string): string => `${prefix}-${randomBytes(5).toString('hex')}`

export const hasTrino = (process.env['SLUICE_LAB_LAYERS'] ?? '').split(',').includes('trino')
