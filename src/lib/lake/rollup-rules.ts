import type {Blueprint} from './blueprints/index.js'
import type {DraftTable} from './drafts.js'
import {checkComplete, checkMeasureName, checkSource, placeOfMeasure, type DraftMeasure} from './measure-rules.js'
import type {Findings} from './mistakes.js'
import type {RollupInput} from './schema.js'
import type {SoundDefinition} from './sound.js'
import {sqlNames} from './sql-names.js'
import type {RollupDefinition} from './types.js'

/** A rollup after blueprint and file were merged. */
export type DraftRollup = DraftMeasure<RollupInput>

/** Blueprint order first, then the file's own; a key that the file writes replaces the blueprint's. */
export function mergeRollups(file: SoundDefinition, blueprint: Blueprint | null): DraftRollup[] {
  const base = new Map<string, RollupInput>(Object.entries(blueprint?.rollups ?? {}))
  const own = new Map<string, RollupInput>(Object.entries(file.rollups ?? {}))
  return [...new Set([...base.keys(), ...own.keys()])].map((name) => {
    const mine = own.get(name)
    return {
      name,
      at: mine === undefined ? ['blueprint'] : ['rollups', name],
      written: new Set(Object.keys(mine ?? {})),
      inBlueprint: base.has(name),
      values: {...base.get(name), ...mine},
    }
  })
}

export function checkRollups(rollups: readonly DraftRollup[], tables: readonly DraftTable[], findings: Findings): void {
  for (const rollup of rollups) {
    checkMeasureName(rollup, 'rollup', findings)
    if (!rollup.inBlueprint) checkComplete(rollup, ['table', 'time', 'sql'], rollups, 'rollup', findings)
    checkSource(rollup, 'rollup', tables, findings)
    checkBucket(rollup, findings)
    if (tables.some(({name}) => name === rollup.name)) {
      findings.add(rollup.at, `${rollup.name} is a table of this lake.`, 'Give the rollup another name.')
    }
  }
}

export function resolveRollups(rollups: readonly DraftRollup[]): RollupDefinition[] {
  return rollups.map(({name, values: {description = '', table = '', time = '', sql = ''}}) => {
    return {name, description, table, time, sql}
  })
}

/** Without it what is counted from the rollup would mix the period with the one before. */
function checkBucket(rollup: DraftRollup, findings: Findings): void {
  const {sql, table} = rollup.values
  if (sql === undefined || table === undefined) return
  const {names, parameters} = sqlNames(sql)
  const at = placeOfMeasure(rollup, 'sql')
  if (!names.has('bucket') || !names.has(`${table}_period`)) {
    findings.add(
      at,
      `The rollup ${rollup.name} does not group ${table}_period by bucket.`,
      `Select bucket from ${table}_period.`,
    )
  } else if (parameters.size > 0) {
    findings.add(
      at,
      `The rollup ${rollup.name} names $${[...parameters][0]}.`,
      `Rollups have no parameters: ${table}_period is the period.`,
    )
  }
}
