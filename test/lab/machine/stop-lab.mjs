import {runNames} from './lab-folder.mjs'
import {forgetState, readState} from './lab-state.mjs'
import {isAlive, stopProcess} from './processes.mjs'

/** Stops the processes that this lab started, by their ids; returns the names of those that still ran. */
export async function stopLab(name) {
  const state = readState(name)
  if (state === null) {
    forgetState(name)
    return []
  }
  const stopped = await Promise.all(
    state.processes.map(async (record) => ((await stopProcess(record)) ? record.name : null)),
  )
  forgetState(name)
  return stopped.filter((one) => one !== null)
}

/** Name of the lab that one `npm run lab` starts for itself. */
export const nameOfRun = (pid) => `run-${pid}`

/** Stops the labs of runs that were killed before they could. */
export async function stopAbandoned() {
  for (const name of runNames()) {
    const owner = /^run-(\d+)$/.exec(name)?.[1]
    if (owner !== undefined && !isAlive(Number(owner))) await stopLab(name)
  }
}
