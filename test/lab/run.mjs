// npm run lab [-- [--no-trino] vitest arguments]: installs, starts, runs the suites against it, and always stops what it
// started.
import {spawn} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {install} from './install.mjs'
import {startLab} from './machine/start-lab.mjs'
import {nameOfRun, stopAbandoned, stopLab} from './machine/stop-lab.mjs'
import {labSuites, suitesOnTrino} from './machine/suites.mjs'

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const name = nameOfRun(process.pid)
const NO_TRINO = '--no-trino'
/** Suites that take something away from all others run after them, by themselves. */
const ALONE = 'test/lab/alone'
const asked = process.argv.slice(2)
const vitestArguments = asked.filter((argument) => argument !== NO_TRINO)

let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true
    // The group: vitest leaves its workers behind when it alone is told.
    if (suites !== null) process.kill(-suites.pid, 'SIGTERM')
  })
}

let suites = null
try {
  await stopAbandoned()
  process.exitCode = await runSuites(await install({withTrino: !asked.includes(NO_TRINO)}))
} catch (error) {
  const known = error.message.startsWith('lab:')
  console.error(interrupted ? 'lab: interrupted' : known ? error.message : error)
  process.exitCode = 1
} finally {
  await stopLab(name)
}
if (interrupted) process.exitCode = 130

async function runSuites(layers) {
  if (!layers.aws) {
    console.log(`lab: skipped: ${labSuites().join(', ')}`)
    return 0
  }
  const left = layers.trino ? [] : suitesOnTrino()
  if (left.length > 0) console.log(`lab: skipped for want of Trino: ${left.join(', ')}`)
  const {environment} = await startLab({name, withTrino: layers.trino})
  const isAsked = vitestArguments.some((argument) => argument.startsWith(ALONE))
  const runs = isAsked ? [vitestArguments] : [['--exclude', `${ALONE}/**`, ...vitestArguments]]
  if (vitestArguments.length === 0) runs.push([ALONE, '--no-file-parallelism'])
  let code = 0
  for (const parameters of runs) code = interrupted ? 130 : (await runVitest(environment, left, parameters)) || code
  return code
}

function runVitest(environment, left, asked) {
  const exclusions = left.flatMap((file) => ['--exclude', file])
  const parameters = [VITEST, 'run', '--config', 'vitest.lab.config.ts', ...exclusions, ...asked]
  const variables = {...process.env, ...environment, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true'}
  return new Promise((resolve, reject) => {
    suites = spawn(process.execPath, parameters, {
      cwd: PROJECT,
      env: variables,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    })
    suites.on('error', reject)
    suites.on('close', (code) => {
      suites = null
      resolve(code ?? 1)
    })
  })
}
