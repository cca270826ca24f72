import * as Flags from '@oclif/core/flags'
import {parseSize} from './parse-values.js'

const helpGroup = 'MEMORY AND DISK'

/** A size from 1 byte up; a mistake is told with an example. */
const sizeFlag = (example: string) =>
  Flags.custom<number>({helpValue: '<size>', helpGroup, parse: (text) => Promise.resolve(parseSize(text, example))})

/** For commands that plan or do the work of a load. */
export const resourceFlags = {
  memory: sizeFlag('--memory 4GB')({
    summary: "Memory of the engine; default: half of the machine's, at most 4GiB.",
    env: 'SLUICE_MEMORY',
  }),
  'temp-dir': Flags.string({
    summary: "Folder for staged and spilled data; default: inside the lake's folder.",
    helpValue: '<folder>',
    helpGroup,
    env: 'SLUICE_TEMP_DIR',
  }),
  'max-temp-bytes': sizeFlag('--max-temp-bytes 20GB')({
    summary: 'Most that staged and spilled data may take at any time.',
    env: 'SLUICE_MAX_TEMP_BYTES',
  }),
}

/** What {@link resourceFlags} give. */
export interface ResourceFlagValues {
  readonly memory?: number | undefined
  readonly 'temp-dir'?: string | undefined
  readonly 'max-temp-bytes'?: number | undefined
}

/** The flags as the context asks for them. */
export function resourceRequestOf(flags: ResourceFlagValues) {
  return {
    memoryBytes: flags.memory,
    temporaryFolder: flags['temp-dir'],
    maxTemporaryBytes: flags['max-temp-bytes'],
  }
}
