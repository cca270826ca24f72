import {SluiceError} from '../../errors.js'
import {isKeyPrivate} from '../../mapping/index.js'
import type {EngineFault, LeftObject, LoadRequest} from '../../ports/parquet-engine.js'
import type {DoubledKeys} from './read-back.js'
import type {Survey} from './survey.js'

/** What Athena's reader of lines does not read. Throws `ENGINE_UNFIT`. */
export function refuseUnfit({files, source}: LoadRequest): void {
  const other = files.find(({format = 'json'}) => format !== 'json')
  if (other !== undefined) throw unfit(`${other.key} holds ${other.format === 'ion' ? 'Ion' : 'quarantined lines'}.`)
  if (!source.uri.startsWith('s3://')) throw unfit(`${source.uri} is no place in S3.`)
}

/** A workgroup may have been changed since the load was planned. */
export function refusePlace(fault: EngineFault | null): void {
  if (fault !== null)
    throw unfit(fault.text, `${fault.remedy}, and go on: sluice ops resume. Or: ${ANEW} --engine duckdb`)
}

function unfit(reason: string, fix = `${ANEW} --engine duckdb`): SluiceError {
  return new SluiceError('ENGINE_UNFIT', `Athena cannot load this: ${reason}`, {fix})
}

const ANEW = 'Give this load up (sluice ops cancel) and run it anew with'

/** Every reason to stop before anything is stored. */
export function refuseSurvey(survey: Survey, request: LoadRequest): void {
  refuseErrors(survey)
  refuseUnreadable(survey, request)
  refuseWrongCounts(survey, request)
  if (survey.unwritable === 0) return
  throw unfit(
    `${survey.unwritable} rows have a value to divide by with other characters than printable ASCII, of which it writes no partition.`,
  )
}

function refuseErrors({classes, error}: Survey): void {
  if (error === null) return
  const [, reason = '', column = ''] = /^error (\S+) (.*)$/s.exec(error) ?? []
  throw new SluiceError(
    'MAPPING_ERROR',
    `${classes.error ?? 0} items break a rule that says error: ${column} is ${reason.replace('_', ' ')}.`,
    {fix: `Set the policy of column ${column} to quarantine, or correct the mapping.`, details: {column, reason}},
  )
}

function refuseUnreadable({classes, unreadable: first}: Survey, {allowUnreadable, mapping}: LoadRequest): void {
  const [noItem, noKey] = [classes.noItem ?? 0, classes.noKey ?? 0]
  const unreadable = noItem + noKey
  if (unreadable <= allowUnreadable) return
  const setAside = `Copy the export again; or load the rest, without a floor, by adding --allow-unreadable ${unreadable}`
  const details = {linesWithoutItem: noItem, itemsWithoutKey: noKey}
  if (noItem > 0) {
    throw new SluiceError(
      'EXPORT_LINE_INVALID',
      `${unreadable} lines cannot be read as items, the first in ${first.noItem}.`,
      {fix: setAside, details: {file: first.noItem, ...details}},
    )
  }
  throw new SluiceError(
    'EXPORT_ITEM_WITHOUT_KEY',
    `${noKey} items have no readable key (${mapping.key.join(', ')}), the first in ${first.noKey}.`,
    {
      fix: `Compare the key columns of the definition with the exported table (sluice lake show). ${setAside}`,
      details: {file: first.noKey, ...details},
    },
  )
}

/** Every line that the manifest states, and no other; of files that are none of the load's too. */
function refuseWrongCounts({lines}: Survey, {files}: LoadRequest): void {
  const found = new Map(lines)
  const stated = new Map(files.map(({key, itemCount}) => [key, itemCount]))
  for (const file of new Set([...stated.keys(), ...found.keys()])) {
    const [count, expected] = [found.get(file) ?? 0, stated.get(file) ?? 0]
    if (count === expected) continue
    throw new SluiceError('EXPORT_COUNT_MISMATCH', `${file} holds ${count} items, its manifest states ${expected}.`, {
      fix: 'Copy the export again and compare: sluice backfill inspect --export …',
      details: {file, lines: count, stated: expected},
    })
  }
}

/** Whoever put rows of this load beside others has rewritten what it reads: deleting that would delete theirs. */
export function refuseShared([first]: readonly LeftObject[], {mapping: {table}, origin}: LoadRequest): void {
  if (first === undefined) return
  const {key, otherRows} = first
  throw new SluiceError(
    'PROOF_FAILED',
    `${key} holds rows of ${origin.source}, this load, beside ${otherRows} others; the load has not written it.`,
    {
      fix: `Nothing was deleted or admitted. Find out who else writes objects of ${table}, and stop that; then give this load up (sluice ops cancel) and run it anew.`,
      details: {key, otherRows, source: origin.source},
    },
  )
}

/** An export holds one state of each key: two mean that the key of the definition is not the table's. */
export function keysDoubled({count, keys}: DoubledKeys, {mapping}: LoadRequest): SluiceError {
  const named = isKeyPrivate(mapping) ? '' : `, as ${keys.map((key) => key.join(' ')).join(', ')}`
  return new SluiceError(
    'EXPORT_KEY_DUPLICATE',
    `${count} keys (${mapping.key.join(', ')}) stand more than once in the export${named}.`,
    {fix: "An export holds each key once: name all parts of the table's key in the definition (sluice lake show)."},
  )
}
