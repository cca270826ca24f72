import {describe, expect, it} from 'vitest'
import {parseBytes, parseDollars, parseInstant, parsePositiveInteger} from '../../src/lib/cli/parse-values.js'
import {unknownCommand} from '../../src/lib/cli/unknown-command.js'
import {editDistance} from '../../src/lib/near-name.js'

const USAGE = {code: 'USAGE', exit: 2}

describe('values of flags', () => {
  it.each([
    ['2026-01-04', '2026-01-04T00:00:00.000Z'],
    ['2026-01-04T03:10Z', '2026-01-04T03:10:00.000Z'],
    ['2026-01-04T03:10:05.250+02:00', '2026-01-04T01:10:05.250Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('instant %s', (text, iso) => expect(parseInstant(text).toISOString()).toBe(iso))

  it.each([
    '',
    'yesterday',
    '2026-02-29',
    '2026-13-01',
    '2026-01-04T03:10',
    '2026-1-4',
    '1767495600',
    '2026-01-04T25:00Z',
  ])('refuses the instant %j', (text) => expect(() => parseInstant(text)).toThrow(expect.objectContaining(USAGE)))

  it.each([
    ['1048576', 1_048_576],
    ['2GB', 2_000_000_000],
    ['512MiB', 536_870_912],
    ['1.5 kib', 1536],
    ['0', 0],
  ])('size %s', (text, sizeBytes) => expect(parseBytes(text)).toBe(sizeBytes))

  it.each(['', 'GB', '2XB', '-1', '1e3', '9999PiB'])('refuses the size %j', (text) =>
    expect(() => parseBytes(text)).toThrow(expect.objectContaining(USAGE)),
  )

  it('whole numbers from 1 up', () => {
    expect(parsePositiveInteger('42')).toBe(42)
    for (const text of ['0', '-1', '1.5', '1e3', '', '0x10', '99999999999999999999']) {
      expect(() => parsePositiveInteger(text), text).toThrow(expect.objectContaining(USAGE))
    }
  })

  it('dollars stay decimal text', () => {
    expect([parseDollars('$0.10'), parseDollars('12'), parseDollars('0.1000000000000000000001')]).toEqual([
      '0.10',
      '12',
      '0.1000000000000000000001',
    ])
    for (const text of ['', '-1', '1,50', 'EUR 3', '1e-3']) {
      expect(() => parseDollars(text), text).toThrow(expect.objectContaining(USAGE))
    }
  })
})

describe('unknownCommand', () => {
  const known = {
    bin: 'sluice',
    commandIds: ['init', 'backfill:plan', 'backfill:run', 'kpi:show', 'ops:show'],
    topicNames: ['backfill', 'kpi', 'ops'],
  }

  it.each([
    ['backfil:plan', 'No command "backfil plan".', 'sluice backfill plan'],
    ['backfill:plna', 'No command "backfill plna".', 'sluice backfill plan'],
    ['backfil:plan:s3://x', 'No command "backfil plan".', 'sluice backfill plan'],
    ['bakfill', 'No command "bakfill".', 'sluice backfill --help'],
    ['inti', 'No command "inti".', 'sluice init'],
    ['kpi:destroy', 'No command "kpi destroy".', 'sluice kpi --help'],
    ['weather', 'No command "weather".', 'sluice --help'],
  ])('%s', (id, message, fix) => {
    expect(unknownCommand(id, known)).toMatchObject({code: 'COMMAND_UNKNOWN', exit: 2, message, fix})
  })

  it('counts edits', () => {
    expect([editDistance('', 'abc'), editDistance('kitten', 'sitting'), editDistance('same', 'same')]).toEqual([
      3, 3, 0,
    ])
  })
})
