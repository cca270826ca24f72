import {existsSync, mkdirSync, readdirSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url))

/** Where everything is installed; several clones may share one by the variable. */
export function labFolder() {
  const folder = resolve(process.env['SLUICE_LAB_FOLDER'] ?? join(PROJECT, '.lab'))
  mkdirSync(folder, {recursive: true})
  return folder
}

export const trinoFolder = () => join(labFolder(), 'trino')
export const pythonOfLab = () => join(labFolder(), 'venv', 'bin', 'python')

/** Process ids, logs and state of one running lab. */
export const runFolder = (name) => join(labFolder(), 'run', name)

/** Names of the labs that run, or were left behind. */
export function runNames() {
  const folder = join(labFolder(), 'run')
  return existsSync(folder) ? readdirSync(folder) : []
}
