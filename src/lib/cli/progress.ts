import type {Report, ReportEvent} from '../ports/report.js'
import {renderDone, renderProgress} from './progress-text.js'
import type {RunningPhase} from './progress-text.js'

/** What this host needs of a spinner. */
export interface Spinner {
  text: string
  readonly isSpinning: boolean
  start(text?: string): unknown
  stop(): unknown
}

export interface ProgressOptions {
  /** Writes to stderr. */
  readonly write: (text: string) => void
  /** Nothing at all: `--quiet` or `--json`. */
  readonly silent: boolean
  /** Loads a spinner on a real terminal; null where lines are printed instead. Late, because it costs 50 ms. */
  readonly loadSpinner: (() => Promise<Spinner>) | null
  readonly monotonicMs: () => number
}

/** Off a terminal, progress is one line in this time. */
const LINE_EVERY_MS = 1000

/** Turns what a use case reports into a live line, plain lines or nothing. */
export class ProgressHost {
  private phase: RunningPhase | undefined
  private spinner: Spinner | undefined
  private loading = false
  private closed = false
  private lastLineMs = Number.NEGATIVE_INFINITY

  constructor(private readonly options: ProgressOptions) {}

  /** The function that use cases get. */
  readonly report: Report = (event) => {
    if (this.options.silent || this.closed) return
    this.handle(event)
  }

  /** Clears the live line before anything else is written; the next event brings it back. */
  pause(): void {
    if (this.spinner?.isSpinning === true) this.spinner.stop()
  }

  /** Ends for good: nothing that is reported later is shown. */
  stop(): void {
    this.closed = true
    this.pause()
  }

  private handle(event: ReportEvent): void {
    switch (event.kind) {
      case 'phase':
        this.phase = {...event, done: 0, startedMs: this.options.monotonicMs()}
        this.lastLineMs = Number.NEGATIVE_INFINITY
        return this.show()
      case 'progress':
        if (this.phase !== undefined) this.phase = {...this.phase, done: event.done}
        return this.show()
      case 'done':
        this.phase = undefined
        return this.line(renderDone(event))
      case 'note':
        this.line(event.text)
        if (this.phase !== undefined && this.spinner !== undefined) this.show()
    }
  }

  private show(): void {
    if (this.phase === undefined) return
    const nowMs = this.options.monotonicMs()
    const text = renderProgress(this.phase, nowMs, this.options.loadSpinner !== null)
    if (this.options.loadSpinner !== null) return this.spin(text)
    if (nowMs - this.lastLineMs < LINE_EVERY_MS) return
    this.lastLineMs = nowMs
    this.options.write(`${text}\n`)
  }

  private spin(text: string): void {
    if (this.spinner === undefined) return this.load()
    this.spinner.text = text
    if (!this.spinner.isSpinning) this.spinner.start()
  }

  private load(): void {
    if (this.loading || this.options.loadSpinner === null) return
    this.loading = true
    void this.options.loadSpinner().then(
      (spinner) => {
        this.spinner = spinner
        // the phase, or the whole command, may be over by now
        if (!this.closed) this.show()
      },
      // a spinner that does not load is no reason to fail a backfill
      () => undefined,
    )
  }

  private line(text: string): void {
    this.pause()
    this.options.write(`${text}\n`)
  }
}
