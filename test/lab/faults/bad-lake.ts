import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {FaultLake} from './fault-lake.js'

/** Replaces a part of the lake's definition, which must be there. */
export async function redefine(lake: FaultLake, from: string | RegExp, to: string): Promise<void> {
  await redefineText(lake.own.folder, from, to)
}

/** The same, of the definition in a folder. */
export async function redefineText(folder: string, from: string | RegExp, to: string): Promise<void> {
  const file = join(folder, 'sluice.yaml')
  const text = await readFile(file, 'utf8')
  const changed = text.replace(from, to)
  if (changed === text) throw new Error(`The definition has no ${String(from)}.`)
  await writeFile(file, changed)
}
