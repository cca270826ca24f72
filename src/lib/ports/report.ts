/** What a use case tells while it works. The host turns it into a progress line, a log line or nothing. */
export type ReportEvent =
  /** A phase begins, e.g. `stage`, measured in `unit` (`items`, `files`); `total` where it is known. */
  | {readonly kind: 'phase'; readonly phase: string; readonly unit: string; readonly total: number | null}
  /** How far the running phase is, in its unit. */
  | {readonly kind: 'progress'; readonly done: number}
  /** The running phase ended; `text` is what it did, e.g. `1,000,000 items: 1,000,000 rows`. */
  | {readonly kind: 'done'; readonly phase: string; readonly text: string; readonly durationMs: number}
  /** Something worth a line. */
  | {readonly kind: 'note'; readonly text: string}

export type Report = (event: ReportEvent) => void
