import {spawnSync} from 'node:child_process'
import {findJdk} from './find-jdk.mjs'
import {LOWEST_JAVA} from './pins.mjs'

const NEW_ENOUGH = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'

const python = () => (works('python3', ['-c', NEW_ENOUGH]) ? [] : ['python3 >= 3.10 with venv'])
const maven = () => (works('mvn', ['-v']) ? [] : ['mvn'])
const jdk = () => (findJdk() === null ? [`a JDK >= ${LOWEST_JAVA} (JAVA_HOME)`] : [])

const PARTS = {
  aws: {toInstall: () => python(), toRun: () => []},
  trino: {toInstall: () => [...python(), ...maven()], toRun: () => jdk()},
}

/** What this machine lacks for a layer; to run what is installed takes less than to install it. */
export function missingParts(layer, isInstalled) {
  const {toInstall, toRun} = PARTS[layer]
  return [...(isInstalled ? [] : toInstall()), ...toRun()]
}

/** CI must not pass because a layer was left out. */
export const labIsRequired = () => Boolean(process.env['CI']) || process.env['SLUICE_LAB'] === 'required'

function works(command, parameters) {
  return spawnSync(command, parameters, {stdio: 'ignore'}).status === 0
}
