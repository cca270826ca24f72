import type {KpiThresholds, KpiUnit, LakeDefinition} from '../lake/index.js'

export interface ListedKpi {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly table: string
  readonly unit: KpiUnit
  readonly views: readonly string[]
  readonly thresholds: KpiThresholds | null
}

export interface KpiListResult {
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly kpis: readonly ListedKpi[]
}

/** What the lake measures: from the definition alone, so no data is read. */
export function listKpis(definition: LakeDefinition, asOf: Date): KpiListResult {
  return {
    lake: definition.lake,
    environment: definition.environment.name,
    asOf: asOf.toISOString(),
    kpis: definition.kpis.map(({name, title, description, table, unit, views, thresholds}) => {
      return {name, title, description, table, unit, views, thresholds}
    }),
  }
}
