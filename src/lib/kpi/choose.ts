import {SluiceError} from '../errors.js'
import {findKpi} from '../lake/index.js'
import type {KpiDefinition, LakeDefinition, PanelDefinition} from '../lake/index.js'

export interface Choice {
  readonly name?: string | undefined
  readonly view?: string | undefined
}

export interface Chosen {
  readonly kpis: readonly KpiDefinition[]
  readonly panels: readonly PanelDefinition[]
}

/**
 * The KPI or panel of a name, both of a view, or every KPI: panels are shown where they are asked for.
 * Throws `KPI_UNKNOWN`, and `USAGE` for a view that nothing is in.
 */
export function choose(definition: LakeDefinition, {name, view}: Choice): Chosen {
  if (name !== undefined && view !== undefined) {
    throw new SluiceError('USAGE', 'A KPI and a view are named.', {fix: 'Name one of the two.'})
  }
  if (name !== undefined) return named(definition, name)
  if (view === undefined) return {kpis: definition.kpis, panels: []}
  if (!definition.views.some((other) => other.name === view)) throw unknownView(definition, view)
  const isIn = ({views}: {readonly views: readonly string[]}): boolean => views.includes(view)
  return {kpis: definition.kpis.filter(isIn), panels: definition.panels.filter(isIn)}
}

function named(definition: LakeDefinition, name: string): Chosen {
  const panels = definition.panels.filter((panel) => panel.name === name)
  const isPanel = panels.length > 0 && !definition.kpis.some((kpi) => kpi.name === name)
  return isPanel ? {kpis: [], panels} : {kpis: [findKpi(definition, name)], panels: []}
}

function unknownView({lake, views}: LakeDefinition, view: string): SluiceError {
  const known = views.map(({name}) => name).sort()
  return new SluiceError('USAGE', `No KPI of the lake ${lake} is in a view ${JSON.stringify(view)}.`, {
    fix: known.length === 0 ? 'Leave --view out: no KPI has one.' : `Known: ${known.join(', ')}.`,
    details: {view, known},
  })
}
