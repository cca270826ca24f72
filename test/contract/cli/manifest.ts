import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Command} from '@oclif/core/command'
import {ROOT} from '../../cli/run-cli.js'

export type CachedCommand = Command.Cached

/** Every command of sluice itself, from the manifest: what is added there is under contract. */
export function manifestCommands(): readonly CachedCommand[] {
  const file = join(ROOT, 'oclif.manifest.json')
  if (!existsSync(file)) throw new Error('no oclif.manifest.json: run npm run build and npm run manifest first')
  const {commands} = JSON.parse(readFileSync(file, 'utf8')) as {commands: Record<string, CachedCommand>}
  return Object.values(commands).filter(({pluginName}) => pluginName === 'sluice')
}

/** `backfill:plan` → `['backfill', 'plan']` */
export function wordsOf(command: CachedCommand): string[] {
  return command.id.split(':')
}

/** The compiled module of a command. */
export function moduleOf(command: CachedCommand): string {
  return join(ROOT, ...(command.relativePath ?? []))
}
