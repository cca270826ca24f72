import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir, totalmem} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {refuseUnusable, systemMachine} from '../../src/lib/local/machine.js'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-machine-'))
})

afterAll(() => rm(folder, {recursive: true}))

describe('the machine', () => {
  it('tells the space of a folder that is not there yet', async () => {
    const standing = await systemMachine.spaceOf(folder)
    const coming = await systemMachine.spaceOf(join(folder, 'a/b/c'))
    expect(coming.fileSystem).toBe(standing.fileSystem)
    expect(coming.freeBytes).toBeGreaterThan(0)
  })

  it('has memory, and no more than is built in', () => {
    expect(systemMachine.memoryBytes()).toBeGreaterThan(64 * 1024 ** 2)
    expect(systemMachine.memoryBytes()).toBeLessThanOrEqual(totalmem())
  })
})

describe('a temporary folder', () => {
  it('may be there or not, but nothing else may have its name', async () => {
    await expect(refuseUnusable(folder)).resolves.toBeUndefined()
    await expect(refuseUnusable(join(folder, 'new/one'))).resolves.toBeUndefined()
    await writeFile(join(folder, 'file'), '')
    await expect(refuseUnusable(join(folder, 'file'))).rejects.toMatchObject({code: 'USAGE'})
    await expect(refuseUnusable(join(folder, 'file/below'))).rejects.toMatchObject({code: 'USAGE'})
  })
})
