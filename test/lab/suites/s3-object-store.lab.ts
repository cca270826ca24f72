import {randomUUID} from 'node:crypto'
import {S3} from '@aws-sdk/client-s3'
import {clientConfiguration} from '../../../src/lib/aws/client-settings.js'
import {S3ObjectStore} from '../../../src/lib/aws/s3-object-store.js'
import type {ObjectStoreUnderTest} from '../../contract/ports/object-store.js'
import {objectStoreContract} from '../../contract/ports/object-store.js'
import {labSettings} from '../lab-settings.js'

const settings = labSettings()
const s3 = new S3({...clientConfiguration(settings, 's3'), forcePathStyle: true})
const LocationConstraint = 'eu-west-1'

/** A bucket of its own, half of the cases below a prefix. */
let count = 0
async function bucket(isVersioned: boolean): Promise<ObjectStoreUnderTest> {
  count += 1
  const Bucket = `contract-${randomUUID()}`
  await s3.createBucket({Bucket, CreateBucketConfiguration: {LocationConstraint}})
  if (isVersioned) await s3.putBucketVersioning({Bucket, VersioningConfiguration: {Status: 'Enabled'}})
  const uri = count % 2 === 0 ? `s3://${Bucket}` : `s3://${Bucket}/lakes/dev=1`
  return {store: new S3ObjectStore({settings, uri}), isVersioned, keysMayNest: true, close: async () => undefined}
}

objectStoreContract('S3ObjectStore', () => bucket(false))
objectStoreContract('versioned S3ObjectStore', () => bucket(true))
