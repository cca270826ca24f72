import type {LakeDefinition} from '../lake/index.js'
import {listOperations, type OperationPorts} from '../operation/index.js'
import type {LocalFacts} from '../ports/environment-facts.js'
import type {Machine} from '../ports/machine.js'
import {catalogChecks} from './catalog-checks.js'
import {localCatalog} from './catalog-look.js'
import {fail, pass, skipped, warn} from './verdicts.js'
import type {Check, Verdict} from './types.js'

const LEAST_FREE_BYTES = 1024 ** 3
const LEAST_NODE = [20, 19] as const
const CLOCK_WARN_MS = 60_000

export interface LocalPorts extends Pick<OperationPorts, 'store' | 'catalog' | 'clock'> {
  readonly machine: Machine
  leftOvers(): Promise<{readonly folders: number; readonly sizeBytes: number}>
}

/** What a lake in a folder stands on. */
export function localChecks(definition: LakeDefinition, facts: LocalFacts, ports: LocalPorts): readonly Check[] {
  const root = ports.store.uri
  return [
    {group: 'machine', name: 'node', of: facts.nodeVersion, look: async () => nodeVerdict(facts.nodeVersion)},
    {group: 'clock', name: 'clock', of: root, look: () => clockVerdict(ports)},
    {group: 'places', name: 'folder', of: root, look: async () => folderVerdict(root, await facts.folder())},
    {group: 'places', name: 'free space', of: root, look: () => spaceVerdict(root, ports.machine)},
    {group: 'places', name: 'file system', of: root, look: () => fileSystemVerdicts(root, facts)},
    {group: 'places', name: 'left-over spools', of: root, look: () => spoolVerdict(ports)},
    ...catalogChecks(definition.tables, localCatalog(ports)),
  ]
}

function nodeVerdict(version: string): Verdict {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor, leastMinor] = LEAST_NODE
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return pass('new enough')
  const least = LEAST_NODE.join('.')
  return fail(`sluice needs ${least} or newer`, `Install Node ${least} or newer.`)
}

/** No server is asked: what operations wrote down must not lie in the future. */
async function clockVerdict({store, clock}: Pick<LocalPorts, 'store' | 'clock'>): Promise<Verdict> {
  const now = clock.now()
  const {operations} = await listOperations(now, {store})
  const times = operations.flatMap(({startedAt, endedAt}) => [startedAt, endedAt].filter((time) => time !== null))
  const latest = Math.max(...times.map((time) => Date.parse(time)))
  if (times.length === 0) return skipped('no operation has written a time yet')
  const aheadMs = latest - now.getTime()
  if (aheadMs <= CLOCK_WARN_MS) return pass('behind no operation of the lake')
  return warn(
    `an operation is of ${new Date(latest).toISOString()}, which this machine's clock has not reached`,
    'Correct the clock of this machine, or find out which machine wrote with a wrong one: sluice ops list',
  )
}

function folderVerdict(root: string, {isThere, refusal}: {isThere: boolean; refusal: string | null}): Verdict {
  if (refusal !== null) {
    return fail(`The folder cannot be written: ${refusal}.`, `Give this user write permission on ${root}.`)
  }
  return pass(isThere ? 'there, and this user may write' : 'not there yet: the first load makes it')
}

async function spaceVerdict(root: string, machine: Machine): Promise<Verdict> {
  const {freeBytes} = await machine.spaceOf(root)
  const text = `${(freeBytes / 1024 ** 3).toLocaleString('en-US', {maximumSignificantDigits: 3})} GiB free`
  if (freeBytes >= LEAST_FREE_BYTES) return pass(text)
  return warn(`${text}: a load may not fit`, 'sluice ops gc --dry-run')
}

async function fileSystemVerdicts(root: string, facts: LocalFacts): Promise<Verdict | Verdict[]> {
  const {refusal} = await facts.folder()
  if (refusal !== null) return skipped('the folder cannot be written')
  const found = await facts.fileSystem()
  if (found === null) return skipped('the folder is not there yet')
  const local = `Move the lake to a local disk (ext4, xfs, APFS): ${root}`
  const needed = [
    [found.link, 'Hard links do not work here, so two loads could write one object'],
    [found.rename, 'A rename does not replace a file whole'],
    [found.sync, 'Files cannot be synced to the disk'],
  ] as const
  const faults = needed.flatMap(([fault, meaning]) => (fault === null ? [] : [fail(`${meaning}: ${fault}.`, local)]))
  const blurred =
    found.distinctCase === null ? [] : [warn(`Keys that differ in case are one object: ${found.distinctCase}.`, local)]
  const all = [...faults, ...blurred]
  return all.length > 0 ? all : pass('links, renames and syncs as the store needs them')
}

async function spoolVerdict({leftOvers}: Pick<LocalPorts, 'leftOvers'>): Promise<Verdict> {
  const {folders, sizeBytes} = await leftOvers()
  if (folders === 0) return pass('none')
  const size = `${Math.ceil(sizeBytes / 1024).toLocaleString('en-US')} KiB`
  return warn(
    `${folders} of killed processes, ${size}`,
    'Nothing to do: the next load removes them. Or remove the folders in .sluice-store/spool.',
  )
}
