import {describe, expect, it} from 'vitest'
import {renderProgress} from '../../src/lib/cli/progress-text.js'
import {ProgressHost} from '../../src/lib/cli/progress.js'
import type {Spinner} from '../../src/lib/cli/progress.js'
import type {ReportEvent} from '../../src/lib/ports/report.js'

const STAGE: ReportEvent = {kind: 'phase', phase: 'stage', unit: 'files', total: 16}
const DONE: ReportEvent = {kind: 'done', phase: 'stage', text: '16 files', durationMs: 14_200}

/** A host that writes into a list, at times that the test sets. */
function host(spinner: Spinner | null, silent = false) {
  const lines: string[] = []
  const clock = {nowMs: 0}
  const progress = new ProgressHost({
    write: (text) => void lines.push(text),
    silent,
    loadSpinner: spinner === null ? null : () => Promise.resolve(spinner),
    monotonicMs: () => clock.nowMs,
  })
  return {progress, lines, clock}
}

class RecordedSpinner implements Spinner {
  text = ''
  isSpinning = false
  start(): void {
    this.isSpinning = true
  }
  stop(): void {
    this.isSpinning = false
  }
}

describe('ProgressHost', () => {
  it('off a terminal prints at most one line a second', () => {
    const {progress, lines, clock} = host(null)
    progress.report(STAGE)
    for (let done = 1; done <= 10; done += 1) {
      clock.nowMs = done * 250
      progress.report({kind: 'progress', done})
    }
    progress.report(DONE)
    expect(lines).toEqual([
      'stage     0 of 16 files\n',
      'stage     4 of 16 files   4/s   about 3 s left\n',
      'stage     8 of 16 files   4/s   about 2 s left\n',
      'staged    16 files                                                  14.2 s\n',
    ])
  })

  it('on a terminal keeps one live line and clears it before any other', async () => {
    const spinner = new RecordedSpinner()
    const {progress, lines} = host(spinner)
    progress.report(STAGE)
    await Promise.resolve()
    progress.report({kind: 'progress', done: 8})
    expect([spinner.isSpinning, spinner.text]).toEqual([true, 'stage     ████████████░░░░░░░░░░░░  8 of 16 files'])
    progress.pause()
    expect(spinner.isSpinning).toBe(false)
    progress.report({kind: 'progress', done: 9})
    expect(spinner.isSpinning).toBe(true)
    progress.report(DONE)
    expect([spinner.isSpinning, lines.length]).toEqual([false, 1])
  })

  it('does not start a spinner that arrives after the end', async () => {
    const spinner = new RecordedSpinner()
    const {progress} = host(spinner)
    progress.report(STAGE)
    progress.stop()
    await Promise.resolve()
    await Promise.resolve()
    progress.report({kind: 'progress', done: 8})
    expect(spinner.isSpinning).toBe(false)
  })

  it('says nothing when it is silent', () => {
    const {progress, lines} = host(null, true)
    for (const event of [STAGE, DONE, {kind: 'note', text: 'x'} as const]) progress.report(event)
    expect(lines).toEqual([])
  })

  it('strips control characters from what it shows, and shows no share of an unknown total', () => {
    const phase = {phase: 'read\u001b[2J', unit: 'items\u202e', total: null, done: 690_112, startedMs: 0}
    expect(renderProgress(phase, 22_262, true)).toBe('read      690,112 items   31,000/s')
  })
})
