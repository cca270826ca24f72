import {mkdir, rm} from 'node:fs/promises'
import path from 'node:path'
import type {ObjectKey} from '../../ports/object-store.js'
import type {LoadRequest, LoadResult} from '../../ports/parquet-engine.js'
import {keysAndProbe} from './key-probe.js'
import {storeQuarantine} from './load.js'
import {openSources} from './open-sources.js'
import {writeAffected, type AffectedFile} from './quarantine.js'
import type {DuckDbSession} from './session.js'

/** Lines that another engine set aside. */
export interface AsideRequest {
  readonly load: LoadRequest
  /** Lines with a problem, by file; files without any are not there. */
  readonly expected: ReadonlyMap<ObjectKey, number>
  /** Keys of the rows that were set aside, as texts. */
  readonly keys: readonly (readonly string[])[]
  readonly signal?: AbortSignal
}

let asides = 0

/**
 * Words and stores the lines that another engine set aside: its files are read one after the other, by the row
 * function, which must find as many. Throws `PROOF_FAILED`.
 */
export async function setAside(
  session: DuckDbSession,
  {load, expected, keys}: AsideRequest,
): Promise<Pick<LoadResult, 'problems' | 'quarantine'>> {
  const folder = path.join(session.spoolFolder, `aside-${(asides += 1)}`)
  await mkdir(folder, {recursive: true})
  try {
    const affected = affectedFiles(session, load, expected)
    const written = await writeAffected(session, load, affected, keysAndProbe(load.mapping, keys), folder)
    const {file, rows, digest, problems} = written
    const objects = file === null ? [] : [await storeQuarantine(load, file, rows)]
    return {problems, quarantine: {rows, digest, objects}}
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

/** One file is in the spool at a time. */
async function* affectedFiles(
  session: DuckDbSession,
  load: LoadRequest,
  expected: ReadonlyMap<ObjectKey, number>,
): AsyncGenerator<AffectedFile> {
  for (const file of load.files) {
    const lines = expected.get(file.key)
    if (lines === undefined) continue
    const [source] = await openSources(session, {...load, files: [file]})
    yield {lines: source!, expected: lines}
    const {stored} = source!
    if (stored.startsWith(session.spoolFolder)) await rm(stored, {force: true})
  }
}
