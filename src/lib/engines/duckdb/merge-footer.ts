import {closeSync, fstatSync, openSync, readSync} from 'node:fs'
import {FooterFault, footerOfEnd, type Footer} from '../../parquet/footer.js'

/** Holds the footer of nearly every small file, so that one read is enough; shared, as no two files are read at a time. */
const FIRST_READ = Buffer.allocUnsafeSlow(16 * 1024)

/**
 * The footer of a local file. Synchronous and a fraction of the cost of DuckDB's own table functions, which open a file
 * for each question (2,880 files: 0.5 s of CPU, against 2.4 s). Throws `FooterFault`.
 */
export function readFooter(file: string): Footer {
  const descriptor = openSync(file, 'r')
  try {
    const {size} = fstatSync(descriptor)
    const found = footerOfEnd(
      readEnd(descriptor, size, FIRST_READ.subarray(0, Math.min(size, FIRST_READ.length))),
      size,
    )
    if (!('bytesNeeded' in found)) return found
    return footerOfEnd(readEnd(descriptor, size, Buffer.allocUnsafe(found.bytesNeeded)), size) as Footer
  } finally {
    closeSync(descriptor)
  }
}

/** Fills the buffer with the end of the file. */
function readEnd(descriptor: number, size: number, buffer: Buffer): Buffer {
  const start = size - buffer.length
  for (let read = 0; read < buffer.length;) {
    const bytesRead = readSync(descriptor, buffer, read, buffer.length - read, start + read)
    if (bytesRead === 0) throw new FooterFault('it grew shorter while it was read')
    read += bytesRead
  }
  return buffer
}
