/**
 * A claims lake from nothing to its first KPIs, in a fresh folder: each step is a command that a user could type, and
 * is shown before it runs. `--items` makes the sample smaller or larger.
 */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readdirSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {parseArgs} from 'node:util'

const {values} = parseArgs({options: {items: {type: 'string', default: '100000'}}})
const sluice = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sluice-demo-'))
/** A step may breach a threshold (3): that is an answer, not a failure. */
const ANSWERED = [0, 3]

function step(why, ...argv) {
  console.log(`\n# ${why}\n$ sluice ${argv.join(' ')}`)
  const {status} = spawnSync(process.execPath, [sluice, ...argv], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (ANSWERED.includes(status)) return
  console.error(`\nThe demo stopped: sluice ${argv[0]} left with ${status}.`)
  process.exit(1)
}

console.log(`A claims lake in ${folder}`)
step('a lake definition from a blueprint', 'init', '--blueprint', 'claims', '--name', 'demo')
step(
  `a DynamoDB export to load: ${Number(values.items).toLocaleString('en-US')} claims`,
  'lake',
  'sample',
  '--items',
  values.items,
  '--out',
  'export',
)
const exportId = readdirSync(join(folder, 'export/AWSDynamoDB'))[0]
const exportFolder = `export/AWSDynamoDB/${exportId}`
step('what loading it would do', 'backfill', 'plan', '--export', exportFolder)
step('load it: staged, proven, then admitted by one write', 'backfill', 'run', '--export', exportFolder)
step('the same again changes nothing', 'backfill', 'run', '--export', exportFolder)
step('prove it anew, against the export', 'backfill', 'verify')
step('the claims KPIs', 'kpi', 'show')
step('what was done', 'ops', 'list')

const definition = join(folder, 'sluice.yaml')
const command = (argv) => `  node ${relative(process.cwd(), sluice)} ${argv} --lake ${definition}`
console.log(`
The lake stands in ${folder}. Three commands to try next:

${command('kpi show --view manager')}
${command('backfill status')}
${command('lake show')}`)
