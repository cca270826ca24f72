/**
 * Completes package-lock.json: adds the optional platform packages that the registry in use did not serve, which
 * `npm ci` on another machine would miss, and takes out the addresses a package was fetched from.
 * Run it after each `npm install`. `--check` changes nothing and fails when something is missing.
 */
import {readFileSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
/** Spelling in a package's name → npm's name of the processor. */
const CPU = {
  arm: 'arm',
  arm64: 'arm64',
  ia32: 'ia32',
  loong64: 'loong64',
  mips64el: 'mips64el',
  ppc64: 'ppc64',
  ppc64le: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  universal: null,
  wasm32: 'wasm32',
  x64: 'x64',
}

/**
 * `{os, cpu, libc}` as npm writes them, read off a name such as `@rollup/rollup-linux-arm64-musl`; {} when it tells
 * nothing. A Linux package that has a `-musl` sibling is the one for glibc.
 */
export function platformOf(name, siblings = []) {
  const words = name.replace(/^@[^/]+\//, '').split('-')
  const os = OS.find((known) => words.includes(known))
  const word = Object.keys(CPU).find((known) => words.includes(known))
  const cpu = word === undefined ? null : CPU[word]
  const libc = os === 'linux' ? (libcOf(words) ?? (siblings.includes(`${name}-musl`) ? 'glibc' : null)) : null
  // a WebAssembly package runs anywhere: npm is told by its processor alone
  if (cpu === 'wasm32') return {cpu: ['wasm32']}
  return {...(cpu ? {cpu: [cpu]} : {}), ...(libc ? {libc: [libc]} : {}), ...(os ? {os: [os]} : {})}
}

function libcOf(words) {
  if (words.some((word) => word.startsWith('musl'))) return 'musl'
  return words.some((word) => word.startsWith('gnu')) ? 'glibc' : null
}

/** Where npm would look for `name` from the package at `from`: the nearest folder upwards that has it. */
function placeOf(packages, from, name) {
  for (let folder = from; ; folder = parentOf(folder)) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (place in packages) return place
    if (folder === '') return undefined
  }
}

function parentOf(folder) {
  const index = folder.lastIndexOf('/node_modules/')
  return index === -1 ? '' : folder.slice(0, index)
}

/** A new lock file object with every optional package in it, without `resolved`, keys sorted as npm sorts them. */
export function completed(lock) {
  const packages = Object.fromEntries(
    Object.entries(lock.packages).map(([place, entry]) => [place, withoutAddress(entry)]),
  )
  for (const [from, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (placeOf(packages, from, name) !== undefined) continue
      packages[`node_modules/${name}`] = missingEntry(name, version, entry)
    }
  }
  const sorted = Object.entries(packages).sort(([one], [other]) => one.localeCompare(other, 'en'))
  return {...lock, packages: Object.fromEntries(sorted)}
}

function missingEntry(name, version, {dev: isDev, optionalDependencies}) {
  if (!/^\d+\.\d+\.\d+/.test(version)) {
    throw new Error(`${name}@${version} is a range: run npm install where the registry serves it`)
  }
  const {cpu, libc, os} = platformOf(name, Object.keys(optionalDependencies))
  return {
    version,
    ...(cpu ? {cpu} : {}),
    ...(isDev ? {dev: true} : {}),
    ...(libc ? {libc} : {}),
    optional: true,
    ...(os ? {os} : {}),
  }
}

function withoutAddress(entry) {
  const rest = {...entry}
  delete rest.resolved
  return rest
}

function main(isCheck) {
  const file = fileURLToPath(new URL('../package-lock.json', import.meta.url))
  const before = readFileSync(file, 'utf8')
  const after = `${JSON.stringify(completed(JSON.parse(before)), null, 2)}\n`
  if (before === after) return console.log('package-lock.json is complete')
  if (!isCheck) {
    writeFileSync(file, after)
    return console.log('package-lock.json was completed')
  }
  console.error('package-lock.json is not complete: run npm run lock:complete')
  process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes('--check'))
