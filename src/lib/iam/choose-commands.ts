import {SluiceError} from '../errors.js'
import {nearFix} from '../near-name.js'
import {COMMANDS} from './uses.js'

const KNOWN = Object.keys(COMMANDS)

/**
 * The commands that words name: `backfill run`, `backfill:run`, or `ops` for every command of that topic. No words: all.
 * Throws `USAGE`.
 */
export function chooseCommands(words: readonly string[], readOnly: boolean): readonly string[] {
  const named = words.length === 0 ? KNOWN : namedCommands(words)
  return readOnly ? named.filter((command) => !changes(command)) : named
}

export function changes(command: string): boolean {
  const needs = COMMANDS[command]
  return needs !== undefined && 'uses' in needs && needs.changes
}

function namedCommands(words: readonly string[]): string[] {
  const parts = words.flatMap((word) => word.split(/[\s:]+/)).filter((part) => part !== '')
  const found = new Set<string>()
  for (let index = 0; index < parts.length;) {
    const [word = '', next = ''] = parts.slice(index)
    const pair = `${word} ${next}`
    const topic = KNOWN.filter((command) => command.startsWith(`${word} `))
    if (KNOWN.includes(pair)) found.add(pair)
    else if (KNOWN.includes(word)) found.add(word)
    else if (topic.length === 0 || isMeant(next)) throw unknown(topic.length === 0 ? word : pair, word, next)
    else for (const command of topic) found.add(command)
    index += KNOWN.includes(pair) ? 2 : 1
  }
  return KNOWN.filter((command) => found.has(command))
}

/** A word after a topic's name that begins nothing else is a command of it that does not exist. */
function isMeant(word: string): boolean {
  return word !== '' && !KNOWN.some((command) => command === word || command.startsWith(`${word} `))
}

function unknown(name: string, word: string, next: string): SluiceError {
  const candidates = name === word && next !== '' ? [...KNOWN, ...topics()] : KNOWN
  return new SluiceError('USAGE', `sluice has no command ${JSON.stringify(name)}.`, {
    fix: nearFix(name, candidates, 'command'),
    details: {command: name},
  })
}

function topics(): string[] {
  return [...new Set(KNOWN.filter((command) => command.includes(' ')).map((command) => command.split(' ')[0]!))]
}
