import {DuckDBInstance} from '@duckdb/node-api'
import {rename} from 'node:fs/promises'
import {join} from 'node:path'
import {answerOf, filesBelow, type LakeFolder} from './lake-folder.js'

export interface VerifiedCheck {
  readonly name: string
  readonly state: string
  readonly text: string
  readonly counts: Readonly<Record<string, number>>
  readonly details: readonly string[]
}

export interface Verified {
  readonly state: string
  readonly runs: readonly {
    readonly operation: string
    readonly export: string
    readonly sampled: readonly {readonly file: string; readonly lines: readonly number[]}[]
    readonly checks: readonly VerifiedCheck[]
  }[]
  readonly checks: readonly VerifiedCheck[]
}

export interface Outcome {
  readonly exit: number | null
  /** Of the first run, and of the table. */
  readonly states: Readonly<Record<string, string>>
  readonly document: Verified
  /** A check of a run, counted from the first one, or of the table. */
  check(name: string, run?: number): VerifiedCheck
}

export const ALL_PASS = {
  record: 'pass',
  objects: 'pass',
  rows: 'pass',
  export: 'pass',
  samples: 'pass',
  keys: 'pass',
  chain: 'pass',
}

/** Runs the command, and checks its document against the schema. */
export async function verify(lake: LakeFolder, ...argv: string[]): Promise<Outcome> {
  const {exit, document} = await answerOf<Verified>(lake, 'backfill', 'verify', ...argv)
  const all = [...document.runs[0]!.checks, ...document.checks]
  const check: Outcome['check'] = (name, run = 0) =>
    [...document.runs[run]!.checks, ...document.checks].find((one) => one.name === name)!
  return {exit, states: Object.fromEntries(all.map(({name, state}) => [name, state])), document, check}
}

/** The one file of the lake whose name fits. */
export async function fileOf({root}: LakeFolder, pattern: RegExp): Promise<string> {
  const names = Object.keys(await filesBelow(root)).filter((name) => pattern.test(name))
  return join(root, names[0]!)
}

/** Writes a Parquet file anew, as `select` makes it of its rows `t`. */
export async function rewriteParquet(file: string, select: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const from = `(FROM read_parquet('${file}', hive_partitioning = false)) t`
  await connection.run(`COPY (${select.replace('FROM t', `FROM ${from}`)}) TO '${file}.new' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  await rename(`${file}.new`, file)
}
