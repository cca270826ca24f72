import {describe, expect, it} from 'vitest'
import {chosenFaults, kindsOfLoads, listedPoints, LOAD_SAMPLES} from '../lab/faults/points-list.js'
import {textOf} from '../lab/faults/wire-points.js'

const faults = (['single', 'chain'] as const).flatMap((name) =>
  chosenFaults(listedPoints(name), LOAD_SAMPLES[name]).map((fault) => ({name, ...fault})),
)

describe('the faults that loads meet in the lab', () => {
  it('are of every kind', () => {
    expect([...new Set(faults.map(({kind}) => kind))].sort()).toEqual(kindsOfLoads())
  })

  it('are at other calls each', () => {
    const texts = faults.map(({name, kind, point}) => `${name} ${kind} ${textOf(point)}`)
    expect(new Set(texts).size).toBe(texts.length)
  })
})
