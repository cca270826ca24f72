import {describeLock, type LockDescription} from './documents.js'
import {readLock} from './lock.js'
import {LOCKS_PREFIX, lockNameOf} from './state-layout.js'
import type {OperationPorts} from './types.js'

/** Every lock that stands now, with what is known of its holder. Throws for a lock that cannot be read. */
export async function listLocks(ports: Pick<OperationPorts, 'store' | 'host'>): Promise<LockDescription[]> {
  const locks: LockDescription[] = []
  for await (const {key} of ports.store.list(LOCKS_PREFIX)) {
    const name = lockNameOf(key)
    const standing = name === null ? null : await readLock(ports, name)
    if (standing !== null) locks.push(describeLock(standing, ports))
  }
  return locks
}
