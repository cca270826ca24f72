import type {KpiThresholds, KpiUnit, LakeDefinition, PanelKind, ViewDefinition} from '../lake/index.js'

export interface ListedKpi {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly table: string
  readonly unit: KpiUnit
  readonly views: readonly string[]
  readonly thresholds: KpiThresholds | null
}

export interface ListedPanel {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly table: string
  readonly kind: PanelKind
  readonly views: readonly string[]
}

export interface KpiListResult {
  readonly lake: string
  readonly environment: string
  readonly asOf: string
  readonly kpis: readonly ListedKpi[]
  readonly panels: readonly ListedPanel[]
  readonly views: readonly ViewDefinition[]
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
    panels: definition.panels.map(({name, title, description, table, kind, views}) => {
      return {name, title, description, table, kind, views}
    }),
    views: definition.views,
  }
}
