/** The rooms of the source tree and which of them may import which: the one table that lint enforces. */

/** One room each, by folder from the project's root. Whatever else lies in src/lib/ is a topic. */
const FOLDERS = {
  command: 'src/commands/**',
  hook: 'src/hooks',
  function: 'src/functions',
  output: 'src/lib/cli/output',
  cli: 'src/lib/cli',
  ports: 'src/lib/ports',
  operation: 'src/lib/operation',
  lake: 'src/lib/lake',
  mapping: 'src/lib/mapping',
  sql: 'src/lib/sql',
  parquet: 'src/lib/parquet',
  engine: 'src/lib/engines/*',
  local: 'src/lib/local',
  aws: 'src/lib/aws',
  topic: 'src/lib/*',
}

/** Room → rooms it may import, besides itself, `errors` and packages. */
const MAY_IMPORT = {
  command: ['cli', 'output', 'context', 'topic-door', 'lake-door', 'operation-door'],
  hook: ['cli', 'output'],
  function: ['context', 'topic-door'],
  output: [],
  // the context only as a type and by a late import
  // operation: the base of commands that plan and run operations lives here.
  cli: ['output', 'ports', 'context', 'operation-door'],
  ports: ['lake', 'mapping'],
  operation: ['lake', 'mapping', 'sql', 'ports'],
  lake: ['mapping', 'sql', 'ports'],
  mapping: ['sql', 'ports', 'lake'],
  sql: ['ports'],
  // what footers say, to engines that merge files
  parquet: ['ports'],
  engine: ['ports', 'mapping', 'sql', 'lake', 'parquet'],
  local: ['ports'],
  aws: ['ports'],
  topic: ['ports', 'operation', 'lake', 'mapping', 'sql', 'topic-door'],
}

const FILES = {
  errors: 'src/lib/errors.ts',
  context: 'src/lib/context{,-*}.ts',
  'topic-door': 'src/lib/*/index.ts',
  'lake-door': 'src/lib/lake/index.ts',
  'operation-door': 'src/lib/operation/index.ts',
  render: 'src/lib/*/{render,render-*}.ts',
}

/** Settings of eslint-plugin-boundaries. */
export const roomSettings = {
  'boundaries/elements': Object.entries(FOLDERS).map(([type, pattern]) => ({
    type,
    pattern,
    partialMatch: false,
    ...(type === 'topic' ? {capture: ['topic']} : {}),
  })),
  'boundaries/elements-single-match': true,
  'boundaries/files': Object.entries(FILES).map(([category, pattern]) => ({category, pattern})),
  // late imports are imports too: a topic must not reach an adapter through one
  'boundaries/dependency-nodes': ['import', 'dynamic-import', 'export'],
}

const rooms = Object.keys(FOLDERS)
const files = Object.keys(FILES)

/** Policies for `boundaries/dependencies`, the last that matches decides. */
export const roomPolicies = [
  ...Object.entries(MAY_IMPORT).flatMap(([room, allowed]) => policiesOf(room, allowed)),
  // rendering is the one part of a topic that knows how text looks
  {
    from: {element: {type: ['topic', 'operation', 'lake']}, file: {categories: 'render'}},
    allow: {to: {element: {type: 'output'}}},
  },
]

function policiesOf(room, allowed) {
  const from = {element: {type: room}}
  const closed = rooms
    .filter((other) => other !== room || ['topic', 'engine'].includes(other))
    .filter((other) => !allowed.includes(other))
  return [
    {from, disallow: {to: {element: {type: closed}}}},
    ...(allowed.includes('context') ? [] : [{from, disallow: {to: {file: {categories: 'context'}}}}]),
    ...allowed
      .filter((name) => files.includes(name) && name !== 'context')
      .map((name) => ({from, allow: {to: {element: {type: name.replace('-door', '')}, file: {categories: name}}}})),
  ]
}
