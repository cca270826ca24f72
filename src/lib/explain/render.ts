import {renderNext} from '../cli/output/block.js'
import {wrapWords} from '../wrap-words.js'
import type {ExplainedCode, ExplainedExit, ExplainResult} from './explain.js'
import type {Step} from './explanation.js'

const WIDTH = 80
const INDENT = '  '
const BULLET = '- '
const GAP = 3

/** One code in full, or the list of all by exit status. */
export function renderExplain({asked, codes, exits}: ExplainResult): string {
  const [only] = codes
  if (only !== undefined && asked === only.code) return codeText(only, exits)
  const groups = exits.map((exit) => groupText(exit, codes))
  return [...groups, renderNext([['sluice explain CODE', 'one of them in full']])].join('\n\n')
}

function codeText(code: ExplainedCode, exits: readonly ExplainedExit[]): string {
  return [
    `${code.code}   ${code.title}`,
    wrapWords(code.meaning),
    `Why:\n${code.causes.map((cause) => wrapWords(cause, BULLET)).join('\n')}`,
    `What was done:\n${wrapWords(code.state, INDENT)}`,
    ['Next:', ...stepLines(code.next)].join('\n'),
    ...exits.map(exitText),
  ].join('\n\n')
}

function groupText(exit: ExplainedExit, codes: readonly ExplainedCode[]): string {
  const own = codes.filter((code) => code.exit === exit.exit)
  const width = Math.max(0, ...own.map(({code}) => code.length))
  const lines = own.map(({code, title}) => `${INDENT}${code.padEnd(width + GAP)}${title}`)
  return [exitText(exit), ...lines].join('\n')
}

function exitText({exit, meaning}: ExplainedExit): string {
  return wrapWords(meaning, `exit ${exit}: `)
}

/** Commands with what they are for beside them, or below where the line has no room; advice in a line of its own. */
function stepLines(steps: readonly Step[]): string[] {
  const width = Math.max(0, ...steps.map(({command}) => command?.length ?? 0)) + GAP
  return steps.map(({command, text}) => {
    if (command === null) return wrapWords(text, INDENT)
    const line = `${INDENT}${command.padEnd(width)}${text}`
    return line.length <= WIDTH ? line : `${INDENT}${command}\n${wrapWords(text, INDENT.repeat(2))}`
  })
}
