import {GlueClient} from '@aws-sdk/client-glue'
import {SluiceError} from '../errors.js'
import {awsError, awsReason, errorName, READ_THE_REASON} from './aws-errors.js'
import {clientConfiguration, type AwsSettings} from './client-settings.js'

/** Glue's calls with sluice's errors; the vendor's error is the cause. */
export class GlueApi {
  readonly database: string
  readonly #settings: AwsSettings
  readonly #client: GlueClient

  constructor(settings: AwsSettings, database: string) {
    this.#settings = settings
    this.database = database
    this.#client = new GlueClient(clientConfiguration(settings, 'glue'))
  }

  /** Runs one call. Throws `PLACE_UNUSABLE` when what it names is not there, and what `awsError` throws. */
  async call<Result>(action: string, run: (client: GlueClient) => Promise<Result>): Promise<Result> {
    try {
      return await run(this.#client)
    } catch (error) {
      throw this.#errorOf(error, `glue:${action}`)
    }
  }

  close(): void {
    this.#client.destroy()
  }

  #errorOf(error: unknown, action: string): SluiceError {
    const details = {action, reason: errorName(error)}
    switch (errorName(error)) {
      case 'EntityNotFoundException':
        return this.databaseMissing(error)
      case 'GlueEncryptionException':
        return new SluiceError('AWS_ACCESS_DENIED', `Glue cannot use the key of its catalog: ${awsReason(error)}.`, {
          fix: "Allow kms:Decrypt and kms:GenerateDataKey on that key in the caller's policy.",
          details,
          cause: error,
        })
      case 'InvalidInputException':
      case 'ValidationException':
      case 'ResourceNumberLimitExceededException':
        return new SluiceError('AWS_UNAVAILABLE', `Glue refuses ${action}: ${awsReason(error)}.`, {
          fix: READ_THE_REASON,
          details,
          cause: error,
        })
      default:
        return awsError(error, {service: 'Glue', action})
    }
  }

  databaseMissing(cause?: unknown): SluiceError {
    const {region} = this.#settings
    return new SluiceError('PLACE_UNUSABLE', `Glue has no database ${this.database} in ${region}.`, {
      fix: `aws glue create-database --region ${region} --database-input Name=${this.database}`,
      details: {database: this.database, region},
      cause,
    })
  }
}

/** Whether an error of `GlueApi` has this vendor's error as its cause. */
export function isGlueError(error: unknown, ...names: string[]): error is SluiceError {
  return error instanceof SluiceError && names.includes(errorName(error.cause))
}
