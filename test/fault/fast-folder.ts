import {mkdtemp, realpath, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const IN_MEMORY = '/dev/shm'

/** A new folder where a sync costs nothing, if there is such a place: these tests end processes, not machines. */
export async function makeFastFolder(): Promise<string> {
  const isThere = await stat(IN_MEMORY).then(
    (found) => found.isDirectory(),
    () => false,
  )
  return realpath(await mkdtemp(join(isThere ? IN_MEMORY : tmpdir(), 'sluice-fault-')))
}
