import {describe, expect, it} from 'vitest'
import {renderBlock, renderHeading, renderNext} from '../../../src/lib/cli/output/block.js'
import {bytesText} from '../../../src/lib/cli/output/bytes.js'
import {countText, percentText, rateText} from '../../../src/lib/cli/output/count.js'
import {aboutText, durationText} from '../../../src/lib/cli/output/duration.js'
import {jsonText} from '../../../src/lib/cli/output/json.js'
import {microsText, moneyText} from '../../../src/lib/cli/output/money.js'
import {plural, printable} from '../../../src/lib/cli/output/text.js'
import {instantText, instantWithAge, relativeText} from '../../../src/lib/cli/output/time.js'

function table<Input>(
  name: string,
  render: (input: Input) => string,
  cases: readonly (readonly [Input, string])[],
): void {
  describe(name, () => {
    for (const [input, text] of cases) it(`${String(input)} → ${text}`, () => expect(render(input)).toBe(text))
  })
}

table<number | bigint>('bytesText', bytesText, [
  [0, '0 B'],
  [999, '999 B'],
  [1000, '0.977 KiB'],
  [1024, '1 KiB'],
  [1_288_490_189, '1.2 GiB'],
  [1023 * 1024, '0.999 MiB'],
  [2n ** 60n, '1,020 PiB'],
])

table<number>('durationText', durationText, [
  [0, '0 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [1400, '1.4 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min 00 s'],
  [125_000, '2 min 05 s'],
  [3_599_600, '1 h 00 min'],
  [11_520_000, '3 h 12 min'],
  [86_399_000, '1 d 00 h'],
  [187_200_000, '2 d 04 h'],
])

table<number>('aboutText', aboutText, [
  [10, 'about 1 s'],
  [10_200, 'about 10 s'],
  [180_000, 'about 3 min'],
  [7_800_000, 'about 2 h 10 min'],
])

table<string>('moneyText', moneyText, [
  ['0', '$0.00'],
  ['0.0042', '$0.0042'],
  ['0.004249', '$0.0042'],
  ['0.0000000012345', '$0.0000000012'],
  ['0.009999', '$0.01'],
  ['0.01', '$0.01'],
  ['0.125', '$0.13'],
  ['1234567.891', '$1,234,567.89'],
  ['-3.5', '-$3.50'],
])

table<bigint>('microsText', microsText, [
  [0n, '$0.00'],
  [42n, '$0.000042'],
  [1_500_000n, '$1.50'],
])

table<string>('printable', printable, [
  ['plain', 'plain'],
  ['a\r\nb\tc', 'a b c'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;title\u0007x', 'x'],
  ['a\u0000b\u007fc\u009bd', 'abcd'],
  ['user\u202etxt.exe\u2066', 'usertxt.exe'],
  ['日本 🙂 é', '日本 🙂 é'],
])

describe('small texts', () => {
  it('counts, shares and rates', () => {
    expect(countText(1_000_000)).toBe('1,000,000')
    expect(countText(12_345_678_901_234_567_890n)).toBe('12,345,678,901,234,567,890')
    expect([plural(1, 'file'), plural(1000, 'file'), plural(2n, 'query', 'queries')]).toEqual([
      '1 file',
      '1,000 files',
      '2 queries',
    ])
    expect([percentText(914, 1000), percentText(1, 0)]).toEqual(['91.4%', '–'])
    expect([rateText(31_049, 1000), rateText(11, 13_000), rateText(1, 0)]).toEqual(['31,000/s', '0.85/s', '–/s'])
  })

  it('times', () => {
    const now = new Date('2026-01-04T06:10:30Z')
    expect(instantText(new Date('2026-01-04T03:10:00Z'))).toBe('2026-01-04 03:10Z')
    expect(instantText(new Date('2026-01-04T03:10:05.120Z'))).toBe('2026-01-04 03:10:05.120Z')
    expect(instantWithAge(new Date('2026-01-04T03:10:00Z'), now)).toBe('2026-01-04 03:10Z (3 hours ago)')
    expect(relativeText(new Date('2026-01-06T07:00:00Z'), now)).toBe('in 2 days')
    expect(relativeText(now, now)).toBe('now')
  })

  it('JSON keeps every character and prints none that a terminal acts on', () => {
    const value = {text: 'a\u009b\u202e\u2028\u007f\u001b', rows: 2n ** 64n}
    const text = jsonText(value)
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/)
    expect(JSON.parse(text)).toEqual({...value, rows: '18446744073709551616'})
  })

  it('blocks line up', () => {
    expect(
      renderBlock([
        ['export', 'x'],
        ['estimate', ['one', '', 'two']],
      ]),
    ).toBe(['  export      x', '  estimate    one', '', '              two'].join('\n'))
    expect(renderNext([['sluice ops undo 1', 'takes it back'], ['sluice status']])).toBe(
      '  sluice ops undo 1    takes it back\n  sluice status',
    )
    expect(renderHeading('Backfill', 'env prod', 24)).toBe('Backfill        env prod')
    expect(renderHeading('Backfill', 'env prod', 10)).toBe('Backfill  env prod')
  })
})
