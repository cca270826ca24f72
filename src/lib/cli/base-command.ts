import {Command} from '@oclif/core/command'
import {ExitError} from '@oclif/core/errors'
import {ux} from '@oclif/core/ux'
import type {Context} from '../context.js'
import {EXIT, SluiceError, hasCode} from '../errors.js'
import type {ExitCode} from '../errors.js'
import type {PlaceNeeds} from '../ports/place-needs.js'
import type {Report} from '../ports/report.js'
import {shellWord} from '../shell-word.js'
import {askOnTerminal} from './ask.js'
import {confirmMutation} from './confirm.js'
import type {ConfirmFlags, Consequence} from './confirm.js'
import {errorDocumentOf, shownErrorOf} from './error-document.js'
import type {ShownError} from './error-document.js'
import {errorText} from './error-text.js'
import {globalFlags} from './flags.js'
import type {GlobalFlagValues} from './flags.js'
import {repeatInCommands} from './output/block.js'
import {jsonText} from './output/json.js'
import {ProgressHost} from './progress.js'
import {resourceRequestOf} from './resource-flags.js'
import type {ResourceFlagValues} from './resource-flags.js'
import {isLive, loadSpinner} from './spinner.js'

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const
type StopSignal = (typeof STOP_SIGNALS)[number]
/** A timer of more would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * What every command stands on: one result with two faces, exit codes, signals, progress. A command parses, calls one
 * use case and returns `this.finish(...)`; it throws SluiceErrors and neither `this.error` nor `this.exit`.
 */
export abstract class BaseCommand<Result extends object> extends Command {
  static override enableJsonFlag = true
  static override baseFlags = globalFlags

  private readonly stop = new AbortController()
  /** Aborted by the first Ctrl-C or SIGTERM, with the INTERRUPTED error as its reason, or at the end of a time limit. */
  protected readonly signal = this.stop.signal
  private readonly listeners = new Map<StopSignal, () => void>()
  private progress: ProgressHost | undefined
  private opened: Context | undefined
  private isQuiet = false
  private timeLimit: NodeJS.Timeout | undefined

  /** An object, because oclif prints nothing for `0`, `''` and `false` under `--json`. */
  abstract override run(): Promise<Result>

  protected override async init(): Promise<void> {
    await super.init()
    for (const name of STOP_SIGNALS) {
      const listener = () => this.interrupt(name)
      this.listeners.set(name, listener)
      process.once(name, listener)
    }
  }

  /**
   * The lake, its environment and its ports; closed when the command ends. Loaded late: help needs none of it. `needs`
   * are looked at first: a place that cannot be used ends the command before it has begun.
   */
  protected async context(flags: GlobalFlagValues & ResourceFlagValues, needs?: PlaceNeeds): Promise<Context> {
    if (this.opened !== undefined) return this.opened
    repeatInCommands([
      ...(flags.env === undefined ? [] : ['--env', shellWord(flags.env)]),
      ...(flags.lake === undefined ? [] : ['--lake', shellWord(flags.lake)]),
      ...(flags.profile === undefined ? [] : ['--profile', shellWord(flags.profile)]),
    ])
    const {createContext} = await import('../context.js')
    this.opened = await createContext({
      ...(flags.lake === undefined ? {} : {lakeFile: flags.lake}),
      ...(flags.env === undefined ? {} : {environment: flags.env}),
      ...(flags.profile === undefined ? {} : {profile: flags.profile}),
      ...(flags.now === undefined ? {} : {now: flags.now}),
      version: this.config.version,
      resources: resourceRequestOf(flags),
      ...(needs === undefined ? {} : {needs}),
      workingFolder: process.cwd(),
      variables: process.env,
      signal: this.signal,
      report: this.reporting(flags),
    })
    return this.opened
  }

  /** Where a use case tells how far it is; a context has it already. */
  protected reporting(flags: GlobalFlagValues): Report {
    this.isQuiet = flags.quiet === true
    this.progress ??= this.createProgress()
    return this.progress.report
  }

