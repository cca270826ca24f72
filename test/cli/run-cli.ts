import {spawn} from 'node:child_process'
import type {ChildProcessWithoutNullStreams} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const SLUICE = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const FIXTURE = fileURLToPath(new URL('fixture-cli/bin/run.js', import.meta.url))

export interface RunOptions {
  readonly cwd?: string
  readonly variables?: Readonly<Record<string, string>>
  /** Modules that the child imports first. */
  readonly preload?: readonly string[]
}

export interface RunResult {
  readonly stdout: string
  readonly stderr: string
  /** Null when a signal ended it. */
  readonly exit: number | null
}

/** The environment of a child: production, without colour or settings of whoever runs the tests. */
function childVariables(own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const foreign = /^(SLUICE_|FORCE_COLOR|NO_COLOR|NODE_ENV|NODE_OPTIONS|VITEST|DEBUG|CI$|COLUMNS)/
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return {...Object.fromEntries(kept), ...own}
}

function start(file: string, argv: readonly string[], options: RunOptions): ChildProcessWithoutNullStreams {
  const preload = (options.preload ?? []).flatMap((module) => ['--import', module])
  return spawn(process.execPath, [...preload, file, ...argv], {
    cwd: options.cwd ?? ROOT,
    env: childVariables(options.variables),
  })
}

/** Starts bin/run.js in a process of its own. */
export function startSluice(argv: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  return start(SLUICE, argv, options)
}

/** Starts the test CLI, whose commands end in every way that one can. */
export function startFixture(argv: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  return start(FIXTURE, argv, options)
}

/** All output and the exit code of a child. */
export async function resultOf(child: ChildProcessWithoutNullStreams): Promise<RunResult> {
  const texts = {stdout: '', stderr: ''}
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  child.stdin.end()
  const [exit] = (await once(child, 'close')) as [number | null]
  return {...texts, exit}
}

export function runSluice(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return resultOf(startSluice(argv, options))
}

export function runFixture(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return resultOf(startFixture(argv, options))
}

/** Resolves when the child has printed `text` on stderr. */
export function printed(child: ChildProcessWithoutNullStreams, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = ''
    child.stderr.on('data', (chunk: Buffer) => {
      seen += chunk.toString('utf8')
      if (seen.includes(text)) resolve()
    })
    child.once('exit', () => reject(new Error(`it ended before it printed ${text}: ${seen}`)))
  })
}
