import {readFile, writeFile} from 'node:fs/promises'
import {SluiceError} from '../errors.js'
import type {Context} from '../context.js'
import type {ApplyOptions, Caller, LoadedPlan, PlanHeader} from '../operation/index.js'
import {BaseCommand} from './base-command.js'
import type {MutationFlagValues} from './flags.js'
import type {StreamedPlan} from './streamed-plan.js'

interface ApplyFlagValues {
  readonly reason?: string | undefined
  readonly 'allow-vanished'?: number | undefined
}

/** A command that plans or runs an operation: plan files, the price limit, the question, the audit record. */
export abstract class OperationCommand<Result extends object> extends BaseCommand<Result> {
  /** Writes a plan for `run --plan`: the header, then one unit a line. */
  protected async writePlan(file: string, plan: LoadedPlan<unknown>): Promise<void> {
    const lines = [plan.header, ...plan.units].map((line) => `${JSON.stringify(line)}\n`)
    await writeFile(file, lines.join(''), {mode: 0o600}).catch((error: unknown) => {
      throw new SluiceError('USAGE', `Cannot write the plan to ${file}.`, {
        fix: 'Name a file in a folder that exists.',
        cause: error,
      })
    })
  }

  /**
   * Writes a plan whose units come one by one, in bounded memory. Its header says what all of them come to, so it is
   * made last and stands first: the units wait in a file beside it.
   */
  protected async writeStreamedPlan(file: string): Promise<StreamedPlan> {
    const {openStreamedPlan} = await import('./streamed-plan.js')
    return openStreamedPlan(file)
  }

  /** Reads what `writePlan` wrote. Throws `PLAN_INVALID`, `FORMAT_UNKNOWN`. */
  protected async readPlan(file: string): Promise<LoadedPlan<unknown>> {
    const {parsePlan} = await import('../operation/index.js')
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new SluiceError('PLAN_INVALID', `Cannot read the plan ${file}.`, {
        fix: 'Write one with the plan command and --out FILE.',
        cause: error,
      })
    })
    return parsePlan(text, file)
  }

  /** Checks the price and asks, before anything is done. Throws `COST_EXCEEDED`, `CONFIRMATION_REQUIRED`. */
  protected async confirmOperation(
    header: PlanHeader,
    will: string,
    flags: MutationFlagValues,
    context: Context,
  ): Promise<void> {
    await this.refuseCost(header.estimate.costUsdMicros, flags['max-cost'])
    await this.confirmChange(will, header.undo === 'never' ? 'high' : 'low', flags, context)
  }

  /** Asks before a change that has no plan of its own. */
  protected async confirmChange(
    will: string,
    danger: 'low' | 'high',
    flags: Pick<MutationFlagValues, 'yes' | 'confirm' | 'reason'>,
    context: Context,
  ): Promise<void> {
    const {lake, environment} = context.definition
    await this.confirm(
      {
        danger,
        will,
        lake,
        environment: environment.name,
        isProtected: environment.protect,
        isLocal: environment.backend === 'local',
      },
      flags,
    )
  }

  /** Who applies what, and how it is stopped. */
  protected applyOptions(flags: ApplyFlagValues, context: Context): ApplyOptions {
    const allowVanished = flags['allow-vanished']
    return {
      caller: this.caller(flags.reason ?? null, context),
      signal: context.signal,
      ...(allowVanished === undefined ? {} : {allowVanished}),
    }
  }

  private caller(reason: string | null, context: Context): Caller {
    const {user, host} = context.ports.host.identity
    const command = [this.config.bin, ...(this.id ?? '').split(':'), ...this.argv].join(' ')
    return {user, host, version: this.config.version, command, reason}
  }

  /** Holds an estimate, in millionths of a dollar, against `--max-cost`. Throws `COST_EXCEEDED`. */
  protected async refuseCost(micros: string, maxCostUsd: string | undefined): Promise<void> {
    if (maxCostUsd === undefined) return
    const {Decimal} = await import('decimal.js')
    const {microsText} = await import('./output/money.js')
    if (new Decimal(micros).lte(new Decimal(maxCostUsd).times(1_000_000))) return
    throw new SluiceError(
      'COST_EXCEEDED',
      `The estimate is ${microsText(BigInt(micros))}, above --max-cost ${maxCostUsd}.`,
      {
        fix: 'Raise --max-cost, or do less.',
      },
    )
  }
}
