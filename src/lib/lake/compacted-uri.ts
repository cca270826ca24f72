/**
 * Where compactions put rows of a table that lies at an address: in the same bucket, beside the table's folder and not
 * in it, so that whoever may read the bucket reads them, and who lists the table's folder does not. Null for a table
 * that fills a bucket.
 */
export function compactedUri(location: string): string | null {
  const folder = location.replace(/\/+$/, '')
  return /^s3:\/\/[^/]+\/./.test(folder) ? `${folder}__compact/` : null
}
