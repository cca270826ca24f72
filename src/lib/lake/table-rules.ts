import {isContainer} from '../mapping/column-type.js'
import {checkColumns, mayBeStored, nameMistake, typeOf} from './column-rules.js'
import {placeOf, placeOfTable, type DraftTable} from './drafts.js'
import {checkConditions} from './condition-rules.js'
import {checkExpressions, checkPartitionExpression, KEY_EXPRESSIONS} from './expression-rules.js'
import type {Findings, Path} from './mistakes.js'
import {nearFix} from '../near-name.js'

const KEY_KINDS = ['string', 'bigint', 'decimal']

/** Every rule of one table. */
export function checkTable(table: DraftTable, findings: Findings): void {
  checkTableName(table, findings)
  checkKind(table, findings)
  checkColumns(table, findings)
  checkExpressions(table, findings)
  checkConditions(table, findings)
  checkKey(table, findings)
  checkPartition(table, findings)
}

function checkTableName(table: DraftTable, findings: Findings): void {
  const mistake = nameMistake(table.name)
  if (mistake !== null) findings.add(table.at, mistake.message, mistake.fix)
  // sluice makes `<table>__runs` and its like, and the view `<table>_current`.
  else if (table.name.includes('__') || table.name.endsWith('_current')) {
    findings.add(
      table.at,
      `The name ${table.name} is reserved: __ and _current name parts of tables.`,
      'Rename the table.',
    )
  }
}

function checkKind(table: DraftTable, findings: Findings): void {
  const {kind} = table.values
  const at: Path = [...table.at, 'kind']
  if (kind === undefined && !findings.touches(at)) {
    const message = `The table ${table.name} has no kind, and no blueprint has a table of this name.`
    findings.add(at, message, 'Add kind: changelog or kind: events.')
  }
  if (kind === 'derived')
    findings.add(at, 'kind derived is reserved, not built in this version.', 'Write changelog or events.')
  checkFormat(table, findings)
  checkTableSource(table, findings)
  if (table.columns.length === 0 && table.namesKnown && !findings.touches([...table.at, 'columns'])) {
    findings.add(
      [...table.at, 'columns'],
      `The table ${table.name} has no columns.`,
      'Add columns: [{name, type, from}].',
    )
  }
}

/** Exports and streams are versions of items: as events they would be counted once for every version. */
function checkTableSource(table: DraftTable, findings: Findings): void {
  const {source} = table.values
  if (source === undefined || source === null || !mayBeStored(table)) return
  const message = 'Exports and the stream of a DynamoDB table feed change logs; events have no such source.'
  findings.add(placeOfTable(table, 'source'), message, 'Remove source, or write kind: changelog.')
}

/** What sluice loads it writes as Parquet; the files of others are what they are. */
function checkFormat(table: DraftTable, findings: Findings): void {
  const {kind, format} = table.values
  if (format !== 'json' || kind === undefined || mayBeStored(table)) return
  findings.add(
    placeOfTable(table, 'format'),
    `A ${kind} is stored as parquet.`,
    'Remove format, or write kind: events.',
  )
}

function checkKey(table: DraftTable, findings: Findings): void {
  const {key, kind} = table.values
  const at = placeOfTable(table, 'key')
  if (key === undefined) {
    if (kind === 'changelog' && !findings.touches([...table.at, 'key'])) {
      findings.add([...table.at, 'key'], `The changelog ${table.name} has no key.`, 'Add key: [<column>].')
    }
    return
  }
  for (const [index, name] of key.entries()) {
    if (name === undefined) continue
    const place: Path = table.written.has('key') ? [...at, index] : at
    if (key.indexOf(name) !== index) findings.add(place, `The key column ${name} stands here twice.`, 'Keep one.')
    else checkKeyColumn(table, name, place, findings)
  }
}

