import pMap from 'p-map'
import {compileAthena, rowCounts} from '../../mapping/index.js'
import {quoteIdentifier} from '../../sql/index.js'
import type {LoadRequest, LoadResult, StagedObject} from '../../ports/parquet-engine.js'
import {digestOf} from './grouped-rows.js'
import {deleteObjects, planInserts, runInsert, takeBack, type EndedInsert, type Insert} from './inserts.js'
import {keysDoubled, refusePlace, refuseShared, refuseSurvey, refuseUnfit} from './load-refusals.js'
import {openLines} from './line-table.js'
import type {Addresses, LineSetter, LineTables, StatementRunner, StatementWriter, WritePlace} from './ports.js'
import {puttingAway} from './put-away.js'
import {findDoubled, findRows, findShared, quarantinedKeys, type FoundObject} from './read-back.js'
import {surveyLines, type Survey} from './survey.js'

export interface LoadParts {
  readonly statements: StatementRunner
  readonly writer: StatementWriter
  readonly writePlace: WritePlace
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
  refusePlace(await parts.writePlace.fault())
  const {table, close} = await openLines(request, parts)
  return puttingAway(() => loadLines(table, request, parts), close, request.signal)
}

async function loadLines(table: string, request: LoadRequest, parts: LoadParts): Promise<LoadResult> {
  const {mapping, shape, broadcasts, where, origin} = request
  const compiled = compileAthena(mapping, {shape, broadcasts, where})
  const rowsSql = compiled.rowsSql(quoteIdentifier(table), origin)
  const survey = await surveyOnce(request, () => surveyLines(parts.statements, compiled, rowsSql, request))
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
}

/**
 * An attempt that goes on does not look again: what it would see is what was seen. Only what a load can go on with is
 * kept, so that an attempt after a refusal looks anew.
 */
async function surveyOnce(request: LoadRequest, look: () => Promise<Survey>): Promise<Survey> {
  const {steps, origin} = request
  const step = `${origin.source} survey`
  const noted = steps.noted.get(step) as Survey | undefined
  const survey = noted ?? (await look())
  refuseSurvey(survey, request)
  if (noted === undefined) await steps.note(step, survey)
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
 * deleted, but for one with rows of others, which somebody else has written.
 */
async function ownObjects(
  ended: readonly EndedInsert[],
  request: LoadRequest,
  parts: LoadParts,
): Promise<readonly FoundObject[]> {
  const named = new Set(ended.flatMap(({keys}) => keys))
  const look = {...request, source: request.origin.source}
  const {objects} = await findRows(look, parts)
  const strange = objects.filter(({key}) => !named.has(key))
  refuseShared(await findShared(strange, look, parts), request)
  await deleteObjects([...new Set(strange.map(({key}) => key))], request)
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
