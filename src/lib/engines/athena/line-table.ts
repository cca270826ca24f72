import type {LoadRequest} from '../../ports/parquet-engine.js'
import type {Addresses, LineTables} from './ports.js'
import {sourceUri} from './survey.js'

export interface OpenLines {
  readonly table: string
  /** Takes the table and its list away. */
  close(): Promise<void>
}

interface LineParts {
  readonly lines: LineTables
  readonly addresses: Addresses
}

/**
 * A table over exactly the files of a load. Its name is the run's, so that every attempt finds the same one; tables that
 * killed loads left behind go first, as the caller holds the lock of the change log.
 */
export async function openLines(request: LoadRequest, {lines, addresses}: LineParts): Promise<OpenLines> {
  const {mapping, origin, files, target, workPrefix} = request
  const prefix = `${mapping.table}__lines_`
  const table = `${prefix}${origin.source.toLowerCase().replaceAll(/[^a-z0-9]/g, '_')}`
  for (const name of await lines.names(prefix)) if (name !== table) await lines.drop(name)
  const list = `${workPrefix}files.txt`
  const uris = files.map(({key}) => `${sourceUri(request, key)}\n`).join('')
  await target.write(list, Buffer.from(uris))
  await lines.create(table, addresses.uriOf(workPrefix))
  return {
    table,
    close: async () => {
      await lines.drop(table)
      await target.delete(list)
    },
  }
}
