import type {Spinner} from './progress.js'

/**
 * Whether a live line works on `stream`. A terminal of 0 columns (some containers, `script`) would make the spinner
 * erase lines for ever.
 */
export function isLive(stream: NodeJS.WriteStream, variables: NodeJS.ProcessEnv): boolean {
  return Boolean(stream.isTTY && stream.columns && variables['TERM'] !== 'dumb' && !('CI' in variables))
}

/** The spinner of a real terminal. */
export async function loadSpinner(stream: NodeJS.WriteStream, useColor: boolean): Promise<Spinner> {
  const {default: ora} = await import('ora')
  // discardStdin would put the terminal into raw mode, where Ctrl-C is a byte that nobody reads
  return ora({stream, isEnabled: true, isSilent: false, discardStdin: false, color: useColor ? 'cyan' : false})
}