  /** Stops what still runs after so long, as Ctrl-C does. */
  protected limitTime(timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return
    const error = new SluiceError('QUERY_FAILED', `No whole answer within ${timeoutMs / 1000} s; it was stopped.`, {
      fix: 'Read less, or allow more time: --timeout',
      details: {timeoutMs},
    })
    this.timeLimit = setTimeout(() => this.stop.abort(error), Math.min(timeoutMs, LONGEST_TIMER_MS))
  }

  /** Columns of the terminal that the answer goes to; undefined for a file or a pipe. */
  protected get widthColumns(): number | undefined {
    const {isTTY, columns} = process.stdout
    return isTTY && columns > 0 ? columns : undefined
  }

  /** Asks before a change, unless the flags already answer; call it before the first effect. */
  protected async confirm(consequence: Consequence, flags: ConfirmFlags): Promise<void> {
    const canAsk = process.stdin.isTTY && process.stderr.isTTY && !this.jsonEnabled()
    this.progress?.pause()
    await confirmMutation(consequence, flags, canAsk ? (question) => askOnTerminal(question, this.signal) : null)
  }

  /** Prints the answer and sets the exit code; under `--json` oclif prints the result instead. */
  protected finish(result: Result, text: string, exit: ExitCode = EXIT.ok): Result {
    this.progress?.stop()
    if (!this.jsonEnabled() && text !== '') process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
    process.exitCode = exit
    return result
  }

  /** Shows the error itself and does not throw it on: oclif would leave with `process.exit` and lose output. */
  protected override catch(error: Error): Promise<void> {
    this.progress?.stop()
    if (error instanceof ExitError) {
      process.exitCode = error.oclif.exit
      return Promise.resolve()
    }
    const shown = shownErrorOf(this.causeOf(error), {parsed: this.parsed, helpCommand: this.helpCommand()})
    process.exitCode = shown.exit
    // else oclif warns, outside production, that the arguments were not parsed
    this.parsed = true
    this.show(shown)
    return Promise.resolve()
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    for (const [name, listener] of this.listeners) process.removeListener(name, listener)
    this.progress?.stop()
    clearTimeout(this.timeLimit)
    try {
      await this.opened?.close()
    } catch (failure) {
      // the answer stands; what did not close is no reason to withhold it
      if (!this.jsonEnabled()) process.stderr.write(`Warning: could not close the lake: ${String(failure)}\n`)
    }
    await super.finally(error)
  }

  protected override logJson(json: unknown): void {
    process.stdout.write(`${jsonText(json)}\n`)
  }

  private show(shown: ShownError): void {
    if (this.jsonEnabled()) return this.logJson(errorDocumentOf(shown))
    process.stderr.write(`${errorText(shown, (text) => ux.colorize('bold', ux.colorize('red', text)))}\n`)
    if (process.env['SLUICE_DEBUG'] === '1') process.stderr.write(`${shown.stack ?? ''}\n`)
  }

  /** Timers, streams and SDKs throw an AbortError of their own when the signal fires: the reason is the signal's. */
  private causeOf(error: Error): Error {
    const isReason = !this.signal.aborted || hasCode(error, 'INTERRUPTED')
    return isReason ? error : (this.signal.reason as Error)
  }

  private helpCommand(): string {
    return `${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')} --help`
  }

  private createProgress(): ProgressHost {
    const useColor = ux.colorize('cyan', 'x') !== 'x'
    return new ProgressHost({
      write: (text) => void process.stderr.write(text),
      silent: this.isQuiet || this.jsonEnabled(),
      loadSpinner: isLive(process.stderr, process.env) ? () => loadSpinner(process.stderr, useColor) : null,
      monotonicMs: () => performance.now(),
    })
  }

  private interrupt(name: StopSignal): void {
    // the second one leaves at once, whichever of the two it is
    for (const other of STOP_SIGNALS) process.once(other, () => process.exit(EXIT.interrupted))
    this.progress?.pause()
    if (!this.isQuiet && !this.jsonEnabled()) this.sayStopping()
    this.stop.abort(new SluiceError('INTERRUPTED', `Stopped by ${name === 'SIGINT' ? 'Ctrl-C' : name}.`))
  }

  private sayStopping(): void {
    // a terminal has echoed ^C, perhaps behind a question
    process.stderr.write(`${process.stderr.isTTY ? '\n' : ''}Stopping. Once more to leave at once.\n`)
  }
}
