import {readFile} from 'node:fs/promises'
import {addAbortSignal, type Readable} from 'node:stream'
import {SluiceError} from '../errors.js'

export interface SqlSource {
  readonly argument?: string | undefined
  readonly file?: string | undefined
}

const EXAMPLE = 'e.g. sluice query "SELECT 1", --file FILE, or a pipe'

/** The statement: from the argument, a file, or the pipe (`-`, or nothing else given). Throws `USAGE`. */
export async function readSql(
  {argument, file}: SqlSource,
  input: Readable & {isTTY?: boolean},
  signal: AbortSignal,
): Promise<string> {
  if (argument !== undefined && file !== undefined) {
    throw new SluiceError('USAGE', 'The statement is given twice: as an argument and by --file.', {
      fix: 'Give it once.',
    })
  }
  const text = (await textOf(argument, file, input, signal)).replace(/^\ufeff/, '')
  if (text.trim() !== '') return text
  throw new SluiceError('USAGE', 'There is no statement to run.', {fix: `Give one: ${EXAMPLE}`})
}

async function textOf(
  argument: string | undefined,
  file: string | undefined,
  input: Readable & {isTTY?: boolean},
  signal: AbortSignal,
): Promise<string> {
  if (argument !== undefined && argument !== '-') return argument
  if (file !== undefined && file !== '-') return fileText(file)
  // nobody types a statement into a command that says nothing, unless it was asked for
  if (input.isTTY === true && argument === undefined && file === undefined) return ''
  return pipedText(input, signal)
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new SluiceError('USAGE', `Cannot read the statement in ${file}.`, {
      fix: 'Name a file that exists.',
      cause: error,
    })
  }
}

async function pipedText(input: Readable, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of addAbortSignal(signal, input)) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString('utf8')
}
