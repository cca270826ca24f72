import {bytesText} from '../cli/output/bytes.js'
import type {LoadNeeds, Shortage} from './resources.js'

const MIB = 1024 ** 2

export function needsText({tempBytes, memoryBytes}: Pick<LoadNeeds, 'tempBytes' | 'memoryBytes'>): string {
  return `${bytesText(tempBytes)} of temporary space, ${bytesText(memoryBytes)} of memory`
}

/** `needs 23.4 GiB of temporary space in /tmp/x, 4.1 GiB are free: 19.3 GiB are missing` */
export function shortageText({of, neededBytes, availableBytes, missingBytes, folder}: Shortage): string {
  const needed = bytesText(neededBytes)
  const available = bytesText(availableBytes)
  const texts: Record<Shortage['of'], string> = {
    'temporary-disk': `${needed} of temporary space in ${folder}, ${available} are free`,
    'temporary-limit': `${needed} of temporary space, --max-temp-bytes allows ${available}`,
    'lake-disk': `${needed} for the lake in ${folder}, ${available} are free`,
    'memory-limit': `${needed} of memory, the limit is ${available}`,
    'machine-memory': `${needed} of memory with all around the engine, this machine has ${available}`,
  }
  return `needs ${texts[of]}: ${bytesText(missingBytes)} are missing`
}

/** For a plan: what is missing, and what helps. */
export function missingText(shortage: Shortage): string {
  return `short: ${shortageText(shortage)}. ${flagText(shortage)}`
}

/** What helps. */
export function flagText({of, neededBytes}: Shortage): string {
  const size = `${Math.ceil(neededBytes / MIB)}MiB`
  const texts: Record<Shortage['of'], string> = {
    'temporary-disk': 'Free some space, or name a folder on a larger disk: --temp-dir FOLDER',
    'temporary-limit': `Allow more: --max-temp-bytes ${size}`,
    'lake-disk': "Free some space on the lake's disk: sluice ops gc --dry-run",
    'memory-limit': `Allow more, where the machine has it: --memory ${size}`,
    'machine-memory': 'Load on a machine or in a container with more memory.',
  }
  return texts[of]
}
