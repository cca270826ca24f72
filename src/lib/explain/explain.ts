import {CODES, EXIT, SluiceError, type ErrorCode, type ExitCode} from '../errors.js'
import {nearestName} from '../near-name.js'
import type {Explanation} from './explanation.js'
import {EXIT_MEANINGS, EXPLANATIONS} from './texts.js'

export interface ExplainedCode extends Explanation {
  readonly code: ErrorCode
  readonly exit: ExitCode
}

export interface ExplainedExit {
  readonly exit: ExitCode
  readonly meaning: string
}

/** The answer of `sluice explain`. */
export interface ExplainResult {
  /** What was asked for, as it is written; null: everything. */
  readonly asked: string | null
  readonly codes: readonly ExplainedCode[]
  /** The exit statuses of those codes, or the one that was asked for. */
  readonly exits: readonly ExplainedExit[]
}

const EXITS = Object.values(EXIT)
const ALL = (Object.keys(CODES) as ErrorCode[]).map(explained)

/** One code in full, those of an exit status, or all of them. Throws `USAGE` for a name that is neither. */
export function explain(asked: string | undefined): ExplainResult {
  if (asked === undefined) return {asked: null, codes: ALL, exits: EXITS.map(explainedExit)}
  const exit = EXITS.find((status) => String(status) === asked.trim())
  if (exit !== undefined) {
    return {asked: String(exit), codes: ALL.filter((code) => code.exit === exit), exits: [explainedExit(exit)]}
  }
  const code = explained(codeOf(asked))
  return {asked: code.code, codes: [code], exits: [explainedExit(code.exit)]}
}

/** As people type it: in lower case, with blanks or hyphens. Throws `USAGE`. */
function codeOf(asked: string): ErrorCode {
  const name = asked
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, '_')
  const code = ALL.find((known) => known.code === name)
  if (code !== undefined) return code.code
  const near = nearestName(name, Object.keys(CODES))
  const hint = near === null ? '' : ` Did you mean ${near}?`
  throw new SluiceError('USAGE', `There is no error code ${JSON.stringify(asked)}.${hint}`, {
    fix: near === null ? 'sluice explain' : `sluice explain ${near}`,
  })
}

function explained(code: ErrorCode): ExplainedCode {
  return {code, exit: CODES[code], ...EXPLANATIONS[code]}
}

function explainedExit(exit: ExitCode): ExplainedExit {
  return {exit, meaning: EXIT_MEANINGS[exit]}
}
