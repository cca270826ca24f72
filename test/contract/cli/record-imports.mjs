/** Prints `loaded <file>` on stderr at the end for every module of this process, CommonJS or ES. */
import {createRequire, register} from 'node:module'
import {writeSync} from 'node:fs'
import {MessageChannel, receiveMessageOnPort} from 'node:worker_threads'

const {port1, port2} = new MessageChannel()
port1.unref()

register(new URL('record-hook.mjs', import.meta.url), {data: {port: port2}, transferList: [port2]})

// a command's module, loaded without running it
if (process.env.SLUICE_TEST_LOAD) await import(process.env.SLUICE_TEST_LOAD)

process.on('exit', () => {
  const loaded = []
  for (let next = receiveMessageOnPort(port1); next !== undefined; next = receiveMessageOnPort(port1)) {
    loaded.push(next.message)
  }
  const modules = [...loaded, ...Object.keys(createRequire(import.meta.url).cache)]
  writeSync(2, modules.map((module) => `loaded ${module}\n`).join(''))
})
