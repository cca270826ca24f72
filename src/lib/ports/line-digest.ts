import {createHash, hash, type Hash} from 'node:crypto'

const LINE_FEED = 0x0a
const ALGORITHM = 'sha256'
/** Of each line's hash, as four numbers of 32 bits. */
const WORDS = 4
/** So many sums of 32-bit numbers are exact in a double. */
const MOST_SUMS = 1 << 20

/**
 * Counts lines of bytes and sums their hashes: equal for the same lines in any order. A blank line is a line, a carriage
 * return belongs to its line, and no line is held in memory beyond the piece that it came in.
 */
export class LineDigest {
  private count = 0
  private total = 0n
  private readonly sums = [0, 0, 0, 0]
  private pending = 0
  /** Of the line that began in an earlier piece. */
  private open: Hash | null = null

  /** Lines that have ended. */
  get lines(): number {
    return this.count
  }

  /** The sum of the hashes of the lines that have ended. */
  get digest(): bigint {
    this.settle()
    return this.total
  }

  add(bytes: Uint8Array): void {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let start = 0
    for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, start)) {
      this.endLine(piece.subarray(start, end))
      start = end + 1
    }
    if (start < piece.length) this.open = (this.open ?? createHash(ALGORITHM)).update(piece.subarray(start))
  }

  private endLine(last: Buffer): void {
    const digest = this.open === null ? hash(ALGORITHM, last, 'buffer') : this.open.update(last).digest()
    this.open = null
    for (let word = 0; word < WORDS; word += 1) this.sums[word]! += digest.readUInt32LE(word * 4)
    this.count += 1
    this.pending += 1
    if (this.pending === MOST_SUMS) this.settle()
  }

  private settle(): void {
    for (let word = 0; word < WORDS; word += 1) {
      this.total += BigInt(this.sums[word]!) << BigInt(32 * word)
      this.sums[word] = 0
    }
    this.pending = 0
  }
}
