import {SluiceError} from '../errors.js'
import {nearFix} from '../near-name.js'
import type {KpiDefinition, LakeDefinition, TableDefinition} from './types.js'

/** The table of that name. Throws `TABLE_UNKNOWN` with the near name or the list. */
export function findTable(definition: LakeDefinition, name: string): TableDefinition {
  const table = definition.tables.find((other) => other.name === name)
  if (table !== undefined) return table
  const known = definition.tables.map((other) => other.name)
  throw new SluiceError('TABLE_UNKNOWN', `The lake ${definition.lake} has no table ${JSON.stringify(name)}.`, {
    fix: nearFix(name, known, 'table'),
    details: {table: name, known},
  })
}

/** The KPI of that name; the names of panels are suggested too. Throws `KPI_UNKNOWN` with the near name or the list. */
export function findKpi(definition: LakeDefinition, name: string): KpiDefinition {
  const kpi = definition.kpis.find((other) => other.name === name)
  if (kpi !== undefined) return kpi
  const known = [...definition.kpis, ...definition.panels].map((other) => other.name)
  throw new SluiceError('KPI_UNKNOWN', `The lake ${definition.lake} has no KPI ${JSON.stringify(name)}.`, {
    fix: nearFix(name, known, 'KPI'),
    details: {kpi: name, known},
  })
}
