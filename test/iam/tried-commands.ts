/** Commands that test/lab/suites/iam-*.lab.ts run under the policy that is printed for them, by suite. */
export const TRIED = {
  catalog: [
    'crawler history',
    'crawler list',
    'crawler start',
    'crawler stop',
    'partitions diff',
    'partitions list',
    'partitions sync',
  ],
  load: ['backfill plan', 'backfill run', 'ops resume', 'backfill export'],
  operations: ['ops list', 'ops show', 'ops undo', 'ops cancel', 'ops gc', 'ops unlock', 'backfill status'],
  read: ['query', 'kpi show', 'status', 'backfill verify', 'ingest stream'],
} as const

const WATCHED = 'what it asks for is held against its policy, not taken away: test/lab/suites/compact*.lab.ts'

/** Commands that no suite tries, and why. */
export const UNTRIED: Readonly<Record<string, string>> = {
  'compact gc': WATCHED,
  'compact plan': WATCHED,
  'compact rollback': WATCHED,
  'compact run': WATCHED,
  'compact status': WATCHED,
  doctor: 'says itself what it may not look at, and goes on: test/lab/suites/doctor.lab.ts',
}
