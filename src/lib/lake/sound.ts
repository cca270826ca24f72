import type {ColumnInput, DefinitionInput, KpiInput, TableInput, ThresholdsInput} from './schema.js'

/**
 * A definition whose broken parts were taken out after they were reported: every key may be absent, an entry of a
 * list may be undefined, what is there has its right type.
 */
export type SoundDefinition = Partial<Omit<DefinitionInput, 'environments' | 'tables' | 'kpis'>> & {
  readonly environments?: Readonly<Record<string, SoundEnvironment>>
  readonly tables?: Readonly<Record<string, SoundTable>>
  readonly kpis?: Readonly<Record<string, KpiInput>>
}

export type SoundColumn = Partial<Omit<ColumnInput, 'derive' | 'from'>> & {
  readonly from?: string | readonly (string | undefined)[]
  readonly derive?: SoundDerive
}
export type SoundDerive = Readonly<Record<string, readonly (string | undefined)[] | undefined>>

export interface SoundPartition {
  readonly by?: readonly ({readonly name?: string; readonly derive?: SoundDerive} | undefined)[] | undefined
  readonly immutable?: boolean | undefined
  readonly path?: string | null | undefined
  readonly fallback?: 'load_day' | 'null' | null | undefined
}

export type SoundTable = Omit<TableInput, 'columns' | 'partition' | 'key' | 'source'> & {
  readonly columns?: readonly (SoundColumn | undefined)[]
  readonly partition?: SoundPartition | null
  readonly key?: readonly (string | undefined)[]
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
  readonly state?: string
  readonly database?: string
  readonly workgroup?: string
  readonly results?: string
  readonly endpoints?: Readonly<Record<string, string>>
  readonly tables?: Readonly<Record<string, {readonly location?: string} | undefined>>
  readonly kpis?: Readonly<Record<string, {readonly thresholds?: ThresholdsInput} | undefined>>
}
