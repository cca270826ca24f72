import {SluiceError} from '../errors.js'
import {printable} from './output/text.js'

/** What a command is about to do, for the question and for the refusal. */
export interface Consequence {
  /** `low`: adds data that can be taken back. `high`: replaces, deletes or sends. */
  readonly danger: 'low' | 'high'
  /** What would happen, as an infinitive: `load 1,000,000 items into claims`. */
  readonly will: string
  readonly lake: string
  readonly environment: string
  /** The environment says `protect: true`. */
  readonly isProtected: boolean
  /** The environment is a local folder. */
  readonly isLocal: boolean
}

/** The flags that answer before the question is asked. */
export interface ConfirmFlags {
  readonly yes: boolean
  readonly confirm?: string | undefined
  readonly reason?: string | undefined
}

/** Asks on the terminal; null where nobody can answer: stdin or stderr is no terminal, or `--json`. */
export type Ask = ((question: string) => Promise<string>) | null

/**
 * Returns when the mutation may begin; nothing has been done before.
 * @throws SluiceError CONFIRMATION_REQUIRED when it may not, USAGE when a protected environment misses `--reason`
 */
export async function confirmMutation(consequence: Consequence, flags: ConfirmFlags, ask: Ask): Promise<void> {
  refuseWrongName(consequence, flags)
  if (consequence.isProtected) return confirmProtected(consequence, flags, ask)
  if (flags.yes || (consequence.danger === 'low' && consequence.isLocal)) return
  if (ask === null) throw refusal(consequence, 'It needs a confirmation.', 'Repeat the command with --yes.')
  const answer = await ask(`About to ${printable(consequence.will)} in ${placeOf(consequence)}. Go on? [y/N] `)
  if (!/^y(es)?$/i.test(answer.trim())) throw declined(consequence)
}

async function confirmProtected(consequence: Consequence, flags: ConfirmFlags, ask: Ask): Promise<void> {
  const {lake, environment} = consequence
  if (flags.reason === undefined || flags.reason.trim() === '') {
    throw new SluiceError('USAGE', `The environment ${environment} is protected: a change needs a reason.`, {
      fix: 'Repeat the command with --reason "why", for the audit log.',
    })
  }
  if (flags.yes && flags.confirm === lake) return
  const bothFlags = `Repeat the command with --yes --confirm ${lake}.`
  if (flags.yes) throw refusal(consequence, 'In a protected environment --yes alone is refused.', bothFlags)
  if (ask === null) throw refusal(consequence, 'The environment is protected.', bothFlags)
  const answer = await ask(`Type ${printable(lake)} to ${printable(consequence.will)} in ${placeOf(consequence)}: `)
  if (answer.trim() !== lake) throw declined(consequence)
}

/** Whoever names another lake is in the wrong terminal, protected or not. */
function refuseWrongName(consequence: Consequence, flags: ConfirmFlags): void {
  if (flags.confirm === undefined || flags.confirm === consequence.lake) return
  throw refusal(consequence, `--confirm names ${flags.confirm}, this lake is ${consequence.lake}.`, null)
}

function refusal(consequence: Consequence, why: string, fix: string | null): SluiceError {
  const message = `${why} It would ${consequence.will} in ${placeOf(consequence)}. Nothing was changed.`
  return new SluiceError('CONFIRMATION_REQUIRED', message, fix === null ? {} : {fix})
}

function declined(consequence: Consequence): SluiceError {
  return new SluiceError(
    'CONFIRMATION_REQUIRED',
    `Not confirmed: did not ${consequence.will} in ${placeOf(consequence)}. Nothing was changed.`,
  )
}

function placeOf({lake, environment, isProtected}: Consequence): string {
  return `${printable(lake)} (env ${printable(environment)}${isProtected ? ', protected' : ''})`
}
