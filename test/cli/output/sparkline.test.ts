import {describe, expect, it} from 'vitest'
import {sparkline} from '../../../src/lib/cli/output/sparkline.js'

describe('sparkline', () => {
  it.each([
    [[1, 2, 3, 4, 5, 6, 7, 8], '▁▂▃▄▅▆▇█'],
    [[-1, 0, 1], '▁▅█'],
    [[5, 5, 5], '▄▄▄'],
    [[7], '▄'],
    // a missing point is a gap, never a low bar
    [[1, null, 2], '▁ █'],
    [[null, 3, null], ' ▄ '],
    [[null, null], '  '],
    [[], ''],
    [[1e300, 0, -1e300], '█▅▁'],
  ])('of %j is %s', (values, line) => {
    expect(sparkline(values)).toBe(line)
  })
})
