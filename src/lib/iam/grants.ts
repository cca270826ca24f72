/** What permissions are given on; `targets.ts` knows the ARNs in an environment. */
export type Target =
  | 'operations'
  | 'locks'
  | 'runs'
  | 'rows'
  | 'staged'
  | 'generations'
  | 'compacted'
  | 'results'
  | 'results bucket'
  | 'line lists'
  | 'line tables'
  | 'merge tables'
  | 'exports'
  | 'new exports'
  | 'buckets'
  | 'database'
  | 'default database'
  | 'tables'
  | 'crawlers'
  | 'workgroup'
  | 'sources'
  | 'source exports'
  | 'keys'
  | 'principals'
  | 'account'

/** An action on a target. */
export interface Grant {
  readonly action: string
  readonly on: Target
  /** Why no run in the lab asks for it. */
  readonly unproven?: string
}

/** Actions on a target. */
export const on = (target: Target, actions: readonly string[], unproven?: string): readonly Grant[] =>
  actions.map((action) => ({action, on: target, ...(unproven === undefined ? {} : {unproven})}))

export const READ = ['s3:GetObject', 's3:ListBucket'] as const
