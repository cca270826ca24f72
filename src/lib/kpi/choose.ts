import {SluiceError} from '../errors.js'
import {findKpi} from '../lake/index.js'
import type {KpiDefinition, LakeDefinition} from '../lake/index.js'

export interface Choice {
  readonly name?: string | undefined
  readonly view?: string | undefined
}

/** The KPI of a name, those of a view, or all. Throws `KPI_UNKNOWN`, and `USAGE` for a view that no KPI has. */
export function chooseKpis(definition: LakeDefinition, {name, view}: Choice): readonly KpiDefinition[] {
  if (name !== undefined && view !== undefined) {
    throw new SluiceError('USAGE', 'A KPI and a view are named.', {fix: 'Name one of the two.'})
  }
  if (name !== undefined) return [findKpi(definition, name)]
  if (view === undefined) return definition.kpis
  const chosen = definition.kpis.filter(({views}) => views.includes(view))
  if (chosen.length > 0) return chosen
  throw unknownView(definition, view)
}

function unknownView({lake, kpis}: LakeDefinition, view: string): SluiceError {
  const known = [...new Set(kpis.flatMap(({views}) => views))].sort()
  return new SluiceError('USAGE', `No KPI of the lake ${lake} is in a view ${JSON.stringify(view)}.`, {
    fix: known.length === 0 ? 'Leave --view out: no KPI has one.' : `Known: ${known.join(', ')}.`,
    details: {view, known},
  })
}
