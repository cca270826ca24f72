import {randomUUID} from 'node:crypto'
import {S3, type StorageClass} from '@aws-sdk/client-s3'
import {clientConfiguration} from '../../../src/lib/aws/client-settings.js'
import {RoutedObjectStore} from '../../../src/lib/aws/routed-object-store.js'
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
  const prefix = count % 2 === 0 ? '' : 'lakes/dev=1/'
  return {
    store: new S3ObjectStore({settings, uri: `s3://${Bucket}/${prefix}`}),
    isVersioned,
    keysMayNest: true,
    writeInClass: async (key, name) => {
      await s3.putObject({Bucket, Key: `${prefix}${key}`, Body: 'x', StorageClass: name as StorageClass})
    },
    close: async () => undefined,
  }
}

/** One root over several buckets, divided where keys of the contract lie on both sides. */
async function routed(): Promise<ObjectStoreUnderTest> {
  const [whole, ...parts] = await Promise.all([bucket(false), bucket(false), bucket(false)])
  const routes = ['b/', 't/c/'].map((prefix, index) => ({prefix, store: parts[index]!.store}))
  return {...whole, store: new RoutedObjectStore({uri: 's3://lake', routes, rest: whole.store})}
}

objectStoreContract('S3ObjectStore', () => bucket(false))
objectStoreContract('versioned S3ObjectStore', () => bucket(true))
objectStoreContract('RoutedObjectStore over buckets', routed)
