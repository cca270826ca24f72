import {spawnSync} from 'node:child_process'
import {findJdk} from './find-jdk.mjs'
import {LOWEST_JAVA} from './pins.mjs'

/** What this machine lacks, by layer; an empty list means that the layer can be installed. */
export function missingParts() {
  const python = works('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))']) ? [] : ['python3 >= 3.10 with venv']
  const trino = [
    ...(works('mvn', ['-v']) ? [] : ['mvn']),
    ...(findJdk() === null ? [`a JDK >= ${LOWEST_JAVA} (JAVA_HOME)`] : []),
  ]
  return {aws: python, trino: [...python, ...trino]}
}

/** CI must not pass because a layer was left out. */
export const labIsRequired = () => Boolean(process.env['CI']) || process.env['SLUICE_LAB'] === 'required'

function works(command, parameters) {
  return spawnSync(command, parameters, {stdio: 'ignore'}).status === 0
}
