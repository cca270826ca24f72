import {execFileSync, spawn} from 'node:child_process'
import {closeSync, openSync} from 'node:fs'
import {createServer} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'

const STOP_WITHIN_MS = 10_000

/** A port that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Starts a process that outlives this one; its record says how to find it again. */
export function startProcess({name, command, parameters, environment, folder, log}) {
  const output = openSync(log, 'a')
  const child = spawn(command, parameters, {
    cwd: folder,
    env: {...process.env, ...environment},
    stdio: ['ignore', output, output],
    detached: true,
  })
  closeSync(output)
  child.unref()
  if (child.pid === undefined) throw new Error(`lab: ${name} did not start: no ${command}`)
  return {name, pid: child.pid, startedAt: startTimeOf(child.pid), log}
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** A pid is given again to other processes: with its start time it is one process only. */
export const isOurs = ({pid, startedAt}) => isAlive(pid) && startTimeOf(pid) === startedAt

/** Asks the process to end, then ends it; null records and processes of others are left alone. */
export async function stopProcess(record) {
  if (!isOurs(record)) return false
  process.kill(record.pid, 'SIGTERM')
  const deadline = Date.now() + STOP_WITHIN_MS
  while (isOurs(record) && Date.now() < deadline) await sleep(50)
  if (isOurs(record)) process.kill(record.pid, 'SIGKILL')
  return true
}

function startTimeOf(pid) {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: {...process.env, LC_ALL: 'C'},
    })
    const [state, ...time] = line.trim().split(/\s+/)
    // an ended child that nobody waited for still has its pid
    return state.startsWith('Z') ? null : time.join(' ')
  } catch {
    return null
  }
}
