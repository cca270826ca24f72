import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../../../dist/lib/cli/base-command.js'
import {EXIT, SluiceError} from '../../../../dist/lib/errors.js'

const KINDS = {
  held: () => {
    throw new SluiceError('LOCK_HELD', 'table:claims is in use.', {
      fix: 'fixture ops watch 7',
      details: {holder: {operation: '7', ageMs: 125_000}},
    })
  },
  mistakes: () => {
    const mistakes = [
      {file: 'sluice.yaml', line: 3, column: 5, path: 'tables.claims', message: 'is empty', fix: 'fill it'},
    ]
    throw new SluiceError('DEFINITION_INVALID', '1 mistake in sluice.yaml.', {details: {mistakes}})
  },
  bug: () => {
    throw new TypeError('nothing\nto see')
  },
  error: (command) => command.error('stock error', {exit: 7}),
  exit: (command) => command.exit(3),
  breached: (command) => command.finish({rows: 10n, late: ['a']}, 'RED  a is late', EXIT.breached),
}

/** Ends in every way that a command can end. */
export default class Fail extends BaseCommand {
  static flags = {kind: Flags.string({options: Object.keys(KINDS), required: true}), file: Flags.file({exists: true})}

  async run() {
    const {flags} = await this.parse(Fail)
    return KINDS[flags.kind](this)
  }
}
