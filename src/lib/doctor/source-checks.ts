import {mappingOf, type LakeDefinition, type TableDefinition} from '../lake/index.js'
import {isDerived, sourceTag, type Column} from '../mapping/index.js'
import type {AwsFacts, SourceTableFact} from '../ports/environment-facts.js'
import {fail, once, pass, skipped, warn} from './verdicts.js'
import type {Check, Verdict} from './types.js'

/** DynamoDB tables that feed the lake. */
export function sourceChecks({tables}: LakeDefinition, facts: AwsFacts): readonly Check[] {
  const names = [...new Set(tables.flatMap(({source}) => (source === null ? [] : [source.dynamodb])))]
  return names.flatMap((name) => {
    const fed = tables.filter(({source}) => source?.dynamodb === name)
    const find = once(() => facts.sourceTable(name))
    const about = (title: string, look: Check['look']): Check => ({group: 'source', name: title, of: name, look})
    return [
      about('DynamoDB table', async () => sourceVerdict(await find(), fed)),
      ...fed
        .filter(({kind}) => kind === 'changelog')
        .map((table) => about('key', async () => keyVerdict(await find(), table))),
      about('point-in-time recovery', async () => recoveryVerdict(name, await facts.recovery(name))),
    ]
  })
}

function sourceVerdict(found: SourceTableFact | null, fed: readonly TableDefinition[]): Verdict {
  const of = fed.map(({name}) => name).join(', ')
  if (found !== null) return pass(`there, feeds ${of}`)
  return fail(
    `There is no such table in this account and Region; it feeds ${of}.`,
    'Correct `source: {dynamodb: …}` in the definition. Exports that are made already can be loaded without it.',
  )
}

/** Two items must never become one row: the key of the mapping has to read the key of the table. */
function keyVerdict(found: SourceTableFact | null, table: TableDefinition): Verdict {
  if (found === null) return {...skipped('there is no such table'), of: table.name}
  const {columns, key} = mappingOf(table)
  const read = new Set(key.flatMap((name) => attributesOf(name, columns)))
  const wanted = found.key.map(({attribute, tag}) => `${attribute} (${tag})`).join(', ')
  const unread = found.key.filter(({attribute}) => !read.has(attribute))
  const other = found.key.flatMap(({attribute, tag}) => {
    const column = columns.find((one) => !isDerived(one) && one.from === attribute && key.includes(one.name))
    if (column === undefined || isDerived(column) || sourceTag(column) === tag) return []
    return [`${column.name} reads ${attribute} as ${sourceTag(column)}, where DynamoDB has ${tag}`]
  })
  if (other.length > 0)
    return {...fail(`${other.join('; ')}.`, 'Correct the type of the column in the definition.'), of: table.name}
  if (unread.length === 0) return {...pass(`${key.join(', ')} from ${wanted}`), of: table.name}
  const text = `The key ${key.join(', ')} does not read ${unread.map(({attribute}) => attribute).join(', ')} of DynamoDB's key ${wanted}`
  const fix = `Correct \`key:\` of ${table.name}, or make sure that \`when:\` leaves one item a key.`
  // with conditions one item a key may be all that is left
  const judge = unread.length === found.key.length || table.when.length === 0 ? fail : warn
  return {...judge(`${text}: two items may become one row.`, fix), of: table.name}
}

/** Top-level attributes that a column is made of. */
function attributesOf(name: string, columns: readonly Column[], seen: readonly string[] = []): string[] {
  const column = columns.find((one) => one.name === name)
  if (column === undefined || seen.includes(name)) return []
  if (!isDerived(column)) return [typeof column.from === 'string' ? column.from : (column.from[0] ?? '')]
  const operands = Object.values(column.derive).flat() as unknown[]
  return operands.flatMap((operand) => {
    if (typeof operand !== 'string') return []
    return operand.startsWith('$') ? [operand.slice(1)] : attributesOf(operand, columns, [...seen, name])
  })
}

function recoveryVerdict(name: string, isOn: boolean | null): Verdict {
  if (isOn === null) return skipped('there is no such table')
  if (isOn) return pass('on')
  return fail(
    'It is off: DynamoDB makes no exports of this table.',
    `aws dynamodb update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
  )
}