function checkKeyColumn(table: DraftTable, name: string, place: Path, findings: Findings): void {
  const column = table.columns.find((other) => other.name === name)
  if (column === undefined) {
    const removedAt = table.written.has('key') ? undefined : table.removed.get(name)
    if (removedAt !== undefined)
      findings.add(removedAt, `${name} is the key of ${table.name}.`, `Keep it, or change key.`)
    else if (table.namesKnown) {
      const names = table.columns.map((other) => other.name)
      findings.add(place, `There is no column ${name} in ${table.name}.`, nearFix(name, names, 'column'))
    }
    return
  }
  const kind = typeOf(column)?.kind
  const blame = table.written.has('key')
    ? place
    : placeOf(column, column.values.derive === undefined ? 'type' : 'derive')
  const expression = Object.keys(column.values.derive ?? {})[0]
  if (expression !== undefined && !KEY_EXPRESSIONS.includes(expression)) {
    const message = `The key column ${name} is computed by ${expression}, which does not identify an item.`
    findings.add(blame, message, `Read it with from, or cut it out with ${KEY_EXPRESSIONS.join(', ')}.`)
  } else if (column.values.tag !== undefined && isContainer(column.values.tag)) {
    const message = `The key column ${name} holds several values (tag ${column.values.tag}).`
    findings.add(blame, message, 'Use an attribute with one value.')
  } else if (kind !== undefined && !KEY_KINDS.includes(kind)) {
    findings.add(blame, `The key column ${name} is ${kind}; keys are string, bigint or decimal.`, 'Change its type.')
  }
}

function checkPartition(table: DraftTable, findings: Findings): void {
  const {partition} = table
  if (partition === null) return
  const at = placeOfTable(table, 'partition')
  if (partition.by.length === 0 && !findings.touches(at)) {
    findings.add([...at, 'by'], `The partition of ${table.name} has no columns.`, 'Add by: [{name, derive}].')
  }
  const seen = new Set<string>()
  for (const [index, column] of partition.by.entries()) {
    checkPartitionExpression(table, index, findings)
    if (column.name === undefined) continue
    const place: Path = column.written ? [...column.at, 'name'] : column.at
    const mistake = nameMistake(column.name)
    if (mistake !== null) findings.add(place, mistake.message, mistake.fix)
    if (seen.has(column.name))
      findings.add(place, `The partition column ${column.name} stands here twice.`, 'Keep one.')
    seen.add(column.name)
    checkCollision(table, column.name, column.written ? place : null, findings)
  }
  checkTemplate(table, [...seen], findings)
}

function checkCollision(table: DraftTable, name: string, place: Path | null, findings: Findings): void {
  const column = table.columns.find((other) => other.name.toLowerCase() === name.toLowerCase())
  if (column === undefined) return
  const message = `${name} is a column and a partition column of ${table.name}.`
  findings.add(place ?? placeOf(column, 'name'), message, `Rename one of them, like ${name}_part.`)
}

function checkTemplate(table: DraftTable, names: readonly string[], findings: Findings): void {
  const template = table.partition?.path
  if (template === undefined || template === null) return
  const tableAt = placeOfTable(table, 'partition')
  const at: Path = table.written.has('partition') ? [...tableAt, 'path'] : tableAt
  const example = names.map((name) => `{${name}}/`).join('')
  const used = [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '')
  for (const name of new Set(used)) {
    const count = used.filter((other) => other === name).length
    if (!names.includes(name)) {
      findings.add(
        at,
        `The path names {${name}}, which is no partition column.`,
        nearFix(name, names, 'partition column'),
      )
    } else if (count > 1) findings.add(at, `The path names {${name}} ${count} times.`, `Write ${example}`)
  }
  for (const name of names) {
    if (!used.includes(name)) findings.add(at, `The path does not name {${name}}.`, `Add it: ${example}`)
  }
  checkPathText(template, at, example, findings)
}

function checkPathText(template: string, at: Path, example: string, findings: Findings): void {
  const segments = template.replace(/\/$/, '').split('/')
  if (!template.endsWith('/')) findings.add(at, 'The path does not end with /.', `Write ${template}/`)
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    findings.add(at, 'The path has an empty segment, . or .. in it.', `Write segments, like ${example}`)
  }
  // Two values without a separator between them could not be told apart again.
  if (/\}\{/.test(template)) findings.add(at, 'Two values of the path stand side by side.', `Put / between: ${example}`)
  if (/[^\w={}/.-]/.test(template))
    findings.add(at, 'The path has characters other than a-z, 0-9, = _ - . /.', `Write ${example}`)
}
