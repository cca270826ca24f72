import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {isAlive} from './processes.mjs'

/** Runs `work` while no other process does; a lock of a process that died is taken over. */
export async function withLock(folder, work) {
  while (!tryLock(folder)) {
    if (!isAlive(ownerOf(folder))) rmSync(folder, {recursive: true, force: true})
    else await sleep(500)
  }
  try {
    return await work()
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

function tryLock(folder) {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(join(folder, 'pid'), String(process.pid))
  return true
}

function ownerOf(folder) {
  try {
    return Number(readFileSync(join(folder, 'pid'), 'utf8'))
  } catch {
    // between mkdir and the pid file: somebody is just taking it
    return process.pid
  }
}
