/** Of Athena, unmeasured: the start of a statement, and bytes that it reads a second. */
export const ATHENA_STATEMENT_MS = 5000
export const ATHENA_BYTES_PER_SECOND = 100_000_000
