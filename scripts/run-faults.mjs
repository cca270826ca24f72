/**
 * Runs the whole fault matrix, every point and every fault, and says how much that was; `npm test` runs a sample.
 * `npm run test:fault -- chain` runs only the test files with `chain` in their name.
 */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sluice-faults-'))
const report = join(folder, 'report.ndjson')
writeFileSync(report, '')

const parts = process.argv.slice(2)
const files = parts.length === 0 ? ['test/fault'] : parts.map((part) => `test/fault/${part}`)
const {status} = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...files], {
  cwd: root,
  env: {...process.env, SLUICE_FAULT: 'all', SLUICE_FAULT_REPORT: report},
  stdio: 'inherit',
})

const lists = readFileSync(report, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
const width = Math.max(...lists.map(({what}) => what.length), 0)
const sum = (name) => lists.reduce((total, list) => total + list[name], 0)
const line = (what, points, cases) =>
  console.log(`${what.padEnd(width)}  ${String(points).padStart(6)} points  ${String(cases).padStart(6)} cases`)
for (const {what, points, cases} of lists) line(what, points, cases)
line('in sum', sum('points'), sum('cases'))
rmSync(folder, {recursive: true})
process.exitCode = status ?? 1
