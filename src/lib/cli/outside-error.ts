import {CLIError, ExitError} from '@oclif/core/errors'
import {EXIT} from '../errors.js'
import {errorDocumentOf, shownErrorOf} from './error-document.js'
import type {ShownError} from './error-document.js'
import {errorText} from './error-text.js'
import {jsonText} from './output/json.js'

/**
 * Shows what was thrown outside our commands: by help, by a plugin's command, while a command file is loaded. In the
 * same form and with the same exit codes as everything else.
 */
export function showOutsideError(error: Error, argv: readonly string[], bin: string): void {
  if (error instanceof ExitError) {
    process.exitCode = error.oclif.exit
    return
  }
  const shown = outsideErrorOf(error, bin)
  process.exitCode = shown.exit
  if (isJson(argv)) process.stdout.write(`${jsonText(errorDocumentOf(shown))}\n`)
  else process.stderr.write(`${errorText(shown)}\n`)
  if (process.env['SLUICE_DEBUG'] === '1') process.stderr.write(`${shown.stack ?? ''}\n`)
}

/** Whether `--json` is asked for, where no command could tell. */
export function isJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json')
}

function outsideErrorOf(error: Error, bin: string): ShownError {
  const isUsage = error instanceof CLIError && error.oclif.exit === EXIT.usage
  const shown = shownErrorOf(error, {parsed: !isUsage, helpCommand: `${bin} --help`})
  const unknown = /^Command (.+) not found\.?$/.exec(error.message)?.[1]
  if (unknown === undefined) return shown
  return {...shown, code: 'COMMAND_UNKNOWN', message: `No command "${unknown.replaceAll(':', ' ')}".`}
}
