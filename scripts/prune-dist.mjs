/** Deletes compiled files whose source is gone: a command that was removed must not stay in the manifest. */
import {existsSync, readdirSync, rmSync} from 'node:fs'
import {join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const source = fileURLToPath(new URL('../src', import.meta.url))

for (const entry of readdirSync(dist, {recursive: true, withFileTypes: true})) {
  const file = relative(dist, join(entry.parentPath, entry.name))
  if (!entry.isFile() || !file.endsWith('.js') || existsSync(join(source, file.replace(/\.js$/, '.ts')))) continue
  rmSync(join(dist, file))
  console.log(`  removed dist/${file}: it has no source`)
}
