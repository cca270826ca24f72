import {Document, isMap, isScalar, isSeq, visit} from 'yaml'
import {plural, printable} from '../cli/output/text.js'
import type {CheckResult} from './check.js'
import type {InitResult} from './init.js'
import type {Mistake} from './mistakes.js'
import type {ShowResult} from './show.js'

/** A line a mistake: `sluice.yaml:12:7  tables.claims.columns[3].type  There is no type "strin".  fix: Write string.` */
export function renderMistakes(mistakes: readonly Mistake[]): string {
  return mistakes.map(renderMistake).join('\n')
}

function renderMistake({file, line, column, path, message, fix}: Mistake): string {
  const parts = [`${file}:${line}:${column}`, path, message, `fix: ${fix}`]
  return printable(parts.filter((part) => part !== '').join('  '))
}

export function renderCheck(result: CheckResult): string {
  const environments = result.environments.map(({name, protect}) => (protect ? `${name} (protected)` : name))
  const lines: [string, string][] = [
    ['file', result.file],
    ['blueprint', result.blueprint ?? 'none'],
    ['environments', environments.join(', ')],
    ...result.tables.map(({name, kind, columns, derived, partition}): [string, string] => [
      'table',
      `${name}: ${kind}, ${plural(columns, 'column')} (${derived} derived)${
        partition.length === 0 ? '' : `, partitioned by ${partition.join(', ')}`
      }`,
    ]),
    ...(result.crawlers.length === 0 ? [] : [['crawlers', result.crawlers.join(', ')] as [string, string]]),
    ['kpis', result.kpis.length === 0 ? 'none' : result.kpis.join(', ')],
  ]
  const warnings = result.warnings.map(({path, message}) => printable(`  ${path}  ${message}`))
  return [
    `The definition of ${result.lake} has no mistakes.`,
    '',
    ...aligned(lines),
    ...(warnings.length === 0 ? [] : ['', `${plural(warnings.length, 'warning')}:`, ...warnings]),
  ].join('\n')
}

export function renderInit(result: InitResult): string {
  return [
    `Started the lake ${result.lake} from the blueprint ${result.blueprint}.`,
    '',
    ...aligned([
      ['definition', result.file],
      ['schema', `${result.schema} (for editors)`],
    ]),
    '',
    'Next:',
    '  sluice lake check     is it right?',
    '  sluice lake show      all of it, defaults filled in',
  ].join('\n')
}

/** The resolved definition, or one table, as YAML. */
export function renderShow(result: ShowResult): string {
  if (result.kind === 'table') {
    const {name, ...table} = result.table
    const head = `# ${result.lake}, env ${result.environment}, mapping ${result.mappingHash}`
    return `${printable(head)}\n${yamlText({tables: {[name]: table}})}`
  }
  const {definition} = result
  const {name: environmentName, ...environment} = definition.environment
  const head = `# ${definition.file}, resolved for env ${environmentName}; definition ${result.definitionHash}`
  const document = {
    sluice: definition.format,
    lake: definition.lake,
    blueprint: definition.blueprint,
    environments: {[environmentName]: environment},
    'other environments': definition.environments.filter((name) => name !== environmentName),
    tables: Object.fromEntries(definition.tables.map(({name, ...table}) => [name, table])),
    crawlers: Object.fromEntries(definition.crawlers.map(({name, ...crawler}) => [name, crawler])),
    kpis: Object.fromEntries(definition.kpis.map(({name, ...kpi}) => [name, kpi])),
    panels: Object.fromEntries(definition.panels.map(({name, ...panel}) => [name, panel])),
    rollups: Object.fromEntries(definition.rollups.map(({name, ...rollup}) => [name, rollup])),
    views: Object.fromEntries(definition.views.map(({name, ...view}) => [name, view])),
  }
  return `${printable(head)}\n${yamlText(document)}`
}

const ROWS = ['columns', 'by', 'when', 'skip']

/** One line a column: a table of forty stays readable. */
function yamlText(content: object): string {
  const document = new Document(content, {aliasDuplicateObjects: false})
  visit(document, {
    Pair(_, {key, value}) {
      const isRows = isScalar(key) && ROWS.includes(String(key.value)) && isSeq(value)
      if (isRows) for (const item of value.items) if (isMap(item)) item.flow = true
    },
  })
  return document.toString({lineWidth: 0, flowCollectionPadding: false}).trimEnd()
}

function aligned(lines: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...lines.map(([label]) => label.length)) + 2
  return lines.map(([label, text]) => `  ${label.padEnd(width)}${printable(text)}`)
}
