import {EXIT, SluiceError} from '../errors.js'
import type {ErrorCode, ExitCode} from '../errors.js'

/** An error as the user meets it: the same facts for people and under `--json`. */
export interface ShownError {
  readonly code: ErrorCode
  readonly message: string
  /** The next command, or what to change. */
  readonly fix: string | null
  readonly details: Readonly<Record<string, unknown>> | null
  readonly exit: ExitCode
  /** For SLUICE_DEBUG only. */
  readonly stack: string | undefined
}

/** The one document that a failure prints under `--json`. */
export interface ErrorDocument {
  readonly error: Pick<ShownError, 'code' | 'message' | 'fix' | 'details'>
}

export interface CommandState {
  /** False while flags and arguments are still being read: whatever is thrown then is a usage error. */
  readonly parsed: boolean
  /** What shows the command's help, e.g. `sluice backfill plan --help`. */
  readonly helpCommand: string
}

/** Turns anything that was thrown into what is shown. */
export function shownErrorOf(error: Error, state: CommandState): ShownError {
  if (!state.parsed) return usageError(error, state.helpCommand)
  if (error instanceof SluiceError) return {...factsOf(error), exit: error.exit, stack: error.stack}
  return {
    code: 'UNEXPECTED',
    message: oneLine(error.message) || error.name,
    fix: 'Run it again with SLUICE_DEBUG=1 to see where it happened.',
    details: null,
    exit: EXIT.failed,
    stack: error.stack,
  }
}

/** A whitelist: parser errors carry their whole input and configuration, and none of it may get out. */
export function errorDocumentOf({code, message, fix, details}: ShownError): ErrorDocument {
  return {error: {code, message, fix, details}}
}

function usageError(error: Error, helpCommand: string): ShownError {
  const own = error instanceof SluiceError ? error : undefined
  return {
    code: own?.code ?? 'USAGE',
    message: usageMessage(error.message),
    fix: own?.fix ?? helpCommand,
    details: own?.details ?? null,
    exit: own?.exit ?? EXIT.usage,
    stack: error.stack,
  }
}

/** The parser's message as one sentence: it comes with a preamble, line breaks and a hint that is our fix. */
function usageMessage(text: string): string {
  const lines = text
    .replace(/\nSee more help with --help\s*$/, '')
    .replace(/^The following errors? occurred:/, '')
    .replace(/^Parsing (--\S+) /, '$1:')
    .replaceAll(/(--\S+)=true cannot/g, '$1 cannot')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const [first = 'The command line is not valid', ...rest] = lines
  const sentence = rest.length === 0 ? first : `${first}${/[:.]$/.test(first) ? ' ' : '; '}${rest.join('; ')}`
  return sentence.endsWith('.') ? sentence : `${sentence}.`
}

function factsOf(error: SluiceError): Pick<ShownError, 'code' | 'message' | 'fix' | 'details'> {
  return {code: error.code, message: oneLine(error.message), fix: error.fix ?? null, details: error.details ?? null}
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim()
}
