import files, {type FileHandle} from 'node:fs/promises'
import {syncBuiltinESMExports} from 'node:module'
import {relative} from 'node:path'

/**
 * What happens at a step. `kill`: the process is gone before the call. `tear`: it is gone when half of the bytes are
 * written. `full`: the disk has no room for what the call wants, half of the bytes of a write are there.
 */
export type StepFault = 'kill' | 'tear' | 'full'

const real = {...files}
/** Calls that change names, by the argument that names what they change. */
const NAMING = {link: 1, rename: 1, unlink: 0, mkdir: 0, rmdir: 0, rm: 0, copyFile: 1} as const

/** The calls that change files below a folder, as steps of a process that can die at each of them. */
export class FaultyFiles {
  /** What was done, in order: `link <name>`. */
  readonly steps: string[] = []
  #isKilled = false
  #hasFired = false

  constructor(
    private readonly root: string,
    private readonly fault: {readonly step: number; readonly kind: StepFault} | null = null,
  ) {}

  get hasFired(): boolean {
    return this.#hasFired
  }

  /** Runs `work` with every such call of this process as a step; afterwards files are as always. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const patched: Partial<Record<keyof typeof NAMING, unknown>> = {}
    for (const name of Object.keys(NAMING) as (keyof typeof NAMING)[]) patched[name] = this.#naming(name)
    Object.assign(files, patched, {open: this.#open()})
    syncBuiltinESMExports()
    try {
      return await work()
    } finally {
      Object.assign(files, real)
      syncBuiltinESMExports()
    }
  }

  #naming(name: keyof typeof NAMING): (...values: unknown[]) => Promise<unknown> {
    const call = real[name] as (...values: unknown[]) => Promise<unknown>
    return async (...values) => {
      const path = String(values[NAMING[name]])
      if (!path.startsWith(this.root)) return call(...values)
      const tear = name === 'copyFile' ? () => tornCopy(String(values[0]), path) : null
      return this.#step(`${name} ${this.#shown(path)}`, () => call(...values), tear)
    }
  }

  #open(): typeof files.open {
    return async (path, flags, mode) => {
      const name = this.#shown(String(path))
      const open = (): Promise<FileHandle> => real.open(path, flags, mode)
      if (!String(path).startsWith(this.root)) return open()
      return this.#handle(flags === 'wx' ? await this.#step(`create ${name}`, open, null) : await open(), name)
    }
  }

  /** A handle whose writes and syncs are steps. */
  #handle(handle: FileHandle, name: string): FileHandle {
    const step = <T>(what: string, act: () => Promise<T>, tear: (() => Promise<void>) | null = null): Promise<T> =>
      this.#step(`${what} ${name}`, act, tear)
    return new Proxy(handle, {
      get: (target, member) => {
        if (member === 'writeFile')
          return (data: Uint8Array | string) =>
            step(
              'write',
              () => target.writeFile(data),
              () => target.writeFile(data.slice(0, data.length >> 1)),
            )
        if (member === 'sync') return () => step('sync', () => target.sync())
        const value: unknown = Reflect.get(target, member)
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value
      },
    })
  }

  async #step<T>(name: string, act: () => Promise<T>, tear: (() => Promise<void>) | null): Promise<T> {
    if (this.#isKilled) throw new Error('The process was killed.')
    const isHere = this.fault?.step === this.steps.length
    this.steps.push(name)
    if (!isHere) return act()
    this.#hasFired = true
    const {kind} = this.fault!
    if (kind !== 'kill') await tear?.()
    if (kind === 'full') throw Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), {code: 'ENOSPC'})
    this.#isKilled = true
    throw new Error('The process was killed.')
  }

  /** A path without what differs from run to run. */
  #shown(path: string): string {
    const name = relative(this.root, path) || '.'
    return name
      .replace(/tmp\/\d+-[0-9a-f]{16}/, 'tmp/<process>')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|\d{10,}-\d+/g, '<id>')
  }
}

async function tornCopy(from: string, to: string): Promise<void> {
  const bytes = await real.readFile(from)
  await real.writeFile(to, bytes.subarray(0, bytes.length >> 1), {flag: 'wx'})
}
