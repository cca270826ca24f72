import type {Hook} from '@oclif/core/hooks'
import {ux} from '@oclif/core/ux'
import {errorDocumentOf} from '../lib/cli/error-document.js'
import {errorText} from '../lib/cli/error-text.js'
import {isJson} from '../lib/cli/outside-error.js'
import {jsonText} from '../lib/cli/output/json.js'
import {unknownCommand} from '../lib/cli/unknown-command.js'

/** Says which command was probably meant; never runs it. */
const hook: Hook<'command_not_found'> = function ({id, argv, config}) {
  const shown = unknownCommand(id, {
    bin: config.bin,
    commandIds: config.commandIDs,
    topicNames: config.topics.map(({name}) => name),
  })
  // set and returned, not thrown: oclif would print in its own form and leave before a pipe is drained
  process.exitCode = shown.exit
  if (isJson(argv ?? [])) process.stdout.write(`${jsonText(errorDocumentOf(shown))}\n`)
  else process.stderr.write(`${errorText(shown, (text) => ux.colorize('bold', ux.colorize('red', text)))}\n`)
  return Promise.resolve()
}

export default hook
