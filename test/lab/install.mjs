// Installs moto and Trino, pinned, into `.lab/` (or $SLUICE_LAB_FOLDER). A second run finds its stamps and is instant.
import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {installPython} from './machine/install-python.mjs'
import {installTrino} from './machine/install-trino.mjs'
import {labFolder} from './machine/lab-folder.mjs'
import {withLock} from './machine/lock.mjs'
import {labIsRequired, missingParts} from './machine/missing-parts.mjs'
import {pythonStamp, trinoStamp} from './machine/pins.mjs'

/** Layers that are ready afterwards; what is missing is printed, or an error where the lab is required. */
export async function install({withTrino = true} = {}) {
  const wanted = withTrino ? ['aws', 'trino'] : ['aws']
  const lacks = (layer) => missingParts(layer, installed(layer))
  const lacking = wanted.filter((layer) => lacks(layer).length > 0)
  for (const layer of lacking) refuseOrSkip(layer, lacks(layer))
  const ready = wanted.filter((layer) => !lacking.includes(layer))
  for (const layer of ready) await installOnce(layer)
  return {aws: ready.includes('aws'), trino: ready.includes('aws') && ready.includes('trino')}
}

const LAYERS = {
  aws: {stamp: pythonStamp, install: installPython},
  trino: {stamp: trinoStamp, install: installTrino},
}

const stampFile = (layer) => join(labFolder(), `${layer}.stamp`)

function installed(layer) {
  const file = stampFile(layer)
  return existsSync(file) && readFileSync(file, 'utf8') === LAYERS[layer].stamp()
}

async function installOnce(layer) {
  if (installed(layer)) return
  await withLock(join(labFolder(), 'install.lock'), async () => {
    if (installed(layer)) return
    rmSync(stampFile(layer), {force: true})
    console.error(`lab: installing ${layer} into ${labFolder()}`)
    await LAYERS[layer].install()
    writeFileSync(stampFile(layer), LAYERS[layer].stamp())
  })
}

function refuseOrSkip(layer, parts) {
  const message = `lab: layer "${layer}" is left out: this machine lacks ${parts.join(', ')}.`
  if (labIsRequired()) throw new Error(`${message} CI or SLUICE_LAB=required makes that a failure.`)
  console.error(message)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await install()
