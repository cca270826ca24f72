import type {ReportEvent} from '../ports/report.js'
import {countText, rateText} from './output/count.js'
import {aboutText, durationText} from './output/duration.js'
import {printable} from './output/text.js'

export interface RunningPhase {
  readonly phase: string
  readonly unit: string
  readonly total: number | null
  readonly done: number
  readonly startedMs: number
}

const BAR_COLUMNS = 24
const LABEL_COLUMNS = 10
const LINE_COLUMNS = 74
/** Before this, a rate is noise. */
const RATE_AFTER_MS = 500

/** Phases are reported by their verb and read as what has been done. */
const DONE_WORDS: Readonly<Record<string, string>> = {
  read: 'read',
  plan: 'planned',
  stage: 'staged',
  prove: 'proven',
  compare: 'compared',
  publish: 'published',
  admit: 'admitted',
  retract: 'retracted',
  delete: 'deleted',
  verify: 'verified',
  write: 'written',
}

/** `stage     ████░░  11 of 16 files   0.8/s   about 10 s left`; the bar only where the line is live. */
export function renderProgress(phase: RunningPhase, nowMs: number, hasBar: boolean): string {
  const elapsedMs = nowMs - phase.startedMs
  const parts = [amountText(phase)]
  if (elapsedMs >= RATE_AFTER_MS && phase.done > 0) {
    parts.push(rateText(phase.done, elapsedMs))
    if (phase.total !== null && phase.done < phase.total) {
      parts.push(`${aboutText((elapsedMs / phase.done) * (phase.total - phase.done))} left`)
    }
  }
  const bar = phase.total === null || !hasBar ? '' : `${barOf(phase.done, phase.total)}  `
  return `${label(phase.phase)}${bar}${parts.join('   ')}`
}

/** `staged    1,000,000 items: 999,988 rows, 12 quarantined             14.2 s` */
export function renderDone(event: Extract<ReportEvent, {kind: 'done'}>): string {
  const start = `${label(DONE_WORDS[event.phase] ?? event.phase)}${printable(event.text)}`
  const duration = durationText(event.durationMs)
  return `${start.padEnd(LINE_COLUMNS - duration.length - 1)} ${duration}`
}

function amountText({done, total, unit}: RunningPhase): string {
  const noun = printable(unit)
  return total === null ? `${countText(done)} ${noun}` : `${countText(done)} of ${countText(total)} ${noun}`
}

function barOf(done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, Math.max(0, done / total))
  const full = Math.floor(share * BAR_COLUMNS)
  return '█'.repeat(full) + '░'.repeat(BAR_COLUMNS - full)
}

function label(text: string): string {
  const shown = printable(text)
  return shown.length < LABEL_COLUMNS ? shown.padEnd(LABEL_COLUMNS) : `${shown}  `
}
