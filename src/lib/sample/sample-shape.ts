import type {SampleWindow} from './claim.js'

const DAY_MS = 86_400_000
const FILES_TO_ONE_EMPTY = 8

/** Items of one data file: a run of item numbers. */
export interface FileShape {
  readonly first: number
  readonly items: number
}

/** The `days` UTC days that end with the export; the hot day is the one in their middle. */
export function sampleWindow(exportTime: Date, days: number): SampleWindow {
  const endMs = exportTime.getTime()
  // An export at midnight has nothing of the day that begins.
  const lastDayMs = Math.floor((endMs - 1) / DAY_MS) * DAY_MS
  const startMs = lastDayMs - (days - 1) * DAY_MS
  return {startMs, endMs, hotDayMs: startMs + Math.floor((days - 1) / 2) * DAY_MS}
}

/**
 * Spreads items over the files. As in real exports some files are empty: every eighth, and those for which no items
 * are left.
 */
export function sampleFiles(items: number, files: number): FileShape[] {
  const filled = Array.from({length: files}, (_, index) => index % FILES_TO_ONE_EMPTY !== FILES_TO_ONE_EMPTY - 1)
  const share = items / filled.filter(Boolean).length
  let used = 0
  return filled.map((isFilled) => {
    const first = Math.round(used * share)
    if (isFilled) used += 1
    return {first, items: Math.round(used * share) - first}
  })
}
