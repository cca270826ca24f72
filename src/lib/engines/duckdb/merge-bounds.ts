import {quoteIdentifier} from '../../sql/index.js'

/**
 * SQL of a merged value as an integer: days or microseconds since 1970, or a decimal's digits; null for kinds that are
 * compared by their hash alone. Texts and bytes are among these: their bounds would be values of the data in journals.
 */
export function boundSql(name: string, duckdbType: string): string | null {
  const sql = quoteIdentifier(name)
  if (duckdbType === 'BOOLEAN') return `CAST(${sql} AS INTEGER)`
  if (duckdbType === 'DATE') return `date_diff('day', DATE '1970-01-01', ${sql})`
  if (duckdbType === 'TIMESTAMP' || duckdbType === 'TIMESTAMP WITH TIME ZONE') return `epoch_us(${sql})`
  return /^(TINYINT|SMALLINT|INTEGER|BIGINT|DECIMAL\(\d+,\d+\))$/.test(duckdbType) ? sql : null
}
