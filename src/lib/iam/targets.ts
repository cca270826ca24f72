import {
  currentViewName,
  deletesTableName,
  quarantineTableName,
  quarantineViewName,
  runsTableName,
} from '../changelog/index.js'
import {
  compactedPrefix,
  compactedUri,
  type AwsEnvironment,
  type LakeDefinition,
  type TableDefinition,
} from '../lake/index.js'
import type {Target} from './uses.js'

/** Objects below a prefix of a bucket. */
export interface Place {
  readonly bucket: string
  /** Empty, or ending with a slash. */
  readonly prefix: string
}

export interface TargetOptions {
  /** `s3://bucket/prefix` that exports are written to and read from; none: wherever they are. */
  readonly exportPlaces: readonly string[]
}

/** A target in one environment: objects below places, or things with ARNs. */
export type Located = {readonly places: readonly Place[]} | {readonly arns: readonly string[]}

/** DynamoDB puts this folder into every export's path. */
const EXPORT_FOLDER = 'AWSDynamoDB/'

/** An environment that names everything that a lake on AWS needs. */
export type WholeEnvironment = AwsEnvironment & Readonly<Record<'state' | 'database' | 'workgroup' | 'results', string>>

/** Where each target of the table of uses is in an environment. */
export class Targets {
  readonly partition: string
  readonly #definition: LakeDefinition
  readonly #environment: WholeEnvironment
  readonly #options: TargetOptions

  constructor(definition: LakeDefinition, environment: WholeEnvironment, options: TargetOptions) {
    this.partition = partitionOf(environment.region)
    this.#definition = definition
    this.#environment = environment
    this.#options = options
  }

