import {createInterface} from 'node:readline/promises'

/**
 * Asks one question on stderr and resolves with the line that is typed; the end of the input is an empty answer.
 * Not in raw mode, so that Ctrl-C stays a signal.
 * @throws the signal's reason when it is aborted
 */
export async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({input: process.stdin, output: process.stderr, terminal: false})
  try {
    return await Promise.race([lines.question(question, {signal}), ended(lines, signal)])
  } finally {
    lines.removeAllListeners('close').close()
  }
}

function ended(lines: ReturnType<typeof createInterface>, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    lines.once('close', () => {
      // the end of the input leaves the cursor behind the question
      if (!signal.aborted) process.stderr.write('\n')
      resolve('')
    })
  })
}
