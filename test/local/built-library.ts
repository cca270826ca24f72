import {mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile} from 'node:fs/promises'
import {mkdir} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import typescript from 'typescript'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDERS = ['src/lib', 'src/lib/ports', 'src/lib/local']

export interface BuiltLibrary {
  /** Where the JavaScript of `src/lib` is: what a child process imports. */
  readonly folder: string
  remove(): Promise<void>
}

/** The ports and local adapters of this very source as JavaScript, so that no child runs yesterday's build. */
export async function buildLibrary(): Promise<BuiltLibrary> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'sluice-built-')))
  await writeFile(join(top, 'package.json'), '{"type":"module"}')
  await symlink(join(ROOT, 'node_modules'), join(top, 'node_modules'), 'junction')
  for (const folder of FOLDERS) await buildFolder(folder, top)
  return {folder: join(top, 'src/lib'), remove: () => rm(top, {recursive: true, force: true})}
}

async function buildFolder(folder: string, top: string): Promise<void> {
  const names = (await readdir(join(ROOT, folder))).filter((name) => name.endsWith('.ts'))
  for (const name of names) {
    const source = await readFile(join(ROOT, folder, name), 'utf8')
    const compilerOptions = {module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022}
    const {outputText} = typescript.transpileModule(source, {compilerOptions})
    const target = join(top, folder, name.replace(/\.ts$/, '.js'))
    await mkdir(dirname(target), {recursive: true})
    await writeFile(target, outputText)
  }
}
