import type {
  ColumnInput,
  CrawlerInput,
  DefinitionInput,
  KpiInput,
  PanelInput,
  RollupInput,
  TableInput,
  ThresholdsInput,
  ViewInput,
} from './schema.js'

/**
 * A definition whose broken parts were taken out after they were reported: every key may be absent, an entry of a
 * list may be undefined, what is there has its right type.
 */
export type SoundDefinition = Partial<
  Omit<DefinitionInput, 'environments' | 'tables' | 'crawlers' | 'kpis' | 'panels' | 'views'>
> & {
  readonly environments?: Readonly<Record<string, SoundEnvironment>>
  readonly tables?: Readonly<Record<string, SoundTable>>
  readonly crawlers?: Readonly<Record<string, SoundCrawler>>
  readonly kpis?: Readonly<Record<string, KpiInput>>
  readonly panels?: Readonly<Record<string, SoundPanel>>
  readonly rollups?: Readonly<Record<string, RollupInput>>
  readonly views?: Readonly<Record<string, ViewInput>>
}

export type SoundCrawler = Omit<CrawlerInput, 'tables'> & {readonly tables?: readonly (string | undefined)[]}

export type SoundPanel = Omit<PanelInput, 'columns'> & {readonly columns?: readonly (SoundPanelColumn | undefined)[]}
export type SoundPanelColumn = Partial<Omit<NonNullable<PanelInput['columns']>[number], 'of'>> & {
  readonly of?: readonly (string | undefined)[]
}

export type SoundColumn = Partial<Omit<ColumnInput, 'derive' | 'from'>> & {
  readonly from?: string | readonly (string | undefined)[]
  readonly derive?: SoundDerive
}
export type SoundCondition = Readonly<{
  from?: string | readonly (string | undefined)[]
  starts_with?: string
  one_of?: readonly (string | undefined)[]
  absent?: true
}>
export type SoundDerive = Readonly<Record<string, readonly (string | undefined)[] | undefined>>

export interface SoundPartition {
  readonly by?: readonly ({readonly name?: string; readonly derive?: SoundDerive} | undefined)[] | undefined
  readonly immutable?: boolean | undefined
  readonly path?: string | null | undefined
  readonly fallback?: 'load_day' | 'null' | null | undefined
}

export type SoundTable = Omit<TableInput, 'columns' | 'partition' | 'key' | 'source' | 'when' | 'skip'> & {
  readonly columns?: readonly (SoundColumn | undefined)[]
  readonly partition?: SoundPartition | null
  readonly key?: readonly (string | undefined)[]
  readonly when?: readonly (SoundCondition | undefined)[]
  readonly skip?: readonly (SoundCondition | undefined)[]
  readonly source?: {readonly dynamodb?: string} | null
}

/** Both kinds of environment in one; which keys belong to which was checked before. */
export interface SoundEnvironment {
  readonly backend?: 'local' | 'aws'
  readonly root?: string
  readonly versioned?: boolean
  readonly protect?: boolean
  readonly region?: string
  readonly account?: string
  readonly role?: string
  readonly state?: string
  readonly database?: string
  readonly workgroup?: string
  readonly results?: string
  readonly encryption?: string
  readonly endpoints?: Readonly<Record<string, string>>
  readonly tables?: Readonly<Record<string, {readonly location?: string} | undefined>>
  readonly kpis?: Readonly<Record<string, {readonly thresholds?: ThresholdsInput} | undefined>>
}
