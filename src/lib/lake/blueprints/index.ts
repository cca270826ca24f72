import {SluiceError} from '../../errors.js'
import {nearFix} from '../../near-name.js'
import type {CrawlerInput, KpiInput, PanelInput, RollupInput, TableInput, ViewInput} from '../schema.js'
import {CLAIMS} from './claims/index.js'

/** A ready lake: the tables, KPIs and panels of a definition, in the very form that a file would have them. */
export interface Blueprint {
  readonly name: string
  readonly description: string
  readonly tables: Readonly<Record<string, TableInput>>
  readonly crawlers: Readonly<Record<string, CrawlerInput>>
  readonly kpis: Readonly<Record<string, KpiInput>>
  readonly panels: Readonly<Record<string, PanelInput>>
  readonly rollups: Readonly<Record<string, RollupInput>>
  readonly views: Readonly<Record<string, ViewInput>>
}

const BLUEPRINTS: ReadonlyMap<string, Blueprint> = new Map([CLAIMS].map((blueprint) => [blueprint.name, blueprint]))

export function blueprintNames(): readonly string[] {
  return [...BLUEPRINTS.keys()]
}

/** The blueprint of that name, or null. */
export function findBlueprint(name: string): Blueprint | null {
  return BLUEPRINTS.get(name) ?? null
}

/** As `findBlueprint`; throws `BLUEPRINT_UNKNOWN` with the near name or the list. */
export function blueprint(name: string): Blueprint {
  const found = findBlueprint(name)
  if (found !== null) return found
  throw new SluiceError('BLUEPRINT_UNKNOWN', `There is no blueprint ${JSON.stringify(name)}.`, {
    fix: nearFix(name, blueprintNames(), 'blueprint'),
    details: {blueprint: name, known: blueprintNames()},
  })
}
