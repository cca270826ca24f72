import {spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'

const TIME = '/usr/bin/time'
const USAGE_HOOK = fileURLToPath(new URL('usage-hook.mjs', import.meta.url))

/** Without time(1) only Node can say what it used. */
export const canMeasureCommands = existsSync(TIME)

/**
 * Runs a Node script to its end. Wall time is from spawn to exit; CPU and peak memory are of the whole process with all
 * its threads, from time(1), or where that is missing from Node itself at exit (without the children that it waited for).
 */
export function measureNode(args, options) {
  if (canMeasureCommands) return measureCommand(process.execPath, args, options)
  const hooked = () => [process.execPath, ['--import', pathToFileURL(USAGE_HOOK).href, ...args]]
  return measured(hooked, options)
}

/**
 * Like `measureNode`, of any command: CPU of it and of every process that it waited for, the memory of the largest of
 * them. Only where `canMeasureCommands`.
 */
export function measureCommand(command, args, options) {
  return measured((usageFile) => [TIME, ['-f', '%U %S %M', '-o', usageFile, command, ...args]], options)
}

/** Like `measureNode`, but a failure is an error with what the script said. */
export async function runNode(args, options) {
  const run = await measureNode(args, options)
  if (run.exit !== 0) throw new Error(`node ${args.join(' ')} left with ${run.exit}:\n${run.stderr}${run.stdout}`)
  return run
}

/** Runs a command to its end, unmeasured: how it left and what it wrote. A command that is not there leaves with 127. */
export async function runCommand(command, args) {
  const child = spawn(command, args, {stdio: ['ignore', 'pipe', 'pipe']})
  return finished(child).catch((error) => ({exit: 127, stdout: '', stderr: error.message}))
}

async function measured(commandOf, {cwd, env} = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-usage-'))
  const usageFile = join(folder, 'usage')
  const [command, args] = commandOf(usageFile)
  const variables = {...process.env, ...env, SLUICE_BENCH_USAGE: usageFile, NO_COLOR: '1'}
  try {
    const started = performance.now()
    const ended = await finished(spawn(command, args, {cwd, env: variables, stdio: ['ignore', 'pipe', 'pipe']}))
    const wallSeconds = (performance.now() - started) / 1000
    return {...ended, wallSeconds, ...(await usage(usageFile))}
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

function finished(child) {
  const texts = {stdout: '', stderr: ''}
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (texts[name] += text))
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (code, signal) => done({exit: code ?? signal, ...texts}))
  })
}

async function usage(file) {
  // time(1) writes a line about a failed command before the figures.
  const last = (await readFile(file, 'utf8').catch(() => '')).trim().split('\n').at(-1) ?? ''
  const [userSeconds, systemSeconds, maxRssKib] = last.split(' ').map(Number)
  return {cpuSeconds: userSeconds + systemSeconds, maxRssBytes: maxRssKib * 1024}
}
