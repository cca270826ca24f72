import type {DuckDBVector} from '@duckdb/node-api'

/** The vector's raw array; the typed accessor makes a BigInt a row, which costs more than a whole digest. */
export function items<Items extends BigUint64Array | Int32Array>(
  vector: DuckDBVector,
  type: new (length: number) => Items,
): Items {
  const raw = (vector as unknown as {readonly items: unknown}).items
  if (!(raw instanceof type)) throw new Error('DuckDB vectors have changed their layout.')
  return raw
}

/** Sum of 64-bit numbers by 16-bit words: a word's sum over one chunk stays exact in a double. */
export function sum(values: BigUint64Array, rows: number): bigint {
  const words = new Uint16Array(values.buffer, values.byteOffset, rows * 4)
  let [a, b, c, d] = [0, 0, 0, 0]
  for (let index = 0; index < rows * 4; index += 4) {
    a += words[index]!
    b += words[index + 1]!
    c += words[index + 2]!
    d += words[index + 3]!
  }
  return BigInt(a) + (BigInt(b) << 16n) + (BigInt(c) << 32n) + (BigInt(d) << 48n)
}
