import {forgetState, readState} from './lab-state.mjs'
import {stopProcess} from './processes.mjs'

/** Stops the processes that this lab started, by their ids; returns the names of those that still ran. */
export async function stopLab(name) {
  const state = readState(name)
  if (state === null) return []
  const stopped = await Promise.all(state.processes.map(async (record) => ((await stopProcess(record)) ? record.name : null)))
  forgetState(name)
  return stopped.filter((one) => one !== null)
}
