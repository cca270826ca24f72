import {createHash} from 'node:crypto'
import {existsSync} from 'node:fs'
import {mkdir, readFile, rename, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {runCommand} from './measure.mjs'

const environments = new Map()

/**
 * A Python with the packages of a list in `peers/`: `{python}`, or `{missing}` with the reason. Made once for a list, by
 * pip as this machine has it set up, and kept below the temporary folder.
 */
export function pythonEnvironment(list = 'requirements.txt') {
  // One attempt a run: what cannot be installed for one peer cannot be for the next.
  if (!environments.has(list)) environments.set(list, findEnvironment(list))
  return environments.get(list)
}

async function findEnvironment(list) {
  const requirements = fileURLToPath(new URL(`peers/${list}`, import.meta.url))
  const digest = createHash('sha256').update(await readFile(requirements))
  const folder = join(tmpdir(), 'sluice-bench', `python-${digest.digest('hex').slice(0, 8)}`)
  const missing = existsSync(folder) ? null : await makeEnvironment(folder, requirements)
  return missing === null ? {python: join(folder, 'bin/python')} : {missing}
}

/** Null when the environment stands; else why it does not. */
async function makeEnvironment(folder, requirements) {
  const partial = `${folder}.partial-${process.pid}`
  await mkdir(partial, {recursive: true})
  try {
    console.error('makes a Python environment for the peers (some minutes, once)')
    const missing = await firstFailure([
      ['python3', ['--version'], 'python3'],
      ['python3', ['-m', 'venv', partial], 'python3 -m venv'],
      [join(partial, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements], 'pip install'],
    ])
    if (missing === null) await rename(partial, folder)
    return missing
  } finally {
    await rm(partial, {recursive: true, force: true})
  }
}

async function firstFailure(steps) {
  for (const [command, args, name] of steps) {
    const {exit, stdout, stderr} = await runCommand(command, args)
    if (exit !== 0) return `${name}: ${reasonOf(stderr || stdout)}`
  }
  return null
}

/** pip says the reason in lines that begin with ERROR, and advice after it. */
function reasonOf(text) {
  const lines = text.trim().split('\n')
  return (lines.find((line) => line.startsWith('ERROR')) ?? lines.at(-1)).slice(0, 120)
}
