import {existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {runFolder} from './lab-folder.mjs'

const fileOf = (name) => join(runFolder(name), 'state.json')

/** Processes, ports and variables of a lab that was started, or null. */
export function readState(name) {
  return existsSync(fileOf(name)) ? JSON.parse(readFileSync(fileOf(name), 'utf8')) : null
}

export function writeState(name, state) {
  const draft = `${fileOf(name)}.draft`
  writeFileSync(draft, JSON.stringify(state, null, 2))
  renameSync(draft, fileOf(name))
}

export function forgetState(name) {
  rmSync(runFolder(name), {recursive: true, force: true})
}
