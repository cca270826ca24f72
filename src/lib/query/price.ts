/** Athena's list price: 5 dollars a TiB scanned, each query rounded up to a MiB and billed as 10 at least. */
const MICROS_PER_TIB = 5_000_000
const TIB = 2 ** 40
const MIB = 2 ** 20
const LEAST_MIB = 10

/** What scanning so many bytes costs, in millionths of a dollar, rounded up. An engine on this machine costs nothing. */
export function scanCostUsdMicros(engine: 'duckdb' | 'athena', sizeBytes: number): number {
  if (engine === 'duckdb') return 0
  const billedBytes = Math.max(LEAST_MIB, Math.ceil(sizeBytes / MIB)) * MIB
  return Math.ceil((billedBytes / TIB) * MICROS_PER_TIB)
}

/** Decimal text of millionths of a dollar, for documents. */
export function dollarsText(micros: number): string {
  const text = String(micros).padStart(7, '0')
  return `${text.slice(0, -6)}.${text.slice(-6)}`
}
