import {hasCode, SluiceError} from '../errors.js'
import type {ProcessIdentity} from '../ports/clock.js'
import {readText} from '../ports/object-content.js'
import type {Etag} from '../ports/object-store.js'
import {parseDocument} from './json-lines.js'
import {lockKey} from './state-layout.js'
import type {LockName, OperationId, OperationPorts} from './types.js'

/** A lease with an unchanged etag for this long, on the watcher's own clock, has no holder any more. */
const STALE_AFTER_MS = 60_000
const WATCH_EVERY_MS = 5_000
const RENEW_EVERY_MS = 10_000

export interface LockDocument {
  readonly format: 1
  readonly operation: OperationId
  readonly kind: string
  readonly holder: ProcessIdentity
  readonly since: string
  /** Counts up while the holder lives, so that the etag changes. */
  readonly renewal: number
}

export interface StandingLock {
  readonly name: LockName
  readonly document: LockDocument
  readonly etag: Etag
}

type LockPorts = Pick<OperationPorts, 'store' | 'clock' | 'host' | 'report'>

/** The lock as it stands, or null. */
export async function readLock(ports: Pick<OperationPorts, 'store'>, name: LockName): Promise<StandingLock | null> {
  const key = lockKey(name)
  try {
    const head = await ports.store.head(key)
    if (head === null) return null
    return {name, document: parseDocument<LockDocument>(await readText(ports.store, key), key), etag: head.etag}
  } catch (error) {
    if (hasCode(error, 'OBJECT_NOT_FOUND')) return null
    throw error
  }
}

/** Leases on every lock of one operation. For politeness: safety is the journal and the conditional publish. */
export class Leases {
  private readonly held = new Map<LockName, {document: LockDocument; etag: Etag}>()
  private readonly stopRenewing = new AbortController()
  private readonly lost = new AbortController()
  private renewing: Promise<void> = Promise.resolve()

  private constructor(private readonly ports: LockPorts) {}

  /** Aborts with `LOCK_LOST` when a lease was taken from us. */
  get signal(): AbortSignal {
    return this.lost.signal
  }

  /** Takes the locks in order. Throws `LOCK_HELD`, with nothing kept, when one is in use. */
  static async take(
    names: readonly LockName[],
    operation: OperationId,
    kind: string,
    ports: LockPorts,
    signal: AbortSignal,
  ): Promise<Leases> {
    const leases = new Leases(ports)
    try {
      for (const name of names) await leases.takeOne(name, operation, kind, signal)
    } catch (error) {
      await leases.release()
      throw error
    }
    leases.renewing = leases.renew()
    return leases
  }

  /** Gives the locks back; one that was taken from us is left alone. */
  async release(): Promise<void> {
    this.stopRenewing.abort()
    // A renewal in flight changes the etag that the delete below must match.
    await this.renewing
    for (const [name, {etag}] of [...this.held].reverse()) {
      this.held.delete(name)
      await this.ports.store.delete(lockKey(name), {ifMatch: etag}).catch((error: unknown) => {
        if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
      })
    }
  }

  private async takeOne(name: LockName, operation: OperationId, kind: string, signal: AbortSignal): Promise<void> {
    const {store, clock, host} = this.ports
    const document: LockDocument = {
      format: 1,
      operation,
      kind,
      holder: host.identity,
      since: clock.now().toISOString(),
      renewal: 0,
    }
    for (;;) {
      const standing = await readLock(this.ports, name)
      if (standing !== null && !isOurs(standing.document, document)) await this.waitUntilGone(standing, signal)
      const condition = standing === null ? {ifAbsent: true} : {ifMatch: standing.etag}
      try {
        const {etag} = await store.write(lockKey(name), encode(document), condition)
        this.held.set(name, {document, etag})
        return
      } catch (error) {
        // Somebody was faster, or our own answer was lost: look again.
        if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
      }
    }
  }

  /** Returns when the holder is certainly or by every sign gone. */
  private async waitUntilGone(standing: StandingLock, signal: AbortSignal): Promise<void> {
    const {clock, host, report} = this.ports
    const fate = host.fateOf(standing.document.holder)
    if (fate === 'gone') return
    if (fate === 'alive') throw lockHeld(standing, 'Its process is running.', clock.now())
    report({
      kind: 'note',
      text: `${standing.name} is held from another host; watching its lease for ${STALE_AFTER_MS / 1000} s.`,
    })
    let watchedMs = 0
    while (watchedMs < STALE_AFTER_MS) {
      const startMs = clock.monotonicMs()
      await clock.sleep(WATCH_EVERY_MS, signal)
      // Where a clock leaps, or this process was stopped for a while, nobody watched for longer than it slept.
      watchedMs += Math.min(clock.monotonicMs() - startMs, WATCH_EVERY_MS)
      const now = await readLock(this.ports, standing.name)
      if (now === null) return
      if (now.etag !== standing.etag) throw lockHeld(now, 'Its lease is being renewed.', clock.now())
    }
  }

  /** Renews until released; gives up, and aborts the operation, once somebody else has a lock or nothing gets through. */
  private async renew(): Promise<void> {
    let renewedMs = this.ports.clock.monotonicMs()
    while (!this.stopRenewing.signal.aborted) {
      try {
        await this.ports.clock.sleep(RENEW_EVERY_MS, this.stopRenewing.signal)
        for (const name of this.held.keys()) await this.renewOne(name)
        renewedMs = this.ports.clock.monotonicMs()
      } catch (error) {
        if (this.stopRenewing.signal.aborted) return
        const isTaken = hasCode(error, 'LOCK_LOST')
        if (!isTaken && this.ports.clock.monotonicMs() - renewedMs < STALE_AFTER_MS) continue
        return this.lost.abort(isTaken ? error : lockLost(error))
      }
    }
  }

  private async renewOne(name: LockName): Promise<void> {
    const held = this.held.get(name)
    if (held === undefined) return
    const document = {...held.document, renewal: held.document.renewal + 1}
    try {
      const {etag} = await this.ports.store.write(lockKey(name), encode(document), {ifMatch: held.etag})
      this.held.set(name, {document, etag})
    } catch (error) {
      if (!hasCode(error, 'PRECONDITION_FAILED')) throw error
      // Our own renewal whose answer was lost looks like a conflict: the holder tells.
      const standing = await readLock(this.ports, name)
      if (standing === null || !isOurs(standing.document, document)) throw lockLost(error)
      this.held.set(name, {document: standing.document, etag: standing.etag})
    }
  }
}

function lockLost(cause: unknown): SluiceError {
  return new SluiceError(
    'LOCK_LOST',
    'Another process took the lock of this operation, or its lease could not be renewed.',
    {
      fix: 'sluice ops list',
      cause,
    },
  )
}

function isOurs(standing: LockDocument, ours: LockDocument): boolean {
  return standing.operation === ours.operation && JSON.stringify(standing.holder) === JSON.stringify(ours.holder)
}

function encode(document: LockDocument): Buffer {
  return Buffer.from(`${JSON.stringify(document)}\n`)
}

function lockHeld({name, document}: StandingLock, sign: string, now: Date): SluiceError {
  const {operation, kind, holder, since} = document
  const ageSeconds = Math.max(0, Math.round((now.getTime() - Date.parse(since)) / 1000))
  return new SluiceError(
    'LOCK_HELD',
    `${name} is in use by operation ${operation} (${kind}) of ${holder.user} on host ${holder.host}, process ${holder.pid}, for ${ageSeconds} s. ${sign}`,
    {fix: `sluice ops show ${operation}`, details: {lock: name, operation, kind, holder, since}},
  )
}
