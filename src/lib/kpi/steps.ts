import {SluiceError} from '../errors.js'
import type {PanelStep} from '../lake/index.js'
import {DAY_MS, type Period} from './period.js'

/** A step of a series; the first and the last one may be cut by the ends of the period. */
export interface Step extends Period {
  /** First day of the whole step, as `2026-01-05`: what SQL calls it. */
  readonly day: string
}

const MOST_STEPS = 1000
/** 1970-01-01 was a Thursday; ISO weeks begin on Monday. */
const MONDAY_OFFSET_DAYS = 3

/** The UTC days, ISO weeks or months that the period touches, in order. Throws `USAGE` for more than 1,000. */
export function stepsOf(period: Period, step: PanelStep): Step[] {
  const steps: Step[] = []
  let start = stepStart(period.from, step)
  while (start < period.to) {
    const end = nextStart(start, step)
    steps.push({
      day: start.toISOString().slice(0, 10),
      from: start < period.from ? period.from : start,
      to: end > period.to ? period.to : end,
    })
    if (steps.length > MOST_STEPS) {
      throw new SluiceError('USAGE', `The period has more than ${MOST_STEPS} steps of a ${step}.`, {
        fix: 'Choose a shorter period or a longer step: --by month',
      })
    }
    start = end
  }
  return steps
}

/** Portable SQL of the day by which a step is called. */
export function stepSql(column: string, step: PanelStep): string {
  return `CAST(CAST(date_trunc('${step}', ${column}) AS DATE) AS VARCHAR)`
}

function stepStart(instant: Date, step: PanelStep): Date {
  const day = Math.floor(instant.getTime() / DAY_MS)
  if (step === 'day') return new Date(day * DAY_MS)
  if (step === 'month') return new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth(), 1))
  const sinceMonday = (((day + MONDAY_OFFSET_DAYS) % 7) + 7) % 7
  return new Date((day - sinceMonday) * DAY_MS)
}

function nextStart(start: Date, step: PanelStep): Date {
  if (step === 'month') return new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1))
  return new Date(start.getTime() + (step === 'week' ? 7 : 1) * DAY_MS)
}
