import pMap from 'p-map'
import {compileAthena, rowCounts} from '../../mapping/index.js'
import {quoteIdentifier} from '../../sql/index.js'
import type {LoadRequest, LoadResult, StagedObject} from '../../ports/parquet-engine.js'
import {digestOf} from './grouped-rows.js'
import {deleteObjects, planInserts, runInsert, takeBack, type EndedInsert, type Insert} from './inserts.js'
import {keysDoubled, refuseSurvey, refuseUnfit} from './load-refusals.js'
import {openLines} from './line-table.js'
import type {Addresses, LineSetter, LineTables, StatementRunner, StatementWriter} from './ports.js'
import {findDoubled, findRows, quarantinedKeys, type FoundObject} from './read-back.js'
import {surveyLines, type Survey} from './survey.js'

export interface LoadParts {
  readonly statements: StatementRunner
  readonly writer: StatementWriter
  readonly lines: LineTables
  readonly addresses: Addresses
  readonly aside: LineSetter
}

const HEADS_AT_ONCE = 8
const NAMED_KEYS = 3

/**
 * Maps export lines to Parquet by statements of Athena: one look that counts and hashes, then INSERTs into the change
 * log under the run's id, then a look at what stands. Each INSERT is a step of the journal.
 */
export async function load(request: LoadRequest, parts: LoadParts): Promise<LoadResult> {
  refuseUnfit(request)
  const lines = await openLines(request, parts)
  try {
    const {mapping, shape, broadcasts, where, origin} = request
    const compiled = compileAthena(mapping, {shape, broadcasts, where})
    const rowsSql = compiled.rowsSql(quoteIdentifier(lines.table), origin)
    const survey = await surveyOnce(request, () => surveyLines(parts.statements, compiled, rowsSql, request))
    refuseSurvey(survey, request)
    const partitions = survey.placed.filter(({place}) => place === 'rows').map(({partition}) => partition)
    await request.onPartitions(partitions)
    const inserts = await planInserts({compiled, rowsSql, placed: survey.placed}, request)
    const ended = await insertAll(inserts, request, parts)
    const found = await ownObjects(ended, request, parts)
    const doubled = await findDoubled({...request, source: origin.source}, parts, NAMED_KEYS)
    if (doubled.count > 0) {
      await takeBack(inserts, ended, request)
      throw keysDoubled(doubled, request)
    }
    const aside = await setAside(survey, request, parts)
    return {...countsOf(survey), ...(await stagedObjects(found, request)), ...aside}
  } finally {
    await lines.close()
  }
}

/** An attempt that goes on does not look again: what it would see is what was seen. */
async function surveyOnce({steps, origin}: LoadRequest, look: () => Promise<Survey>): Promise<Survey> {
  const step = `${origin.source} survey`
  const noted = steps.noted.get(step) as Survey | undefined
  if (noted !== undefined) return noted
  const survey = await look()
  await steps.note(step, survey)
  return survey
}

async function insertAll(
  inserts: readonly Insert[],
  request: LoadRequest,
  parts: LoadParts,
): Promise<readonly EndedInsert[]> {
  const ended: EndedInsert[] = []
  let done = 0
  for (const insert of inserts) {
    request.signal?.throwIfAborted()
    ended.push(await runInsert(insert, request, parts))
    done += insert.rows
    request.onProgress?.(done)
  }
  return ended
}

/**
 * What stands in the tables under this run. An object that no INSERT has named is the late end of one that failed: it is
 * deleted.
 */
async function ownObjects(
  ended: readonly EndedInsert[],
  request: LoadRequest,
  parts: LoadParts,
): Promise<readonly FoundObject[]> {
  const named = new Set(ended.flatMap(({keys}) => keys))
  const {objects} = await findRows({...request, source: request.origin.source}, parts)
  const strange = objects.filter(({key}) => !named.has(key)).map(({key}) => key)
  await deleteObjects(strange, request)
  return objects.filter(({key}) => named.has(key))
}

function countsOf({classes, placed}: Survey) {
  return {
    ...rowCounts((name) => classes[name] ?? 0),
    digest: digestOf(placed),
  }
}

async function stagedObjects(
  found: readonly FoundObject[],
  {target}: LoadRequest,
): Promise<Pick<LoadResult, 'objects' | 'deletes'>> {
  const staged = await pMap(
    found,
    async ({key, rows, partition, place}) => {
      const head = await target.head(key)
      const object: StagedObject = {key, etag: head?.etag ?? '', sizeBytes: head?.sizeBytes ?? 0, rows, partition}
      return {place, object}
    },
    {concurrency: HEADS_AT_ONCE},
  )
  const of = (wanted: FoundObject['place']): StagedObject[] =>
    staged.flatMap(({place, object}) => (place === wanted ? [object] : []))
  return {objects: of('rows'), deletes: of('deletes')}
}

/** Lines have numbers only for who reads their file, so files with lines to be set aside are read once more. */
async function setAside(
  survey: Survey,
  request: LoadRequest,
  parts: LoadParts,
): Promise<Pick<LoadResult, 'problems' | 'quarantine'>> {
  if (survey.problems.length === 0) return {problems: [], quarantine: {rows: 0, digest: '0', objects: []}}
  const keys = await quarantinedKeys({...request, source: request.origin.source}, parts)
  return parts.aside.setAside({load: request, expected: new Map(survey.problems), keys})
}
