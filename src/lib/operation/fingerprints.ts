import pMap from 'p-map'
import {SluiceError} from '../errors.js'
import type {Fingerprint, OperationPorts, Unit} from './types.js'

const HEADS_AT_ONCE = 8

type FingerprintPorts = Pick<OperationPorts, 'store' | 'openSource'>

/** Throws `PLAN_STALE` when something that the unit reads or replaces is not as it was planned. */
export async function checkFingerprints(unit: Unit<unknown>, ports: FingerprintPorts): Promise<void> {
  await pMap(unit.reads, (fingerprint) => checkOne(fingerprint, ports), {concurrency: HEADS_AT_ONCE})
}

/**
 * As `checkFingerprints`, once the operation has begun: what must be absent may be there now as the operation's own
 * publish, whose journal entry a crash took. The publish itself finds out.
 */
export async function checkStandingFingerprints(unit: Unit<unknown>, ports: FingerprintPorts): Promise<void> {
  const standing = unit.reads.filter(({etag}) => etag !== null)
  await pMap(standing, (fingerprint) => checkOne(fingerprint, ports), {concurrency: HEADS_AT_ONCE})
}

async function checkOne(fingerprint: Fingerprint, ports: FingerprintPorts): Promise<void> {
  const store = fingerprint.in === 'lake' ? ports.store : await ports.openSource(fingerprint.uri!)
  const etag = (await store.head(fingerprint.key))?.etag ?? null
  if (etag === fingerprint.etag) return
  const change = etag === null ? 'is gone' : fingerprint.etag === null ? 'has appeared' : 'has changed'
  throw new SluiceError('PLAN_STALE', `${fingerprint.key} ${change} since the plan was made.`, {
    fix: 'Make the plan again.',
    details: {key: fingerprint.key, planned: fingerprint.etag, found: etag},
  })
}
