import {quoteText} from '../../sql/index.js'
import {DuckDbSession, type DuckDbOptions} from './session.js'

/** Settings of a connection, which the lock leaves alone. No statement of a user can change any. */
const OPEN_SETTINGS = ['timezone', 'errors_as_json']

/** A database that reads the lake's folder and its own spool, and no file beside them, whatever a statement says. */
export async function openLocked(options: DuckDbOptions, folder: string | null): Promise<DuckDbSession> {
  const session = await DuckDbSession.open(options)
  const folders = [session.spoolFolder, ...(folder === null ? [] : [folder])]
  await session.execute([
    `SET allowed_directories = ${textList(folders.flatMap((path) => [`${path}/`, `${escapedPattern(path)}/`]))}`,
    `SET allowed_configs = ${textList(OPEN_SETTINGS)}`,
    // A statement meets the same files in several views; a file that changed is read anew.
    `SET parquet_metadata_cache = true`,
    `SET enable_external_access = false`,
    `SET lock_configuration = true`,
  ])
  return session
}

/** File names reach the engine as patterns that match themselves, and are compared with the allowed folders as such. */
function escapedPattern(path: string): string {
  return path.replaceAll(/[[*?]/g, '[$&]')
}

function textList(texts: readonly string[]): string {
  return `[${texts.map(quoteText).join(', ')}]`
}
