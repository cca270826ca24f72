import {createInterface} from 'node:readline/promises'

/**
 * Asks one question on stderr and resolves with the line that is typed; the end of the input is an empty answer.
 * Not in raw mode, so that Ctrl-C stays a signal.
 * @throws the signal's reason when it is aborted
 */
export async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({input: process.stdin, output: process.stderr, terminal: false})
  try {
    return await Promise.race([lines.question(question, {signal}), ended(lines)])
  } finally {
    lines.close()
  }
}

function ended(lines: ReturnType<typeof createInterface>): Promise<string> {
  return new Promise((resolve) => {
    lines.once('close', () => resolve(''))
  })
}
