// npm run lab:up [-- --no-trino] [--name default] [--gateway-port 4566]: starts the lab and prints the variables of its clients.
import {parseArgs} from 'node:util'
import {install} from './install.mjs'
import {startLab} from './machine/start-lab.mjs'
import {stopLab} from './machine/stop-lab.mjs'

const {values} = parseArgs({
  options: {
    'no-trino': {type: 'boolean', default: false},
    name: {type: 'string', default: 'default'},
    'gateway-port': {type: 'string'},
  },
})
const layers = await install({withTrino: !values['no-trino']})
if (layers.aws) {
  try {
    const {environment} = await startLab({
      name: values.name,
      withTrino: layers.trino,
      gatewayPort: values['gateway-port'],
    })
    for (const [name, value] of Object.entries(environment)) console.log(`export ${name}=${value}`)
  } catch (error) {
    await stopLab(values.name)
    throw error
  }
} else {
  process.exitCode = 1
}
