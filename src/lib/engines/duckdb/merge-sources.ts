import {setImmediate as nextTurn} from 'node:timers/promises'
import {FooterFault, type Footer} from '../../parquet/footer.js'
import {sourceBroken} from '../../parquet/merge-errors.js'
import {SourcesReader, type ReadSources} from '../../parquet/source-groups.js'
import type {MergeSource} from '../../ports/merge-engine.js'
import {readFooter} from './merge-footer.js'

/** Files whose footers are read between two turns of the event loop. */
const FOOTERS_A_TURN = 64

/** Reads the footer of every source. Throws `MERGE_SOURCE_BROKEN`. */
export async function readSources(
  sources: readonly MergeSource[],
  files: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadSources> {
  const reader = new SourcesReader()
  for (const [index, source] of sources.entries()) {
    if (index % FOOTERS_A_TURN === 0) {
      await nextTurn()
      signal?.throwIfAborted()
    }
    const file = files[index]!
    reader.add(source, file, footerOf(source, file))
  }
  return reader.result()
}

function footerOf(source: MergeSource, file: string): Footer {
  try {
    return readFooter(file)
  } catch (error) {
    if (error instanceof FooterFault) throw sourceBroken(source.key, error.message, error)
    throw error
  }
}
