// node test/lab/trino.mjs kill | start [--name default]: Trino that dies in the middle, and comes back.
import {parseArgs} from 'node:util'
import {readState, writeState} from './machine/lab-state.mjs'
import {isOurs} from './machine/processes.mjs'
import {startTrino, waitForTrino} from './machine/start-lab.mjs'

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {name: {type: 'string', default: process.env['SLUICE_LAB_NAME'] ?? 'default'}},
})
const actions = {kill, start}
const action = actions[positionals[0]]
const state = readState(values.name)
if (action === undefined || state === null || !state.hasTrino) {
  console.error('Usage: trino.mjs kill | start, while a lab with Trino runs.')
  process.exitCode = 2
} else {
  await action(state)
}

/** At once, as a machine that loses its power: nothing is tidied up. */
function kill({processes}) {
  const trino = processes.find((one) => one.name === 'trino')
  if (isOurs(trino)) process.kill(trino.pid, 'SIGKILL')
}

async function start(lab) {
  const standing = lab.processes.find((one) => one.name === 'trino')
  if (isOurs(standing)) return
  const trino = startTrino(lab)
  const processes = lab.processes.map((one) => (one.name === 'trino' ? trino : one))
  writeState(values.name, {...lab, processes})
  await waitForTrino(lab, trino)
}
