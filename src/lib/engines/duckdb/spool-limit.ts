import {readdir, stat} from 'node:fs/promises'
import path from 'node:path'
import {SluiceError} from '../../errors.js'

const MIB = 1024 ** 2
const LOOK_EVERY_MS = 100
/** Looking takes at most this share of the time, however many files there are. */
const LOOKING_SHARE = 0.1

/**
 * Keeps everything below a session's spool within a limit: spilled data, staged files, copies. DuckDB limits what it
 * spills itself; what it stages is seen by looking ten times a second.
 */
export class SpoolLimit {
  private readonly passed = new AbortController()
  private timer: NodeJS.Timeout | undefined
  private isOpen = true

  constructor(
    private readonly folder: string,
    readonly limitBytes: number,
  ) {
    this.lookAfter(LOOK_EVERY_MS)
  }

  /** Aborted once the limit is passed; its reason is the `TEMP_LIMIT` error. */
  get signal(): AbortSignal {
    return this.passed.signal
  }

  /** Looks now. Throws `TEMP_LIMIT`. */
  async check(): Promise<void> {
    await this.look()
    this.signal.throwIfAborted()
  }

  close(): void {
    this.isOpen = false
    clearTimeout(this.timer)
  }

  private lookAfter(delayMs: number): void {
    this.timer = setTimeout(() => void this.lookAndGoOn(), delayMs)
    this.timer.unref()
  }

  private async lookAndGoOn(): Promise<void> {
    const startMs = performance.now()
    await this.look()
    const tookMs = performance.now() - startMs
    if (this.isOpen && !this.signal.aborted) this.lookAfter(Math.max(LOOK_EVERY_MS, tookMs / LOOKING_SHARE))
  }

  private async look(): Promise<void> {
    const usedBytes = (await measureFolder(this.folder)).sizeBytes
    if (usedBytes > this.limitBytes) this.passed.abort(tempLimitError(this.limitBytes, usedBytes))
  }
}

/** `usedBytes`: null where the engine stopped itself before it wrote more. */
export function tempLimitError(limitBytes: number, usedBytes: number | null, cause?: unknown): SluiceError {
  const used = usedBytes === null ? 'DuckDB would spill more' : `${sizeText(usedBytes)} are used`
  return new SluiceError('TEMP_LIMIT', `Temporary space is limited to ${sizeText(limitBytes)}: ${used}.`, {
    fix: `Allow more, e.g. --max-temp-bytes ${sizeText(2 * Math.max(limitBytes, usedBytes ?? 0))}, or more --memory, so that less is spilled`,
    details: {limitBytes, usedBytes},
    cause,
  })
}

/** As the flags take it. */
function sizeText(sizeBytes: number): string {
  return sizeBytes < MIB ? `${Math.ceil(sizeBytes / 1024)}KiB` : `${Math.ceil(sizeBytes / MIB)}MiB`
}

/** The files below a folder. Those that go meanwhile are not counted. */
export async function measureFolder(folder: string): Promise<{files: number; sizeBytes: number}> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true}).catch(() => [])
  let sizeBytes = 0
  let files = 0
  for (const entry of entries.filter((found) => found.isFile())) {
    const found = await stat(path.join(entry.parentPath, entry.name)).catch(() => null)
    if (found === null) continue
    files += 1
    sizeBytes += found.size
  }
  return {files, sizeBytes}
}
