import {nearestName} from '../near-name.js'
import {possibleTags, type ColumnType} from '../mapping/column-type.js'
import {placeOf, type DraftColumn} from './drafts.js'
import type {Findings} from './mistakes.js'

/** How the source writes a column: its tag, the form of its times, their zone. */
export function checkSource(column: DraftColumn, type: ColumnType, findings: Findings): void {
  checkTag(column, type, findings)
  if (findings.touches([...column.at, 'format'])) return
  checkFormat(column, type.kind, findings)
  if (type.kind === 'timestamp') checkZone(column, findings)
  else if (column.values.zone !== undefined) {
    findings.add(placeOf(column, 'zone'), `zone is for timestamp, not for ${type.kind}.`, 'Remove zone.')
  }
}

function checkTag(column: DraftColumn, type: ColumnType, findings: Findings): void {
  const {tag, format, type: name} = column.values
  if (tag === undefined) return
  const possible = possibleTags(type, format)
  if (possible.includes(tag)) return
  const fix = possible.length === 1 ? 'Remove tag, or make it a string.' : `Write one of ${possible.join(', ')}.`
  findings.add(placeOf(column, 'tag'), `A column of type ${name} is not read from the tag ${tag}.`, fix)
}

function checkFormat(column: DraftColumn, kind: ColumnType['kind'], findings: Findings): void {
  const {format} = column.values
  const isTime = kind === 'timestamp' || kind === 'date'
  if (isTime && format === undefined) {
    const formats = kind === 'date' ? 'iso' : 'iso, iso_local, epoch_s or epoch_ms'
    const message = `The ${kind} ${column.name} does not say how the source writes it.`
    findings.add(column.at, message, `Add format: ${formats}.`)
  } else if (!isTime && format !== undefined) {
    findings.add(placeOf(column, 'format'), `format is for timestamp and date, not for ${kind}.`, 'Remove format.')
  } else if (kind === 'date' && format === 'iso_local') {
    findings.add(placeOf(column, 'format'), 'A date has no time, so it needs no zone.', 'Write format: iso.')
  } else if (kind === 'date' && (format === 'epoch_s' || format === 'epoch_ms')) {
    const message = `A date is read from text, not from ${format}.`
    findings.add(placeOf(column, 'format'), message, 'Write format: iso, or make it a timestamp.')
  }
}

function checkZone(column: DraftColumn, findings: Findings): void {
  const {zone, format} = column.values
  if (format !== 'iso_local' && zone !== undefined) {
    findings.add(placeOf(column, 'zone'), 'zone is for format: iso_local.', 'Remove zone, or write format: iso_local.')
  } else if (format === 'iso_local' && zone === undefined && !findings.touches([...column.at, 'zone'])) {
    const message = `The local time ${column.name} does not say its zone.`
    findings.add(placeOf(column, 'format'), message, 'Add zone: Europe/London, or another IANA name.')
  } else if (zone !== undefined && !isZone(zone)) {
    const near = nearestName(zone, Intl.supportedValuesOf('timeZone'))
    const fix = near === null ? 'Write an IANA name, like Europe/London.' : `Did you mean ${near}?`
    findings.add(placeOf(column, 'zone'), `There is no time zone ${JSON.stringify(zone)}.`, fix)
  }
}

/** Offsets like +01:00 are no zones: engines read their sign in two ways. */
function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en-US', {timeZone: name})
    return true
  } catch {
    return false
  }
}
