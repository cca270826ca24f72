import {
  currentViewName,
  deletesTableName,
  quarantineTableName,
  quarantineViewName,
  runsTableName,
} from '../changelog/index.js'
import type {TableDefinition} from '../lake/index.js'
import type {CatalogLook, StandingTable} from './catalog-look.js'
import {columnDrift, partitionDrift} from './drift.js'
import {fail, once, pass, skipped, warn} from './verdicts.js'
import type {Check, Verdict} from './types.js'

/** Partitions whose places are looked into. */
const SAMPLED = 5

/** Every table of the definition against the catalog. */
export function catalogChecks(tables: readonly TableDefinition[], catalog: CatalogLook): readonly Check[] {
  return tables.flatMap((table) => tableChecks(table, catalog))
}

function tableChecks(table: TableDefinition, catalog: CatalogLook): readonly Check[] {
  const find = once(() => catalog.find(table.name))
  const about = (name: string, look: Check['look']): Check => ({group: 'catalog', name, of: table.name, look})
  /** A look at a table that is there, and that sluice can read. */
  const ofStanding = (name: string, look: (standing: StandingTable) => ReturnType<Check['look']>): Check =>
    about(name, async () => {
      const standing = await find()
      if (standing === null) return skipped(`${catalog.title} has no ${table.name}`)
      return faultOf(standing) === null ? look(standing) : skipped('the table is of another kind')
    })
  return [
    about('table', async () => tableVerdict(table, await find(), catalog)),
    ofStanding('columns', async (standing) => columnDrift(table, standing, catalog.title)),
    ofStanding('partition columns', async (standing) => partitionDrift(table, standing, catalog.title)),
    ofStanding('location', async ({location}) => locationVerdict(location, catalog.placeOf(table.name), catalog.title)),
    ...(table.kind === 'changelog' ? [ofStanding('companions', () => companionVerdict(table, catalog))] : []),
    ...(table.partition === null ? [] : [ofStanding('partitions', () => sampleVerdict(table, catalog))]),
  ]
}

async function tableVerdict(
  table: TableDefinition,
  standing: StandingTable | null,
  catalog: CatalogLook,
): Promise<Verdict> {
  if (standing === null) return absentVerdict(table, catalog)
  const fault = faultOf(standing)
  if (fault === null) return pass(`a table that sluice reads and writes`)
  return fail(
    `In ${catalog.title}, ${table.name} ${fault}. sluice neither reads nor writes such a table.`,
    `Drop or rename it in ${catalog.title}, or give the table another name in the definition.`,
  )
}

async function absentVerdict({name}: TableDefinition, catalog: CatalogLook): Promise<Verdict> {
  const place = catalog.placeOf(name)
  if (!(await catalog.hasObjects(place))) return pass('not there yet: the first load makes it')
  return fail(
    `${catalog.title} has no ${name}, and objects stand in ${place}: queries do not find them`,
    'sluice backfill status',
  )
}

/** Why sluice does not work with a table, as the end of a sentence. */
function faultOf({kind, fault, isProjected}: StandingTable): string | null {
  if (fault !== null) return fault
  if (kind === 'view') return 'is a view'
  return isProjected ? 'has partition projection: its partitions are computed and never looked up' : null
}

function locationVerdict(found: string | null, wanted: string, title: string): Verdict {
  if (found === wanted) return pass(found)
  return fail(
    `${wanted} in the definition, ${found ?? 'none'} in ${title}`,
    'Correct `location:` of the table in the definition, or the location in the catalog.',
  )
}

/** What stands beside a change log: run records, deletes, quarantine, and the views that people query. */
async function companionVerdict({name, partition}: TableDefinition, catalog: CatalogLook): Promise<Verdict> {
  const views = [currentViewName(name), quarantineViewName(name)]
  const ofImmutable = partition?.immutable === true ? [deletesTableName(name)] : []
  const tables = [runsTableName(name), quarantineTableName(name), ...ofImmutable]
  const wanted = [...tables.map((one) => [one, 'table'] as const), ...views.map((one) => [one, 'view'] as const)]
  const found = await Promise.all(wanted.map(async ([one]) => catalog.find(one)))
  const missing = wanted.flatMap(([one], index) => (found[index] === null ? [one] : []))
  const other = wanted.flatMap(([one, kind], index) =>
    found[index] === null || found[index]?.kind === kind ? [] : [`${one} is no ${kind}`],
  )
  if (missing.length + other.length === 0) return pass(`${wanted.map(([one]) => one).join(', ')}`)
  const told = [...(missing.length === 0 ? [] : [`${catalog.title} has no ${missing.join(', ')}`]), ...other]
  return fail(`${told.join('; ')}: queries do not find what they need`, 'sluice backfill status')
}

/** A few partitions, not all: `backfill verify` looks at every one. */
async function sampleVerdict({name}: TableDefinition, catalog: CatalogLook): Promise<Verdict> {
  const places = await catalog.partitionPlaces(name, SAMPLED)
  const verify = `sluice backfill verify --table ${name}`
  if (places.length === 0) {
    if (!(await catalog.hasObjects(catalog.placeOf(name)))) return pass('none yet')
    return fail(`objects stand in ${catalog.placeOf(name)}, and no partition is registered`, verify)
  }
  const filled = await Promise.all(places.map((place) => catalog.hasObjects(place)))
  const empty = places.filter((_, index) => filled[index] === false)
  if (empty.length === 0) return pass(`objects in the ${places.length} that were looked into`)
  return warn(`no object in ${empty.length} of the ${places.length} that were looked into, e.g. ${empty[0]}`, verify)
}
