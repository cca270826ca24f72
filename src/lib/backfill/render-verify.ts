import {renderBlock, type Labelled} from '../cli/output/block.js'
import {printable} from '../cli/output/text.js'
import {EXIT, type ExitCode} from '../errors.js'
import {renderReport} from './render-verify-report.js'
import type {Check} from './verify-check.js'
import type {VerifyResult} from './verify-result.js'

/** How the answer is printed: for a screen, or as a report in Markdown that is kept. */
export type VerifyFormat = 'text' | 'md'

/** A screen is no place for a hundred names; the report and `--json` have them. */
const SHOWN_DETAILS = 5

export function renderVerify(result: VerifyResult, format: VerifyFormat = 'text'): string {
  return format === 'md' ? renderReport(result, verdict(result)) : screen(result)
}

function screen(result: VerifyResult): string {
  const runs = result.runs.map((run) => section(`run ${run.run}   export ${run.export}`, run.checks))
  return [...runs, section(`table ${result.table}`, result.checks), verdict(result)].join('\n\n')
}

function section(heading: string, checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({state}) => state.length))
  const lines = checks.map(({name, state, text, details}): Labelled => {
    const more = details.length - SHOWN_DETAILS
    const rest = more > 0 ? [`and ${more} more: --output md names them`] : []
    return [`${state.toUpperCase().padEnd(width)} ${name}`, [text, ...details.slice(0, SHOWN_DETAILS), ...rest]]
  })
  return [printable(heading), '', renderBlock(lines)].join('\n')
}

function verdict({table, state}: VerifyResult): string {
  if (state === 'pass') return `Table ${table} is proven: what was loaded is what the exports hold.`
  if (state === 'unknown') return `Table ${table}: nothing is wrong, but not everything could be compared.`
  return `Table ${table} is not what was loaded. Do not trust it before this is explained.`
}

export function exitOfVerify({state}: VerifyResult): ExitCode {
  return state === 'pass' ? EXIT.ok : state === 'fail' ? EXIT.breached : EXIT.partial
}
