const WARM_UP_ROUNDS = 12
const TWO_POW_32 = 0x1_0000_0000

/**
 * A small seeded generator (sfc32). It uses 32-bit integer arithmetic only, so a seed gives the same numbers on every
 * machine and in every Node version, which `Math.random` does not promise.
 */
export class Random {
  private a: number
  private b: number
  private c: number
  private counter = 1

  /** The numbers of `stream` under `seed`; streams of one seed do not resemble each other. */
  constructor(seed: number, stream: number) {
    this.a = seed | 0
    this.b = stream | 0
    this.c = (Math.floor(seed / TWO_POW_32) ^ Math.floor(stream / TWO_POW_32) ^ 0x9e37_79b9) | 0
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.next()
  }

  /** 32 random bits as an unsigned integer. */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** At least 0, below 1. */
  fraction(): number {
    return this.next() / TWO_POW_32
  }

  /** A whole number, at least 0, below `limit`; `limit` may exceed 32 bits. */
  below(limit: number): number {
    return Math.floor((limit > TWO_POW_32 ? this.wideFraction() : this.fraction()) * limit)
  }

  /** A whole number from `first` to `last`, both included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1)
  }

  /** True in about `share` of the calls. */
  chance(share: number): boolean {
    return this.fraction() < share
  }

  private wideFraction(): number {
    return (this.next() * 0x20_0000 + (this.next() >>> 11)) / 0x20_0000_0000_0000
  }
}
