import {describe, expect, it} from 'vitest'
import {chooseEngine, enginesAsked, LOCAL_ENGINES} from '../../src/lib/compact/choose-engine.js'

const GIB = 2 ** 30
const ON_AWS = {wish: 'auto', hasAthena: true} as const

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

  it('is not Athena in a local lake', () => {
    expect(() => enginesAsked('athena', {backend: 'local'})).toThrowError(
      expect.objectContaining({code: 'NOT_IN_LOCAL'}),
    )
    expect(enginesAsked('auto', {backend: 'local'})).toEqual(LOCAL_ENGINES)
    expect(enginesAsked('auto', {backend: 'aws'})).toEqual(ON_AWS)
  })
})
