import {SluiceError} from '../errors.js'
import {describeLock, type LockDescription, type UnlockDocument} from './documents.js'
import {readLock} from './lock.js'
import type {LockName, OperationPorts} from './types.js'
import {removeLock} from './undo.js'

type UnlockPorts = Pick<OperationPorts, 'store' | 'host'>

/** Who holds a lock, or null. Throws `USAGE` for a name that is no lock's. */
export async function lockHolder(name: string, ports: UnlockPorts): Promise<LockDescription | null> {
  const lock = await readLock(ports, lockName(name))
  return lock === null ? null : describeLock(lock, ports)
}

/** Releases a lock as it was shown. Throws `LOCK_HELD` while its process runs, `PRECONDITION_FAILED` when it changed. */
export async function unlock(name: string, ports: UnlockPorts): Promise<UnlockDocument> {
  const lock = await readLock(ports, lockName(name))
  if (lock === null) return {lock: name, changed: false, held: null}
  const held = describeLock(lock, ports)
  if (held.fate === 'alive') {
    throw new SluiceError(
      'LOCK_HELD',
      `${name} is held by process ${held.holder.pid} on this host, which is running.`,
      {
        fix: `End it first, or wait: sluice ops show ${held.operation}`,
        details: {lock: name, operation: held.operation, pid: held.holder.pid},
      },
    )
  }
  await removeLock(lock, ports)
  return {lock: name, changed: true, held}
}

function lockName(name: string): LockName {
  if (/^(table|queue|crawler):[A-Za-z0-9._-]+$/.test(name)) return name as LockName
  throw new SluiceError('USAGE', `${name} is no lock.`, {
    fix: 'Locks look like table:claims; sluice ops show names those of an operation.',
  })
}
