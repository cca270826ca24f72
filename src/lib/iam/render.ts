import {plural} from '../cli/output/text.js'
import type {LeastPolicy} from './least-policy.js'

/** The documents as IAM takes them, one after the other; words where nothing is needed. */
export function renderPolicy({policies, commands}: LeastPolicy): string {
  if (policies.length > 0) return policies.map(({document}) => JSON.stringify(document, null, 2)).join('\n')
  if (commands.length === 0) return 'Every command named changes something, so --read-only leaves none.'
  return commands
    .map(({command, needsNothing}) => `${command} needs no permission of AWS: it ${needsNothing}.`)
    .join('\n')
}

/** What belongs beside the document: it is said where it does not mix with it. */
export function policyNotes({policies, commands, unproven, notes}: LeastPolicy): string[] {
  const without = commands.filter(({needsNothing}) => needsNothing !== null).map(({command}) => command)
  return [
    ...(policies.length === 0 || without.length === 0 ? [] : [`No permission is needed by ${without.join(', ')}.`]),
    ...notes,
    ...(unproven.length === 0
      ? []
      : [
          `${plural(unproven.length, 'permission')} of it no run in the lab asks for; --json lists each with the reason.`,
        ]),
  ]
}
