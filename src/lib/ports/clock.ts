/** Time and identity of this run; tests replay a run with their own. */
export interface Clock {
  /** Wall time, for audit records and reports; never compared between machines. */
  now(): Date
  /** Milliseconds that never go back, for waiting and leases. */
  monotonicMs(): number
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Makes operation ids: ULIDs, identity only, never used for ordering. */
export interface Ids {
  next(): string
}

/** Which process on which machine: enough to know whether a lock's holder can still be alive. */
export interface ProcessIdentity {
  readonly host: string
  /** Changes with every boot; a process of another boot is gone. */
  readonly bootId: string
  readonly pid: number
  /** Tells a process from a later one with the same pid. */
  readonly startedAt: string
  readonly user: string
}

export interface Host {
  readonly identity: ProcessIdentity
  /** 'gone' only when it is certain: same host, and the boot or the process is over. */
  fateOf(identity: ProcessIdentity): 'alive' | 'gone' | 'unknown'
}
