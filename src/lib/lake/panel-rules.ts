import type {Blueprint} from './blueprints/index.js'
import type {DraftTable} from './drafts.js'
import {checkComplete, checkMeasureName, checkSource, placeOfMeasure, type DraftMeasure} from './measure-rules.js'
import type {Findings, Path} from './mistakes.js'
import type {SoundDefinition, SoundPanel, SoundPanelColumn} from './sound.js'
import {sqlNames} from './sql-names.js'
import type {PanelColumn, PanelDefinition} from './types.js'

/** A panel after blueprint and file were merged. */
export type DraftPanel = DraftMeasure<SoundPanel>

/** Blueprint order first, then the file's own; a key that the file writes replaces the blueprint's. */
export function mergePanels(file: SoundDefinition, blueprint: Blueprint | null): DraftPanel[] {
  const base = new Map<string, SoundPanel>(Object.entries(blueprint?.panels ?? {}) as [string, SoundPanel][])
  const own = new Map<string, SoundPanel>(Object.entries(file.panels ?? {}))
  return [...new Set([...base.keys(), ...own.keys()])].map((name) => {
    const mine = own.get(name)
    return {
      name,
      at: mine === undefined ? ['blueprint'] : ['panels', name],
      written: new Set(Object.keys(mine ?? {})),
      inBlueprint: base.has(name),
      values: {...base.get(name), ...mine},
    }
  })
}

/** Titles of views by name; the file's own win. */
export function mergeViewTitles(file: SoundDefinition, blueprint: Blueprint | null): Record<string, string> {
  const titles = Object.entries({...blueprint?.views, ...file.views})
  return Object.fromEntries(titles.flatMap(([name, {title}]) => (title === undefined ? [] : [[name, title]])))
}

export function checkPanels(panels: readonly DraftPanel[], tables: readonly DraftTable[], findings: Findings): void {
  for (const panel of panels) {
    checkMeasureName(panel, 'panel', findings)
    if (!panel.inBlueprint) {
      checkComplete(panel, ['kind', 'table', 'time', 'columns', 'sql'], panels, 'panel', findings)
    }
    checkSource(panel, 'panel', tables, findings)
    checkStep(panel, findings)
    checkColumns(panel, findings)
    checkPrivacy(panel, tables, findings)
  }
}

/** Those that are enabled, with every default filled in. */
export function resolvePanels(panels: readonly DraftPanel[]): PanelDefinition[] {
  return panels.filter(({values}) => values.enabled !== false).map(resolvePanel)
}

function resolvePanel({name, values}: DraftPanel): PanelDefinition {
  return {
    name,
    title: values.title ?? name.replaceAll('_', ' '),
    description: values.description ?? '',
    kind: values.kind ?? 'breakdown',
    step: values.step ?? null,
    views: values.views ?? [],
    table: values.table ?? '',
    time: values.time ?? '',
    columns: (values.columns ?? []).flatMap((column) => (column === undefined ? [] : [resolveColumn(column)])),
    sql: values.sql ?? '',
  }
}

function resolveColumn({name = '', title, unit, of}: SoundPanelColumn): PanelColumn {
  const [numerator, denominator] = of ?? []
  return {
    name,
    title: title ?? name.replaceAll('_', ' '),
    unit: unit ?? 'text',
    of: numerator === undefined || denominator === undefined ? null : [numerator, denominator],
  }
}

function checkStep(panel: DraftPanel, findings: Findings): void {
  const {kind, step} = panel.values
  if (kind === undefined) return
  if (kind === 'trend' && step === undefined) {
    findings.add(panel.at, `The trend ${panel.name} has no step.`, 'Add step: day, week or month.')
  } else if (kind !== 'trend' && step !== undefined) {
    findings.add(placeOfMeasure(panel, 'step'), `Only a trend has a step; ${panel.name} is a ${kind}.`, 'Remove step.')
  }
}

/** A trend draws its second column over its first. */
function checkColumns(panel: DraftPanel, findings: Findings): void {
  const {kind, columns} = panel.values
  const at = placeOfMeasure(panel, 'columns')
  if (columns === undefined || findings.touches(at)) return
  const names = columns.map((column) => column?.name)
  const twice = names.find((name, index) => name !== undefined && names.indexOf(name) !== index)
  if (twice !== undefined) findings.add(at, `The column ${twice} stands here twice.`, 'Keep one of the two.')
  const reserved = names.find((name) => name?.startsWith('excluded_') === true)
  if (reserved !== undefined) {
    const fix = `Remove ${reserved}: counts of that name are shown below the panel.`
    findings.add(at, `${reserved} is no column of a panel but an excluded count.`, fix)
  }
  const [first, second] = columns
  const isDrawn = second?.unit !== undefined && second.unit !== 'text' && second.unit !== 'instant'
  if (kind === 'trend' && (first?.unit ?? 'text') !== 'text') {
    findings.add(at, 'The first column of a trend is the day of its step, as text.', 'Remove its unit.')
  } else if (kind === 'trend' && !isDrawn) {
    findings.add(at, 'The second column of a trend is what is drawn: a number.', 'Give it a unit like ratio or count.')
  }
}

/** Panels print values of single rows, and what is printed is copied: no person's data may be among them. */
function checkPrivacy(panel: DraftPanel, tables: readonly DraftTable[], findings: Findings): void {
  const {sql, columns, table: tableName} = panel.values
  const table = tables.find((other) => other.name === tableName)
  if (sql === undefined || table === undefined) return
  const {names, readsAll} = sqlNames(`${sql} ${(columns ?? []).map((column) => column?.name ?? '').join(' ')}`)
  const isPrivate = (dataClass: string | undefined): boolean => dataClass === 'personal' || dataClass === 'restricted'
  const found = table.columns.find(({name, values}) => isPrivate(values.class) && (readsAll || names.has(name)))
  if (found === undefined) return
  const at: Path = placeOfMeasure(panel, 'sql')
  const how = readsAll && !names.has(found.name) ? 'reads every column, and with them' : 'names'
  const message = `The panel ${panel.name} ${how} ${found.name}, which is ${String(found.values.class)}.`
  findings.add(at, message, 'Panels show no data of persons: name other columns.')
}
