import {spawn} from 'node:child_process'

/** Runs a command to its end; its output is shown only when it fails. */
export function runCommand(command, parameters, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, {stdio: ['ignore', 'pipe', 'pipe'], ...options})
    const output = []
    child.stdout.on('data', (chunk) => output.push(chunk))
    child.stderr.on('data', (chunk) => output.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${command} ${parameters.join(' ')} ended with ${code}:\n${Buffer.concat(output)}`))
    })
  })
}
