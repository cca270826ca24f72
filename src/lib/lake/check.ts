import type {Mistake} from './mistakes.js'
import {chooseEnvironment, loadChecked, type LoadRequest} from './load.js'
import {countColumns, resolveDefinition, type CheckedDefinition} from './resolve.js'
import type {Environment, LakeDefinition} from './types.js'

export interface CheckRequest extends LoadRequest {
  readonly now: Date
}

/** Something that is allowed and probably not meant. */
export interface DefinitionWarning {
  readonly path: string
  readonly message: string
}

export interface CheckResult {
  /** ISO 8601, UTC. */
  readonly asOf: string
  readonly file: string
  readonly lake: string
  readonly blueprint: string | null
  readonly environment: string
  readonly environments: readonly {
    readonly name: string
    readonly backend: 'local' | 'aws'
    readonly protect: boolean
  }[]
  readonly tables: readonly {
    readonly name: string
    readonly kind: string
    readonly columns: number
    readonly derived: number
    readonly partition: readonly string[]
  }[]
  readonly crawlers: readonly string[]
  readonly kpis: readonly string[]
  /** Always empty here: a definition with mistakes is the error `DEFINITION_INVALID`, which lists them. */
  readonly mistakes: readonly Mistake[]
  readonly warnings: readonly DefinitionWarning[]
}

/** Checks the definition in every environment. Throws what `loadDefinition` throws. */
export async function checkLake(request: CheckRequest): Promise<CheckResult> {
  const checked = await loadChecked(request)
  const environment = chooseEnvironment(checked, request)
  const names = Object.keys(checked.source.environments ?? {})
  const resolved = names.map((name) => resolveDefinition(checked, name))
  const definition = resolveDefinition(checked, environment)
  return {
    asOf: request.now.toISOString(),
    file: definition.file,
    lake: definition.lake,
    blueprint: definition.blueprint,
    environment,
    environments: resolved.map(({environment: {name, backend, protect}}) => ({name, backend, protect})),
    tables: definition.tables.map((table) => {
      const {read, computed} = countColumns(table)
      const partition = (table.partition?.by ?? []).map(({name}) => name)
      return {name: table.name, kind: table.kind, columns: read + computed, derived: computed, partition}
    }),
    crawlers: definition.crawlers.map(({name}) => name),
    kpis: definition.kpis.map(({name}) => name),
    mistakes: [],
    warnings: warningsOf(checked, definition, resolved),
  }
}

function warningsOf(
  checked: CheckedDefinition,
  definition: LakeDefinition,
  resolved: readonly LakeDefinition[],
): DefinitionWarning[] {
  return [
    ...resolved.flatMap(environmentWarnings),
    ...sharedPlaces(resolved.map(({environment}) => environment)),
    ...definition.tables.flatMap(({name, source, partition, kind}) => [
      ...(source === null && kind === 'changelog'
        ? [warning(`tables.${name}`, 'It has no source: nothing feeds it.')]
        : []),
      ...(partition?.immutable === false && kind === 'changelog'
        ? [
            warning(
              `tables.${name}.partition`,
              'It is not immutable: every query of the current state reads the whole table.',
            ),
          ]
        : []),
    ]),
    ...checked.kpis
      .filter(({values, inBlueprint}) => !inBlueprint && values.enabled !== false && values.thresholds === undefined)
      .map(({name}) => warning(`kpis.${name}`, 'It has no thresholds: it is never red.')),
  ]
}

function warning(path: string, message: string): DefinitionWarning {
  return {path, message}
}

/** An AWS environment is of no use to loads and queries until it names its places. */
function environmentWarnings({environment, tables}: LakeDefinition): DefinitionWarning[] {
  if (environment.backend === 'local') return []
  const path = `environments.${environment.name}`
  const absent = (['state', 'database', 'workgroup', 'results'] as const).filter((key) => environment[key] === null)
  const unplaced = tables.filter(({name}) => environment.locations[name] === undefined).map(({name}) => name)
  const isUnsafe = !environment.protect && /^(prod|live)/.test(environment.name)
  return [
    ...(absent.length > 0 ? [warning(path, `It is unused until it names ${absent.join(', ')}.`)] : []),
    ...(unplaced.length > 0 ? [warning(`${path}.tables`, `It has no location for ${unplaced.join(', ')}.`)] : []),
    ...(isUnsafe ? [warning(path, 'It is not protected: changes need no confirmation. Add protect: true.')] : []),
  ]
}

/** Two environments over one place overwrite each other's lake. */
function sharedPlaces(environments: readonly Environment[]): DefinitionWarning[] {
  const owners = new Map<string, string>()
  return environments.flatMap((environment) => {
    const places =
      environment.backend === 'local'
        ? [environment.root]
        : [...Object.values(environment.locations), environment.state]
    return places.flatMap((place) => {
      if (place === null) return []
      const owner = owners.get(place)
      owners.set(place, owner ?? environment.name)
      if (owner === undefined || owner === environment.name) return []
      return [
        warning(
          `environments.${environment.name}`,
          `It shares ${place} with ${owner}; {env} in names keeps them apart.`,
        ),
      ]
    })
  })
}
