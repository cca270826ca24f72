import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {LOWEST_JAVA} from './pins.mjs'

const PLACES = [
  {folder: '/usr/lib/jvm', inside: ''},
  {folder: join(homedir(), '.sdkman/candidates/java'), inside: ''},
  {folder: '/Library/Java/JavaVirtualMachines', inside: 'Contents/Home'},
  {folder: '/opt/homebrew/opt', inside: 'libexec/openjdk.jdk/Contents/Home'},
  {folder: '/usr/local/opt', inside: 'libexec/openjdk.jdk/Contents/Home'},
]

/** Home of a JDK that Trino starts with, or null. */
export function findJdk() {
  const given = process.env['JAVA_HOME']
  const homes = [...(given === undefined ? [] : [given]), ...PLACES.flatMap(homesIn)]
  return homes.find((home) => javaVersionOf(home) >= LOWEST_JAVA) ?? null
}

function homesIn({folder, inside}) {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter(
    (name) => inside === '' || name.startsWith('openjdk') || folder.endsWith('Machines'),
  )
  return names
    .map((name) => join(folder, name, inside))
    .sort()
    .reverse()
}

function javaVersionOf(home) {
  if (!existsSync(join(home, 'bin', 'java'))) return 0
  const release = join(home, 'release')
  const text = existsSync(release) ? readFileSync(release, 'utf8') : versionText(home)
  return Number(/"(\d+)/.exec(text)?.[1] ?? 0)
}

function versionText(home) {
  try {
    return execFileSync(join(home, 'bin', 'java'), ['--version'], {encoding: 'utf8'}).replace(/^\w+ (\d+)/, '"$1')
  } catch {
    return ''
  }
}
