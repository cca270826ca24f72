import type {AwsEnvironment, LakeDefinition} from '../lake/index.js'
import type {AwsFacts, WorkgroupFact} from '../ports/environment-facts.js'
import {encryptsOtherwise} from '../ports/workgroup-writes.js'
import {folderUri, placeOfTable} from './catalog-look.js'
import {fail, once, pass, skipped, warn} from './verdicts.js'
import type {Check, Verdict} from './types.js'

/** The workgroup, and where results of queries go. */
export function queryChecks(
  definition: LakeDefinition,
  environment: AwsEnvironment,
  facts: AwsFacts,
): readonly Check[] {
  const name = environment.workgroup ?? ''
  const results = environment.results ?? ''
  const find = once(() => facts.workgroup(name))
  const about = (title: string, look: (found: WorkgroupFact) => Verdict): Check => ({
    group: 'query',
    name: title,
    of: name,
    look: async () => {
      const found = await find()
      return found === null ? skipped('there is no such workgroup') : look(found)
    },
  })
  return [
    {group: 'query', name: 'workgroup', of: name, look: async () => workgroupVerdict(await find())},
    about('place of results', (found) => resultsVerdict(found, results)),
    about('encryption of results', (found) => encryptionVerdict(name, found, environment)),
    about('bytes cut-off', ({cutoffBytes}) => cutoffVerdict(name, cutoffBytes)),
    about('engine', ({engine}) => engineVerdict(name, engine)),
    {group: 'query', name: 'results', of: results, look: async () => apartVerdict(definition, environment)},
  ]
}

function workgroupVerdict(found: WorkgroupFact | null): Verdict {
  if (found === null) {
    return fail('There is no such workgroup in this account and Region.', 'Make it, or name another in the definition.')
  }
  return found.isEnabled ? pass('enabled') : fail('It is disabled.', 'Enable it, or name another in the definition.')
}

function resultsVerdict({isManaged, isEnforced, results: own}: WorkgroupFact, results: string): Verdict {
  if (isManaged) {
    return warn(
      'Athena keeps the results itself: questions are answered, loads and merges by Athena are refused',
      'Name a workgroup with a place of results, or work with --engine duckdb.',
    )
  }
  if (!isEnforced) return pass(`${results}, as the definition asks`)
  if (own !== null && folderUri(own) === folderUri(results)) return pass(`${results}, enforced by the workgroup`)
  return fail(
    `The workgroup puts every result into ${own ?? 'a place of its own'}, the definition asks for ${results}.`,
    `Write \`results: ${own ?? 's3://…'}\` into the environment, or let the workgroup follow its clients.`,
  )
}

/** Athena encrypts the rows of an INSERT as its results. */
function encryptionVerdict(name: string, found: WorkgroupFact, {encryption: wanted}: AwsEnvironment): Verdict {
  if (!encryptsOtherwise(found, wanted)) return pass(wanted)
  return fail(
    `The workgroup enforces ${found.encryption ?? 'no encryption of its own'}, the environment says ${wanted}: loads and merges by Athena are refused.`,
    `Set the encryption of results of the workgroup ${name} to ${wanted}, or let it follow its clients.`,
  )
}

function cutoffVerdict(name: string, cutoffBytes: number | null): Verdict {
  if (cutoffBytes !== null) return pass(`${cutoffBytes.toLocaleString('en-US')} bytes a query`)
  return warn(
    'none: one query without a filter may read, and cost, the whole lake',
    `aws athena update-work-group --work-group ${name} --configuration-updates BytesScannedCutoffPerQuery=1099511627776`,
  )
}

function engineVerdict(name: string, engine: string | null): Verdict {
  if (engine === null || /version 3$/i.test(engine)) return pass(engine ?? 'as Athena chooses')
  return fail(
    `${engine}; the statements of sluice are written for version 3.`,
    `aws athena update-work-group --work-group ${name} --configuration-updates EngineVersion={SelectedEngineVersion=AUTO}`,
  )
}

/** Results below a table would be read as its rows. */
function apartVerdict({tables}: LakeDefinition, environment: AwsEnvironment): Verdict {
  const results = folderUri(environment.results ?? '')
  const around = tables.find(({name}) => results.startsWith(placeOfTable(environment, name)))
  if (around === undefined) return pass('outside of every table')
  return fail(
    `Results of queries would be read as rows of ${around.name}.`,
    'Name another place for `results:` of the environment, outside of the tables.',
  )
}
