import {createHash} from 'node:crypto'

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
const NAME_BYTES = 16

/** `0`, the start in epoch milliseconds, `-` and eight hexadecimal digits, as the service names an export. */
export function exportIdOf(startTime: Date, identity: string): string {
  return `0${startTime.getTime()}-${digestOf(`export ${identity}`).toString('hex').slice(0, 8)}`
}

/** The name of a data file without its ending: 128 bits in 26 base32 characters. */
export function dataFileName(exportId: string, index: number): string {
  return base32(digestOf(`file ${exportId} ${index}`))
}

/** An id that a table keeps through all its exports. */
export function tableIdOf(tableArn: string): string {
  const bytes = digestOf(`table ${tableArn}`)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** `count` numbers from 0 in an order that only `identity` decides. */
export function shuffledIndexes(count: number, identity: string): number[] {
  const places = Array.from({length: count}, (_, index) => ({
    index,
    place: digestOf(`place ${identity} ${index}`).toString('hex'),
  }))
  return places.sort((left, right) => (left.place < right.place ? -1 : 1)).map(({index}) => index)
}

/** A number below `limit` that only `identity` decides. */
export function numberOf(identity: string, limit: number): number {
  return digestOf(identity).readUInt32BE(0) % limit
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, NAME_BYTES)
}

function base32(bytes: Buffer): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}
