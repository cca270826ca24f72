import type {ChildProcessWithoutNullStreams} from 'node:child_process'
import {ListObjectsV2Command, type S3Client} from '@aws-sdk/client-s3'
import {resultOf, startSluice, type RunResult} from '../../cli/run-cli.js'
import {makeAwsLake, type AwsLake} from '../aws-lake.js'
import {control} from '../checks/gateway-control.js'
import {s3} from '../checks/lab-clients.js'
import {keysOf, makeRole, type OwnKeys} from './fault-keys.js'
import {selectTexts} from './athena-reader.js'
import {definitionOf, writeStory, type Story, type StoryName} from './story.js'
import {OPERATION, wireOf, type Wire} from './wire-points.js'

/** What Trino calls the objects of an INSERT. */
const INSERTED = /\b\d{8}_\d{6}_\d{5}_[a-z0-9]{5}_[0-9a-f-]{36}/g
const QUERY = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** What all lakes of a suite share: a story in a bucket, a role, and what an undisturbed load leads to. */
export class FaultBench {
  readonly #lakes: FaultLake[] = []

  private constructor(
    readonly story: Story,
    readonly source: AwsLake,
    readonly table: string,
    readonly engine: 'auto' | 'athena',
    private readonly role: string,
  ) {}

  static async make(name: StoryName, table = 'claims', engine: FaultBench['engine'] = 'auto'): Promise<FaultBench> {
    const source = await makeAwsLake(definitionOf(table), table)
    return new FaultBench(await writeStory(source, name), source, table, engine, await makeRole())
  }

  /** A lake of its own, with what stands before the story's load. */
  async lake(): Promise<FaultLake> {
    const lake = new FaultLake(this, await makeAwsLake(definitionOf(this.table), this.table), await keysOf(this.role))
    this.#lakes.push(lake)
    if (this.story.standing !== null)
      await lake.succeed('backfill', 'run', '--export', this.story.standing, '--yes', '--max-quarantine', '9')
    await lake.forgetWire()
    return lake
  }

  async close(): Promise<void> {
    for (const {own} of this.#lakes) await own.remove()
    await this.source.remove()
  }
}

export interface Ended {
  readonly exit: number | null
  readonly stderr: string
  /** The document of `--json`; empty where a kill left none. */
  readonly document: Readonly<Record<string, unknown>> & {
    readonly error?: {readonly code: string; readonly fix?: string}
  }
}

/** One lake in the lab and the processes that work on it. */
export class FaultLake {
  #since = 0

  constructor(
    readonly bench: FaultBench,
    readonly own: AwsLake,
    readonly keys: OwnKeys,
  ) {}

  start(...argv: string[]): ChildProcessWithoutNullStreams {
    return this.startWith({}, ...argv)
  }

  startWith(more: Readonly<Record<string, string>>, ...argv: string[]): ChildProcessWithoutNullStreams {
    const variables = {...this.keys.variables, SLUICE_MEMORY: '512MB', ...more}
    return startSluice([...argv, '--env', 'aws', '--json'], {cwd: this.own.folder, variables})
  }

  /** With variables of its own besides. */
  async runWith(more: Readonly<Record<string, string>>, ...argv: string[]): Promise<Ended> {
    return endedOf(await resultOf(this.startWith(more, ...argv)))
  }

  async run(...argv: string[]): Promise<Ended> {
    return endedOf(await resultOf(this.start(...argv)))
  }

  async succeed(...argv: string[]): Promise<Ended> {
    const ended = await this.run(...argv)
    if (ended.exit !== 0) throw new Error(`sluice ${argv.join(' ')}: exit ${ended.exit} ${JSON.stringify(ended)}`)
    return ended
  }

  /** Where its table is. */
  get place(): {readonly lake: AwsLake; readonly table: string} {
    return {lake: this.own, table: this.bench.table}
  }

  /** Words of the story's load. */
  get load(): string[] {
    return this.loadBy(this.bench.engine)
  }

