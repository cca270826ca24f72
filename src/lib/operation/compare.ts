import {SluiceError} from '../errors.js'
import type {Comparison, OperationId} from './types.js'

/** `1,786 added, 40,112 changed, 0 vanished`. */
export function comparisonText({added, changed, vanished}: Comparison): string {
  const count = (value: number): string => value.toLocaleString('en-US')
  return `${count(added)} added, ${count(changed)} changed, ${count(vanished)} vanished`
}

/**
 * Refuses what would take more away than a right input does: the export of another table, half an export, a key that
 * is mapped from another attribute. `allowed` is the number that a person looked at. Throws `VANISHED_TOO_MANY`; what
 * was staged stays, so that the operation can go on once it is allowed.
 */
export function refuseVanished(comparison: Comparison, allowed: number | undefined, operation: OperationId): void {
  const {of, standing, vanished, maxVanished} = comparison
  if (vanished <= standing * maxVanished || (allowed !== undefined && vanished <= allowed)) return
  const percent = (share: number): string => `${(share * 100).toFixed(1)}%`
  throw new SluiceError(
    'VANISHED_TOO_MANY',
    `${vanished.toLocaleString('en-US')} of ${standing.toLocaleString('en-US')} ${of} would vanish (${percent(vanished / standing)}; up to ${percent(maxVanished)} is allowed). Nothing was published.`,
    {
      fix: `If that is right: sluice ops resume ${operation} --allow-vanished ${vanished}. If not: sluice ops cancel ${operation}`,
      details: {operation, ...comparison},
    },
  )
}