  locate(target: Target): Located {
    const {state, results, database, workgroup, account} = this.#environment
    switch (target) {
      case 'operations':
      case 'locks':
        return {places: [below(placeOf(state), `_sluice/${target}/`)]}
      case 'runs':
        return {places: this.#changelogs().map(({name}) => below(placeOf(state), `${runsTableName(name)}/`))}
      case 'rows':
        return {places: this.#definition.tables.flatMap((table) => this.#rowPlaces(table))}
      case 'staged':
        return {places: [below(placeOf(state), '_sluice/staging/')]}
      case 'generations':
        return {places: [below(placeOf(state), '_sluice/generations/')]}
      case 'compacted':
        return {places: this.#definition.tables.map(({name}) => this.#compactedPlace(name))}
      case 'results':
        return {places: [placeOf(results)]}
      case 'results bucket':
        return {arns: [this.bucketArn(placeOf(results).bucket)]}
      case 'line lists':
        return {places: this.#changelogs().map(({name}) => below(placeOf(state), `${name}__lines/`))}
      case 'line tables':
        return {arns: [...this.#databaseArns(database), ...this.#lineTableArns()]}
      case 'merge tables':
        return {arns: [...this.#databaseArns(database), ...this.#mergeTableArns()]}
      case 'exports':
      case 'new exports':
        return {places: this.#exportPlaces()}
      case 'buckets':
        return {arns: this.#buckets().map((bucket) => this.bucketArn(bucket))}
      case 'database':
      case 'default database':
        return {arns: this.#databaseArns(target === 'database' ? database : 'default')}
      case 'tables':
        return {arns: [...this.#databaseArns(database), ...this.#tableArns()]}
      case 'crawlers':
        return {arns: this.#definition.crawlers.map(({awsName}) => this.#arn('glue', `crawler/${awsName}`))}
      case 'workgroup':
        return {arns: [this.#arn('athena', `workgroup/${workgroup}`)]}
      case 'sources':
        return {arns: this.#sources().map((name) => this.#arn('dynamodb', `table/${name}`))}
      case 'source exports':
        return {arns: this.#sources().map((name) => this.#arn('dynamodb', `table/${name}/export/*`))}
      case 'keys':
        return {arns: [this.#arn('kms', 'key/*')]}
      case 'principals':
        return {arns: ['role', 'user'].map((kind) => `arn:${this.partition}:iam::${account}:${kind}/*`)}
      case 'account':
        // Lake Formation has no ARNs of its own
        return {arns: ['*']}
    }
  }

  bucketArn(bucket: string): string {
    return `arn:${this.partition}:s3:::${bucket}`
  }

  /** Services through which a key may be used. */
  keyServices(): string[] {
    const domain = this.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'
    return ['s3', 'glue'].map((service) => `${service}.${this.#environment.region}.${domain}`)
  }

  #arn(service: string, rest: string): string {
    const {region, account} = this.#environment
    return `arn:${this.partition}:${service}:${region}:${account}:${rest}`
  }

  #changelogs(): readonly TableDefinition[] {
    return this.#definition.tables.filter(({kind}) => kind === 'changelog')
  }

  #rowPlaces({name, kind, partition}: TableDefinition): Place[] {
    const {state, locations} = this.#environment
    const location = locations[name]
    const own = location === undefined ? below(placeOf(state), `${name}/`) : placeOf(location)
    if (kind !== 'changelog') return [own]
    const more = [quarantineTableName(name), ...(partition?.immutable === true ? [deletesTableName(name)] : [])]
    return [own, ...more.map((table) => below(placeOf(state), `${table}/`))]
  }

  /** Where rows lie that compactions put elsewhere. */
  #compactedPlace(table: string): Place {
    const {state, locations} = this.#environment
    const location = locations[table]
    const beside = location === undefined ? null : compactedUri(location)
    return beside === null ? below(placeOf(state), compactedPrefix(table)) : placeOf(beside)
  }

  #exportPlaces(): Place[] {
    const {exportPlaces} = this.#options
    return exportPlaces.length === 0 ? [{bucket: '*', prefix: ''}] : exportPlaces.map(placeOf)
  }

  #buckets(): string[] {
    const {state, results, locations} = this.#environment
    return [...new Set([state, results, ...Object.values(locations)].map((uri) => placeOf(uri).bucket))]
  }

  #databaseArns(database: string): string[] {
    return [this.#arn('glue', 'catalog'), this.#arn('glue', `database/${database}`)]
  }

  #tableArns(): string[] {
    const names = this.#definition.tables.flatMap(({name, kind, partition}) => {
      if (kind !== 'changelog') return [name]
      const nameOf = [runsTableName, currentViewName, quarantineTableName, quarantineViewName]
      const more = partition?.immutable === true ? [...nameOf, deletesTableName] : nameOf
      return [name, ...more.map((of) => of(name))]
    })
    return names.map((name) => this.#arn('glue', `table/${this.#environment.database}/${name}`))
  }

  /** Each load has one of its own. */
  #lineTableArns(): string[] {
    const {database} = this.#environment
    return this.#changelogs().map(({name}) => this.#arn('glue', `table/${database}/${name}__lines_*`))
  }

  /** Each partition that Athena merges has some of its own. */
  #mergeTableArns(): string[] {
    const {database} = this.#environment
    return this.#definition.tables.map(({name}) => this.#arn('glue', `table/${database}/${name}__merge_*`))
  }

  #sources(): string[] {
    return [...new Set(this.#definition.tables.flatMap(({source}) => (source === null ? [] : [source.dynamodb])))]
  }
}

/** What the ARN of a place's objects ends with. */
export function objectPattern({bucket, prefix}: Place): string {
  if (bucket === '*') return `*/${EXPORT_FOLDER}*`
  return `${bucket}/${literal(prefix)}*`
}

/** What a listing of a place may be asked for. */
export function listPattern({bucket, prefix}: Place): string {
  return bucket === '*' ? `*${EXPORT_FOLDER}*` : `${literal(prefix)}*`
}

export function placeOf(uri: string): Place {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? []
  const path = rest.replace(/\/+$/, '')
  return {bucket, prefix: path === '' ? '' : `${path}/`}
}

function below({bucket, prefix}: Place, folder: string): Place {
  return {bucket, prefix: `${prefix}${folder}`}
}

/** Characters that a policy would read as wildcards or variables. */
function literal(text: string): string {
  return text.replace(/[*?$]/g, (sign) => `\${${sign}}`)
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
