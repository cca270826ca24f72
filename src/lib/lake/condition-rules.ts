import {placeOfTable, type DraftTable} from './drafts.js'
import type {Findings, Path} from './mistakes.js'
import type {SoundCondition} from './sound.js'

const TESTS = ['starts_with', 'one_of', 'absent'] as const

/** Checks which items belong to the table, and which of them are left out. */
export function checkConditions(table: DraftTable, findings: Findings): void {
  for (const key of ['when', 'skip'] as const) {
    for (const [index, condition] of (table.values[key] ?? []).entries()) {
      const at: Path = table.written.has(key) ? [...placeOfTable(table, key), index] : table.at
      if (condition !== undefined && !findings.touches(at)) checkCondition(condition, at, findings)
    }
  }
}

function checkCondition(condition: SoundCondition, at: Path, findings: Findings): void {
  const {from} = condition
  const tests = TESTS.filter((test) => condition[test] !== undefined)
  if (from === undefined)
    findings.add(at, 'The condition does not say which attribute it tests.', 'Add from: <attribute>.')
  else if (from.length === 0 || (typeof from !== 'string' && from.includes(''))) {
    findings.add([...at, 'from'], 'An attribute name is empty.', 'Write the name of the source attribute.')
  }
  if (tests.length !== 1) {
    const count = tests.length === 0 ? 'no test' : `${tests.length} tests`
    const fix = tests.length === 0 ? 'Add starts_with, one_of or absent: true.' : 'Write one condition for each.'
    findings.add(at, `The condition has ${count}; it needs exactly one.`, fix)
  }
  if (condition.starts_with === '') {
    findings.add([...at, 'starts_with'], 'Every text begins with the empty text.', 'Write how the text begins.')
  }
}
