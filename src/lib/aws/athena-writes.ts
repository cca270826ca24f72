import type {SluiceError} from '../errors.js'
import {readText} from '../ports/object-content.js'
import type {AthenaStatements} from './athena-statements.js'
import type {AwsSettings} from './client-settings.js'
import {S3ObjectStore} from './s3-object-store.js'

export interface AthenaWrite {
  readonly executionId: string
  /** Null: it succeeded. */
  readonly error: SluiceError | null
  readonly mayPass: boolean
  readonly wasStopped: boolean
  readonly scannedBytes: number
  /** Every object that it wrote, or meant to write when it failed; null: it succeeded, and nothing names them. */
  readonly uris: readonly string[] | null
}

/** Statements that write objects, each with the list of them that Athena keeps: its data manifest. */
export class AthenaWrites {
  constructor(
    private readonly statements: AthenaStatements,
    private readonly settings: AwsSettings,
  ) {}

  /** Runs a statement to its end; throws where its end cannot be seen, or its manifest not be read. */
  async write(sql: string, token: string, signal?: AbortSignal): Promise<AthenaWrite> {
    const ended = await this.statements.execute(sql, {token, signal})
    const {QueryExecutionId: executionId = '', Status: status, Statistics: statistics} = ended
    const failure = status?.State === 'SUCCEEDED' ? null : this.statements.failureOf(ended)
    const manifest = statistics?.DataManifestLocation
    return {
      executionId,
      error: failure?.error ?? null,
      mayPass: failure?.mayPass ?? false,
      wasStopped: failure?.wasStopped ?? false,
      scannedBytes: statistics?.DataScannedInBytes ?? 0,
      uris: await this.manifestOf(manifest, failure !== null),
    }
  }

  private async manifestOf(uri: string | undefined, hasFailed: boolean): Promise<string[] | null> {
    // A statement that failed before it wrote leaves none.
    const none = hasFailed ? [] : null
    if (uri === undefined) return none
    const cut = uri.lastIndexOf('/')
    const store = new S3ObjectStore({settings: this.settings, uri: uri.slice(0, cut), readOnly: true})
    const key = uri.slice(cut + 1)
    if ((await store.head(key)) === null) return none
    return urisOf(await readText(store, key))
  }
}

/** One address a line; a CSV may quote it. */
function urisOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => (/^".*"$/.test(line) ? line.slice(1, -1).replaceAll('""', '"') : line))
    .filter((line) => line !== '')
}
