import type {SourceFile} from '../../parquet/source-groups.js'

/** Some rows of a file, `end` exclusive. */
export interface FileSlice {
  readonly file: SourceFile
  readonly start: number
  readonly end: number
}

/** A cut this near to the edge of a file, as a part of an output, is moved there: no file is then read twice for it. */
const SNAP_SHARE = 0.1

/**
 * Divides files into outputs of about equal bytes, in order: each output a list of whole files, with parts of files at its
 * edges only where files are large. The same files are always divided alike.
 */
export function sliceFiles(files: readonly SourceFile[], outputs: number): FileSlice[][] {
  const holding = files.filter(({rows}) => rows > 0)
  const totalBytes = holding.reduce((sum, {source}) => sum + source.sizeBytes, 0)
  const shareBytes = totalBytes / Math.max(1, outputs)
  const slices: FileSlice[][] = [[]]
  let passedBytes = 0
  for (const file of holding) {
    const {sizeBytes} = file.source
    let start = 0
    while (slices.length < outputs) {
      const cut = shareBytes * slices.length - passedBytes
      const end = rowAt(file, cut, shareBytes)
      if (end >= file.rows) break
      if (end > start) slices.at(-1)!.push({file, start, end})
      start = Math.max(start, end)
      slices.push([])
    }
    slices.at(-1)!.push({file, start, end: file.rows})
    passedBytes += sizeBytes
  }
  return slices.filter((slice) => slice.length > 0)
}

/** The row at which a file is cut `cutBytes` after its beginning. */
function rowAt({source, rows}: SourceFile, cutBytes: number, shareBytes: number): number {
  if (cutBytes <= shareBytes * SNAP_SHARE) return 0
  if (source.sizeBytes - cutBytes <= shareBytes * SNAP_SHARE) return rows
  return Math.round((cutBytes / source.sizeBytes) * rows)
}

export function isWhole({file, start, end}: FileSlice): boolean {
  return start === 0 && end === file.rows
}
