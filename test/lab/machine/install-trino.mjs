import {mkdirSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {labFolder, trinoFolder} from './lab-folder.mjs'
import {TRINO_ARTIFACTS, TRINO_VERSION, UNNEEDED_PLUGINS} from './pins.mjs'
import {runCommand} from './run-command.mjs'

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:copy'

export async function installTrino() {
  const downloads = join(labFolder(), 'downloads')
  const unpacked = join(labFolder(), 'unpacked')
  for (const folder of [downloads, unpacked]) mkdirSync(folder, {recursive: true})
  for (const artifact of TRINO_ARTIFACTS) await download(artifact, downloads)
  rmSync(trinoFolder(), {recursive: true, force: true})
  await runCommand('tar', ['xzf', join(downloads, fileOf(TRINO_ARTIFACTS[0])), '-C', unpacked])
  renameSync(join(unpacked, `trino-server-core-${TRINO_VERSION}`), trinoFolder())
  for (const plugin of UNNEEDED_PLUGINS) rmSync(join(trinoFolder(), 'plugin', plugin), {recursive: true, force: true})
  for (const artifact of TRINO_ARTIFACTS.slice(1)) await unpackPlugin(artifact, downloads, unpacked)
  for (const folder of [downloads, unpacked]) rmSync(folder, {recursive: true, force: true})
}

const fileOf = ({name, type}) => `${name}-${TRINO_VERSION}.${type}`

function download({name, type}, folder) {
  const artifact = `io.trino:${name}:${TRINO_VERSION}:${type}`
  return runCommand('mvn', ['-q', '-B', '-C', COPY, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`])
}

async function unpackPlugin(artifact, downloads, unpacked) {
  // python3 is there anyhow, unzip need not be
  await runCommand('python3', ['-m', 'zipfile', '-e', join(downloads, fileOf(artifact)), unpacked])
  const plugin = artifact.name.replace('trino-', '')
  renameSync(join(unpacked, `${artifact.name}-${TRINO_VERSION}`), join(trinoFolder(), 'plugin', plugin))
}
