/** Key prefix of what compactions of a table wrote in place of its objects; outside of the table's own. */
export function compactedPrefix(table: string): string {
  return `${table}__compact/`
}
