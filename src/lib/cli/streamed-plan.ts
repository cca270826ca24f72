import {createReadStream, createWriteStream} from 'node:fs'
import {once} from 'node:events'
import {rm} from 'node:fs/promises'
import {Readable} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import {SluiceError} from '../errors.js'
import type {PlanHeader, Unit} from '../operation/index.js'

const OWN_MODE = 0o600

export interface StreamedPlan {
  add(unit: Unit<unknown>): Promise<void>
  /** Puts the header in front; the plan is whole from here on. */
  finish(header: PlanHeader): Promise<void>
  /** Removes what was written, when there will be no plan. */
  discard(): Promise<void>
}

/** Throws `USAGE` where the file cannot be written. */
export async function openStreamedPlan(file: string): Promise<StreamedPlan> {
  const unitsFile = `${file}.units`
  const units = createWriteStream(unitsFile, {mode: OWN_MODE})
  await once(units, 'open').catch((error: unknown) => {
    throw unwritable(file, error)
  })
  const close = async (): Promise<void> => {
    units.end()
    if (!units.closed) await once(units, 'close')
  }
  return {
    add: async (unit) => {
      if (!units.write(`${JSON.stringify(unit)}\n`)) await once(units, 'drain')
    },
    finish: async (header) => {
      await close()
      const lines = linesOf(header, unitsFile)
      await pipeline(Readable.from(lines), createWriteStream(file, {mode: OWN_MODE})).catch((error: unknown) => {
        throw unwritable(file, error)
      })
      await rm(unitsFile, {force: true})
    },
    discard: async () => {
      await close()
      await rm(unitsFile, {force: true})
    },
  }
}

async function* linesOf(header: PlanHeader, unitsFile: string): AsyncGenerator<string | Buffer> {
  yield `${JSON.stringify(header)}\n`
  yield* createReadStream(unitsFile) as AsyncIterable<Buffer>
}

function unwritable(file: string, cause: unknown): SluiceError {
  return new SluiceError('USAGE', `Cannot write the plan to ${file}.`, {
    fix: 'Name a file in a folder that exists.',
    cause,
  })
}
