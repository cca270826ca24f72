import type {Dirent} from 'node:fs'
import {readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {RESERVED_NAME, compareKeys} from '../ports/object-keys.js'
import {nullWhenAbsent} from './store-errors.js'

const BATCH_KEYS = 256

export interface WalkOptions {
  readonly root: string
  readonly prefix: string
  readonly after?: string | undefined
  /** What a name in a folder stands for: keys (`name`) and folders to go down into (`name/`). */
  readonly itemsOf: (entry: Dirent) => readonly string[]
}

/** One folder's matching names as full keys, folders with a final slash, in the order of the keys below them. */
interface Level {
  readonly items: readonly string[]
  next: number
}

/**
 * The keys below `root` in UTF-8 byte order, in batches of neighbours; one folder level is in memory at a time.
 * A folder is sorted as `name/`, which is how all keys below it begin.
 */
export async function* walkKeys(options: WalkOptions): AsyncGenerator<readonly string[]> {
  const levels = [await readLevel(options, folderOf(options.prefix))]
  for (;;) {
    const level = levels.at(-1)
    if (level === undefined) return
    const batch = takeKeys(level)
    if (batch.length > 0) yield batch
    else await enterNext(levels, level, options)
  }
}

/** Keys of the files themselves: folders are gone into, links and devices are left out. */
export function filesAndFolders(entry: Dirent): readonly string[] {
  if (entry.isFile()) return [entry.name]
  return entry.isDirectory() ? [`${entry.name}/`] : []
}

/** The folder part of a key or prefix, with its final slash; empty at the top. */
export function folderOf(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('/') + 1)
}

async function enterNext(levels: Level[], level: Level, options: WalkOptions): Promise<void> {
  const folder = level.items[level.next]
  level.next += 1
  if (folder === undefined) levels.pop()
  else levels.push(await readLevel(options, folder))
}

function takeKeys(level: Level): readonly string[] {
  const start = level.next
  while (level.next - start < BATCH_KEYS && isKey(level.items[level.next])) level.next += 1
  return level.items.slice(start, level.next)
}

function isKey(item: string | undefined): boolean {
  return item !== undefined && !item.endsWith('/')
}

async function readLevel(options: WalkOptions, folder: string): Promise<Level> {
  const items: string[] = []
  const path = join(options.root, folder)
  // A concurrent delete may have emptied and removed the folder.
  for (const entry of (await nullWhenAbsent(() => readdir(path, {withFileTypes: true}))) ?? []) {
    if (entry.name.startsWith(RESERVED_NAME)) continue
    for (const name of options.itemsOf(entry)) {
      const item = folder + name
      if (isWanted(item, options)) items.push(item)
    }
  }
  return {items: items.sort(compareKeys), next: 0}
}

function isWanted(item: string, {prefix, after}: WalkOptions): boolean {
  const isFolder = item.endsWith('/')
  if (!item.startsWith(prefix) && !(isFolder && prefix.startsWith(item))) return false
  if (after === undefined || compareKeys(item, after) > 0) return true
  return isFolder && after.startsWith(item)
}