  /** The same by an engine that is named. */
  loadBy(engine: FaultBench['engine'] | 'duckdb'): string[] {
    return [
      'backfill',
      'run',
      ...this.bench.story.exports.flatMap((uri) => ['--export', uri]),
      '--yes',
      '--max-quarantine',
      '9',
      '--allow-vanished',
      '9',
      '--engine',
      engine,
    ]
  }

  /** What its processes asked since it was made ready. */
  wire(): Promise<readonly Wire[]> {
    return wireOf(this.keys.accessKey, this.#since)
  }

  async forgetWire(): Promise<void> {
    const entries = (await control('GET', `/__wire?contains=${this.own.stateBucket}`)) as readonly Wire[]
    this.#since = entries.at(-1)?.sequence ?? 0
  }

  /** A name without what differs from lake to lake and from run to run. */
  normalise(text: string): string {
    let name = text
    const {own, bench} = this
    for (const [id, shown] of bench.story.names) name = name.replaceAll(id, shown)
    name = name.replaceAll(bench.source.stateBucket, '<source>')
    for (const [id, shown] of [
      [own.stateBucket, '<state>'],
      [own.tableBucket, '<tables>'],
      [own.database, '<database>'],
    ])
      name = name.replaceAll(id!, shown!)
    return name
      .replaceAll(OPERATION, '<operation>')
      .replaceAll(/\bchain-[0-9a-f]{12}\b/g, '<chain>')
      .replaceAll(/__lines_\w+/g, '__lines_<run>')
      .replaceAll(INSERTED, '<insert>')
      .replaceAll(QUERY, '<query>')
  }

  /** A regular expression of what `normalise` shows so. */
  pattern(target: string): string {
    const {own, bench} = this
    let text = target.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    for (const [id, shown] of bench.story.names) text = text.replaceAll(shown, id)
    return text
      .replaceAll('<source>', bench.source.stateBucket)
      .replaceAll('<state>', own.stateBucket)
      .replaceAll('<tables>', own.tableBucket)
      .replaceAll('<database>', own.database)
      .replaceAll('<operation>', '[0-9A-Z]{26}')
      .replaceAll('<chain>', 'chain-[0-9a-f]{12}')
      .replaceAll('<run>', '\\w+')
      .replaceAll('<insert>', '[^/]+')
      .replaceAll('<query>', '[0-9a-f-]{36}')
  }

  /** Every current claim as a reader with nothing of sluice sees it; none where the view is not there yet. */
  rows(): Promise<string[]> {
    return selectTexts(this.own, `SELECT * FROM ${this.bench.table}_current`)
  }

  /** Keys of the lake, as the lake's store has them. */
  async keysBelow(prefix: string): Promise<string[]> {
    const isTable = prefix.startsWith(`${this.bench.table}/`)
    const Bucket = isTable ? this.own.tableBucket : this.own.stateBucket
    const root = isTable ? '' : 'sluice/'
    return (await listAll(s3, Bucket, `${root}${prefix}`)).map((key) => key.slice(root.length))
  }

  /** Ids of the operations whose plan was written, oldest first. */
  async operations(): Promise<string[]> {
    const plans = (await this.keysBelow('_sluice/operations/')).filter((key) => key.endsWith('/plan.ndjson'))
    return plans.map((key) => key.split('/')[2]!).sort()
  }
}

export async function listAll(client: S3Client, Bucket: string, Prefix = ''): Promise<string[]> {
  const keys: string[] = []
  let token: string | undefined
  do {
    const page = await client.send(
      new ListObjectsV2Command({Bucket, Prefix, ...(token === undefined ? {} : {ContinuationToken: token})}),
    )
    keys.push(...(page.Contents ?? []).map(({Key = ''}) => Key))
    token = page.NextContinuationToken
  } while (token !== undefined)
  return keys.sort()
}

export function endedOf({stdout, stderr, exit}: RunResult): Ended {
  return {exit, stderr, document: (stdout === '' ? {} : JSON.parse(stdout)) as Ended['document']}
}
