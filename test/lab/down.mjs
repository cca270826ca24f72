// npm run lab:down [-- --name default]: stops the lab that lab:up started.
import {parseArgs} from 'node:util'
import {stopLab} from './machine/stop-lab.mjs'

const {values} = parseArgs({options: {name: {type: 'string', default: 'default'}}})
const stopped = await stopLab(values.name)
console.log(stopped.length === 0 ? `No lab "${values.name}" runs.` : `Stopped ${stopped.join(', ')}.`)
