import {describe, expect, it} from 'vitest'
import {
  chooseEngine,
  enginesAsked,
  LOCAL_ENGINES,
  refuseAthena,
  usableEngine,
} from '../../src/lib/compact/choose-engine.js'
import type {OperationPorts} from '../../src/lib/operation/index.js'
import type {EngineFault} from '../../src/lib/ports/parquet-engine.js'
import {expectCode} from '../contract/ports/expectations.js'

const GIB = 2 ** 30
const ON_AWS = {wish: 'auto', hasAthena: true} as const
const FAULT = {text: 'The workgroup keeps its results.', remedy: 'Name another'}

function athenaWith(fault: EngineFault | null): Pick<OperationPorts, 'engine'> {
  return {engine: () => ({fault: async () => fault}) as ReturnType<OperationPorts['engine']>}
}

describe('the engine of a partition', () => {
  it.each([
    [
      'this machine within its limit',
      20 * GIB,
      'parquet',
      ON_AWS,
      'duckdb',
      'within the 20 GiB of --max-partition-size',
    ],
    ['Athena past it', 20 * GIB + 1, 'parquet', ON_AWS, 'athena', 'over the 20 GiB of --max-partition-size'],
    ['this machine for lines', 21 * GIB, 'json', ON_AWS, 'duckdb', 'Athena does not carry lines byte for byte'],
    ['this machine where there is no other', 21 * GIB, 'parquet', LOCAL_ENGINES, 'duckdb', 'a local lake has no other'],
    ['Athena as asked for', 1, 'parquet', {...ON_AWS, wish: 'athena'}, 'athena', 'as asked for'],
    ['this machine as asked for', 21 * GIB, 'parquet', {...ON_AWS, wish: 'duckdb'}, 'duckdb', 'as asked for'],
  ] as const)('is %s', (_, sizeBytes, format, asked, name, reason) => {
    expect(chooseEngine(sizeBytes, format, asked, 20 * GIB)).toEqual({name, reason})
  })

  it('is not Athena where nothing can be written by its statements', async () => {
    const past = chooseEngine(20 * GIB + 1, 'parquet', ON_AWS, 20 * GIB)
    expect(await usableEngine(past, athenaWith(null))).toEqual(past)
    expect(await usableEngine(past, athenaWith(FAULT))).toEqual({
      name: 'duckdb',
      reason: `over the 20 GiB of --max-partition-size, but Athena cannot: ${FAULT.text}`,
    })
    await refuseAthena(athenaWith(null))
    const {fix} = await expectCode(refuseAthena(athenaWith(FAULT)), 'ENGINE_UNFIT')
    expect(fix).toBe('Name another; or compact with --engine duckdb.')
  })

  it('is not Athena in a local lake', () => {
    expect(() => enginesAsked('athena', {backend: 'local'})).toThrowError(
      expect.objectContaining({code: 'NOT_IN_LOCAL'}),
    )
    expect(enginesAsked('auto', {backend: 'local'})).toEqual(LOCAL_ENGINES)
    expect(enginesAsked('auto', {backend: 'aws'})).toEqual(ON_AWS)
  })
})
