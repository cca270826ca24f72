import pMap from 'p-map'
import {SluiceError} from '../errors.js'
import {findTable, type LakeDefinition} from '../lake/index.js'
import {refuseMixed} from './chain.js'
import {checkExport, findExport, type CheckedExport, type ExportPorts} from './export-source.js'
import {findChain} from './find-chain.js'

/** Which exports a load should take. */
export interface ExportsAsked {
  readonly exports: readonly string[]
  /** Every finished export under this prefix. */
  readonly chain: string | undefined
  readonly acceptEditedSummary: boolean
  /** Null: the table of the definition that the exports' table feeds. */
  readonly table: string | null
}

/** The exports of a load, and folders under its prefix that hold none yet. */
export interface OpenedExports {
  readonly exports: readonly CheckedExport[]
  readonly unfinished: readonly string[]
}

const EXPORTS_AT_ONCE = 4

/** Opens and checks all exports of a load. Throws the EXPORT_… errors, `USAGE` when none is named. */
export async function openExports(
  {exports, chain, acceptEditedSummary, table}: ExportsAsked,
  definition: LakeDefinition,
  ports: ExportPorts,
): Promise<OpenedExports> {
  const {exports: chained, unfinished} =
    chain === undefined ? {exports: [], unfinished: []} : await findChain(chain, ports)
  const uris = [...exports, ...chained]
  if (uris.length === 0)
    throw new SluiceError('USAGE', 'Which export?', {fix: 'Add --export FOLDER, or --chain PREFIX.'})
  const found = await pMap(uris, (uri) => findExport({uri, acceptEditedSummary}, ports), {
    concurrency: EXPORTS_AT_ONCE,
  })
  // A bucket's prefix may hold exports of several tables.
  const source = chain === undefined || table === null ? undefined : findTable(definition, table).source?.dynamodb
  const wanted = source === undefined ? found : found.filter(({tableName}) => tableName === source)
  if (wanted.length === 0) throw notFound(chain!, source!)
  const opened = await pMap(wanted, checkExport, {concurrency: 1})
  const byId = new Map(opened.map((one) => [one.exportId, one]))
  refuseMixed([...byId.values()])
  return {exports: [...byId.values()], unfinished}
}

function notFound(chain: string, source: string): SluiceError {
  return new SluiceError('EXPORT_NOT_FOUND', `No export under ${chain} is of table ${source}.`, {
    fix: 'Name another prefix, or correct source.dynamodb of the table: sluice lake show',
  })
}
