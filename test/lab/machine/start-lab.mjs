import {cpSync, mkdirSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {findJdk} from './find-jdk.mjs'
import {pythonOfLab, runFolder, trinoFolder} from './lab-folder.mjs'
import {readState, writeState} from './lab-state.mjs'
import {LAB_SOURCE} from './pins.mjs'
import {freePort, isOurs, startProcess} from './processes.mjs'
import {trinoAnswers, waitUntil} from './wait-until.mjs'

const REGION = 'eu-west-1'
const ACCESS_KEY = 'AKIALAB0000000000000'
const SECRET_KEY = 'labsecret'

/** Starts what is not running yet and returns the variables that lead a client to it. */
export async function startLab({name, withTrino, gatewayPort}) {
  const standing = readState(name)
  if (standing !== null && standing.processes.every(isOurs) && (standing.hasTrino || !withTrino)) return standing
  const lab = {name, folder: runFolder(name), processes: [], hasTrino: withTrino, ports: await choosePorts(gatewayPort)}
  mkdirSync(lab.folder, {recursive: true})
  const note = (record) => {
    lab.processes.push(record)
    writeState(name, {...lab, environment: environmentOf(lab)})
    return record
  }
  const moto = note(startMoto(lab))
  const trino = withTrino ? note(startTrino(lab)) : null
  const gateway = note(startGateway(lab))
  await waitUntil({
    what: 'moto',
    alive: () => isOurs(moto),
    withinMs: 60_000,
    ready: () => answers(urlOf(lab.ports.moto, '/moto-api/')),
  })
  await waitUntil({
    what: 'the gateway',
    alive: () => isOurs(gateway),
    withinMs: 30_000,
    ready: () => answers(urlOf(lab.ports.gateway, '/__wire')),
  })
  if (trino !== null) await waitForTrino(lab, trino)
  return readState(name)
}

export function waitForTrino(lab, trino) {
  const ready = () => trinoAnswers(urlOf(lab.ports.trino))
  return waitUntil({what: 'Trino', alive: () => isOurs(trino), withinMs: 180_000, everyMs: 500, ready})
}

const urlOf = (port, path = '') => `http://127.0.0.1:${port}${path}`
const answers = async (url) => (await fetch(url)).ok

async function choosePorts(gateway) {
  return {moto: await freePort(), trino: await freePort(), gateway: Number(gateway ?? (await freePort()))}
}

/** An address, not a name: with one the SDK asks S3 by path. */
function environmentOf(lab) {
  return {
    AWS_ENDPOINT_URL: urlOf(lab.ports.gateway),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: SECRET_KEY,
    AWS_EC2_METADATA_DISABLED: 'true',
    SLUICE_LAB_URL: urlOf(lab.ports.gateway),
    SLUICE_LAB_NAME: lab.name,
    SLUICE_LAB_LAYERS: lab.hasTrino ? 'aws,trino' : 'aws',
  }
}

/** Settings that all three processes read. */
function settingsOf(lab) {
  return {
    LAB_REGION: REGION,
    LAB_ACCESS_KEY: ACCESS_KEY,
    LAB_SECRET_KEY: SECRET_KEY,
    LAB_AWS_URL: urlOf(lab.ports.moto),
    LAB_GATEWAY_PORT: String(lab.ports.gateway),
    TRINO_PORT: String(lab.ports.trino),
    LAB_TRINO_URL: lab.hasTrino ? urlOf(lab.ports.trino) : '',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}

function startMoto(lab) {
  return startProcess({
    name: 'moto',
    command: pythonOfLab(),
    parameters: [
      join(LAB_SOURCE, 'aws-server.py'),
      '--port',
      String(lab.ports.moto),
      '--region',
      REGION,
      '--access-key',
      ACCESS_KEY,
      '--secret-key',
      SECRET_KEY,
    ],
    // IAM is enforced only after a test has set the counter to 0
    environment: {...settingsOf(lab), INITIAL_NO_AUTH_ACTION_COUNT: '1000000000', PYTHONDONTWRITEBYTECODE: '1'},
    folder: lab.folder,
    log: join(lab.folder, 'moto.log'),
  })
}

/** Starts Trino; also used to start it anew beside a standing moto and gateway. */
export function startTrino(lab) {
  const etc = join(lab.folder, 'etc')
  rmSync(etc, {recursive: true, force: true})
  // its own mark of a process that was killed would keep a new one from starting
  rmSync(join(lab.folder, 'data', 'var', 'run'), {recursive: true, force: true})
  cpSync(join(LAB_SOURCE, 'trino'), etc, {recursive: true})
  const home = findJdk()
  return startProcess({
    name: 'trino',
    command: join(trinoFolder(), 'bin', 'launcher'),
    parameters: ['run', '--etc-dir', etc, '--data-dir', join(lab.folder, 'data')],
    environment: {...settingsOf(lab), JAVA_HOME: home, PATH: `${join(home, 'bin')}:${process.env['PATH']}`},
    folder: lab.folder,
    log: join(lab.folder, 'trino.log'),
  })
}

function startGateway(lab) {
  return startProcess({
    name: 'gateway',
    command: process.execPath,
    parameters: [fileURLToPath(new URL('../gateway/server.mjs', import.meta.url))],
    environment: settingsOf(lab),
    folder: lab.folder,
    log: join(lab.folder, 'gateway.log'),
  })
}
