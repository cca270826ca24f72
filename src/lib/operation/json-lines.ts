import {SluiceError} from '../errors.js'

/** One JSON document a line, with a trailing newline. */
export function toLines(documents: readonly unknown[]): string {
  return documents.map((document) => `${JSON.stringify(document)}\n`).join('')
}

/** Throws `FORMAT_UNKNOWN` for a document of a later sluice, `PLAN_INVALID` for one that is no JSON. */
export function parseLines<Document>(text: string, name: string): Document[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseDocument<Document>(line, name))
}

/** As `parseLines`, for a single document. */
export function parseDocument<Document>(text: string, name: string): Document {
  let document: {format?: unknown}
  try {
    document = JSON.parse(text) as {format?: unknown}
  } catch (error) {
    throw new SluiceError('PLAN_INVALID', `${name} is not readable as JSON.`, {
      fix: 'Restore the file, or plan again.',
      cause: error,
    })
  }
  if (document === null || typeof document !== 'object') {
    throw new SluiceError('PLAN_INVALID', `${name} holds no document.`, {fix: 'Restore the file, or plan again.'})
  }
  if (document.format !== undefined && document.format !== 1) {
    throw new SluiceError(
      'FORMAT_UNKNOWN',
      `${name} has format ${String(document.format)}; this version reads format 1.`,
      {
        fix: 'Use the version of sluice that wrote it, or a newer one.',
      },
    )
  }
  return document as Document
}
