import {readdirSync} from 'node:fs'
import {pathToFileURL} from 'node:url'
import type {Command} from '@oclif/core/command'
import {parse} from '@oclif/core/parser'
import {describe, expect, it} from 'vitest'
import {manifestCommands, moduleOf, wordsOf} from './manifest.js'
import type {CachedCommand} from './manifest.js'

async function classOf(command: CachedCommand): Promise<Command.Class> {
  const module = (await import(pathToFileURL(moduleOf(command)).href)) as {default: Command.Class}
  return module.default
}

/** The words of an example as a shell would hand them over: quotes join, nothing else is special. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''))
}

function exampleLines(command: CachedCommand): string[] {
  return (command.examples ?? []).map((example) => {
    const line = typeof example === 'string' ? example : example.command
    return line.replaceAll('<%= config.bin %>', 'sluice').replaceAll('<%= command.id %>', wordsOf(command).join(' '))
  })
}

describe.each(manifestCommands().map((command) => [command.id, command] as const))('%s', (id, command) => {
  it('redefines no flag that every command has', async () => {
    const {flags, baseFlags} = await classOf(command)
    expect(Object.keys(flags ?? {}).filter((name) => name in (baseFlags ?? {}) || name === 'json')).toEqual([])
    expect(Object.keys(baseFlags ?? {})).toEqual(expect.arrayContaining(['lake', 'env', 'now', 'quiet', 'color']))
  })

  it('parses its own examples', async () => {
    const {args, strict, flags, baseFlags} = await classOf(command)
    const words = wordsOf(command)
    for (const line of exampleLines(command)) {
      const [bin, ...argv] = shellWords(line.replace(/\s*[|>].*$/, ''))
      expect([bin, ...argv.slice(0, words.length)], line).toEqual(['sluice', ...words])
      const json = {type: 'boolean', name: 'json', allowNo: false} as never
      const input = {args, strict, flags: {json, ...baseFlags, ...flags}}
      await expect(parse(argv.slice(words.length), input), line).resolves.toBeDefined()
    }
  })

  it('keeps its flags', async () => {
    const lines = Object.values(command.flags)
      .map(({name, char, aliases}) => [`--${name}`, ...(char ? [`-${char}`] : []), ...(aliases ?? [])].join(' '))
      .sort()
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`flags/${id.replaceAll(':', '.')}.txt`)
  })
})

it('no snapshot is left of a command that is gone', () => {
  const expected = manifestCommands().map(({id}) => `${id.replaceAll(':', '.')}.txt`)
  expect(readdirSync(new URL('flags', import.meta.url)).sort()).toEqual(expected.sort())
})
