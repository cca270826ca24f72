import {CODES} from '../errors.js'
import {editDistance} from '../near-name.js'
import type {ShownError} from './error-document.js'

export interface KnownCommands {
  readonly bin: string
  /** `backfill:plan` */
  readonly commandIds: readonly string[]
  readonly topicNames: readonly string[]
}

interface Guess {
  readonly words: readonly string[]
  readonly distance: number
}

const MOST_EDITS = 3

/** The error for `id`, as oclif hands it over: all words up to the first flag, joined by colons. */
export function unknownCommand(id: string, known: KnownCommands): ShownError {
  const typed = id.split(':').filter((word) => word !== '')
  const guess = nearest(typed, known.commandIds) ?? nearest(typed, known.topicNames)
  const isTopic = guess !== undefined && !known.commandIds.includes(guess.words.join(':'))
  const suggestion = guess === undefined ? '--help' : `${guess.words.join(' ')}${isTopic ? ' --help' : ''}`
  const name = typed.slice(0, nameDepth(typed, guess, known)).join(' ')
  return {
    code: 'COMMAND_UNKNOWN',
    message: `No command "${name}".`,
    fix: `${known.bin} ${suggestion}`,
    details: null,
    exit: CODES.COMMAND_UNKNOWN,
    stack: undefined,
  }
}

function nearest(typed: readonly string[], ids: readonly string[]): Guess | undefined {
  return ids
    .map((id) => guessOf(typed, id.split(':')))
    .filter((guess) => guess !== undefined)
    .sort((one, other) => one.distance - other.distance || other.words.length - one.words.length)[0]
}

/** Undefined when it is too far: more than three edits, or more than half of the name. */
function guessOf(typed: readonly string[], words: readonly string[]): Guess | undefined {
  const wanted = words.join(' ')
  const distance = editDistance(typed.slice(0, words.length).join(' '), wanted)
  return distance <= Math.min(MOST_EDITS, Math.floor(wanted.length / 2)) ? {words, distance} : undefined
}

/** How many of the words name a command: what follows them are its arguments. */
function nameDepth(typed: readonly string[], guess: Guess | undefined, known: KnownCommands): number {
  return known.topicNames.includes(typed[0] ?? '') ? 2 : (guess?.words.length ?? 1)
}
