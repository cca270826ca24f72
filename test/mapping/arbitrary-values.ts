import fc from 'fast-check'

const digits = (max: number) => fc.string({unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max})
const sign = fc.constantFrom('', '-')

export const numberText = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({min: -(2n ** 70n), max: 2n ** 70n}).map(String),
  fc.tuple(sign, digits(18), digits(4)).map(([s, whole, fraction]) => `${s}${whole}.${fraction}`),
  fc.tuple(sign, digits(20), digits(18)).map(([s, whole, fraction]) => `${s}${whole}.${fraction}`),
  fc.tuple(sign, digits(6), digits(6), fc.integer({min: -20, max: 20})).map(([s, w, f, e]) => `${s}${w}.${f}E${e}`),
  fc.tuple(sign, digits(1), digits(37), fc.integer({min: -125, max: 125})).map(([s, w, f, e]) => `${s}${w}.${f}E${e}`),
  fc.tuple(sign, digits(1), fc.integer({min: -130, max: 125})).map(([s, d, e]) => `${s}${d}E${e}`),
  fc.constantFrom(
    '0',
    '-0',
    '1E-130',
    '9.99E125',
    '0.005',
    '-0.005',
    '1.005',
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '2147483648',
    '9999999999999999.99',
    '9999999999999999.995',
    '1.50',
    '100000',
    '99999.5',
  ),
)

/** Times with Z or an offset, and texts that look like it. */
export const instantText = fc.oneof(
  fc
    .date({min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true})
    .map((date) => date.toISOString()),
  fc
    .tuple(
      fc.date({min: new Date('1900-01-02'), max: new Date('2199-12-30'), noInvalidDate: true}),
      fc.constantFrom('', '.1', '.12', '.123', '.123000', '.1234', '.123456789', '.9996'),
      fc.constantFrom('Z', '+00:00', '+01:00', '-05:30', '+23:59', '+24:00', '', 'z'),
    )
    .map(([date, fraction, zone]) => `${date.toISOString().slice(0, 19)}${fraction}${zone}`),
  fc.constantFrom(
    '2024-02-29T00:00:00.000Z',
    '2023-02-29T00:00:00.000Z',
    '2024-01-01T24:00:00.000Z',
    '2024-01-01T23:59:60.000Z',
    '2024-01-01',
    '2024-1-1T00:00:00.000Z',
    ' 024-01-01T00:00:00.000Z',
    '-024-01-01T00:00:00.000Z',
    '0000-01-01T00:00:00.000Z',
    '2024-01-01 00:00:00.000Z',
    '2024-01-01T00:00:00.12 Z',
    '9999-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59.999-01:00',
    '',
  ),
)

const anyText = fc
  .string({unit: 'binary', maxLength: 12})
  .filter((text) => !/[\ud800-\udfff]/.test(text) || text.isWellFormed())
export const text = fc.oneof(anyText, fc.constantFrom('', 'same', "o'hara", 'a\u0000b', 'línea', '😀', 'null', '{}'))
export const dayText = fc.oneof(
  fc
    .date({min: new Date('1000-01-01'), max: new Date('2999-12-31'), noInvalidDate: true})
    .map((date) => date.toISOString().slice(0, 10)),
  fc.constantFrom('2023-02-29', '2024-2-1', '0000-01-01', 'today', '2024-01-01T00:00:00Z', ''),
)

/** Times without zone, many of them near a change of clocks in one of the zones below. */
export const localText = fc.oneof(
  instantText.map((instant) => instant.replace(/(Z|[+-]..:..)$/, '')),
  fc
    .tuple(
      fc.constantFrom('2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-10-04', '2026-04-05', '2011-12-30'),
      fc.integer({min: 0, max: 4}),
      fc.integer({min: 0, max: 59}),
      fc.constantFrom('', '.5', '.1234'),
    )
    .map(([day, hour, minute, fraction]) => `${day}T0${hour}:${String(minute).padStart(2, '0')}:00${fraction}`),
  fc.constantFrom('1899-12-31T23:59:59', '1900-01-01T00:00:00', '2099-12-31T23:59:59.9999', '2100-01-01T00:00:00'),
)

export const base64Text = fc.oneof(
  {weight: 6, arbitrary: fc.uint8Array({maxLength: 9}).map((bytes) => Buffer.from(bytes).toString('base64'))},
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'QQ',
      'QQ=',
      'QR==',
      'QUJ=',
      'A===',
      '=',
      'QQ==QQ==',
      'Q Q=',
      'QQ-_',
      'QQ==\n',
      'é==',
    ),
  },
)
