#!/usr/bin/env node
import {readFileSync} from 'node:fs'
import {release} from 'node:os'

/** What oclif prints for `--version`, without loading it: loading takes as long again as Node itself. */
function versionLine() {
  const {name, version} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const isWsl = process.platform === 'linux' && release().toLowerCase().includes('microsoft')
  const architecture = process.arch === 'ia32' ? 'x86' : process.arch
  return `${name}/${version} ${isWsl ? 'wsl' : process.platform}-${architecture} node-${process.version}\n`
}

const argv = process.argv.slice(2)
if (argv.length === 1 && argv[0] === '--version') process.stdout.write(versionLine())
else await import('./start.js').then(({start}) => start(argv, import.meta.url))
