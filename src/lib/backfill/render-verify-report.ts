import {bytesText} from '../cli/output/bytes.js'
import {countText} from '../cli/output/count.js'
import {markdownLine, markdownRule, markdownText} from '../cli/output/markdown.js'
import {plural, printable} from '../cli/output/text.js'
import type {Check} from './verify-check.js'
import {unchecked} from './verify-limits.js'
import type {VerifiedRun, VerifyResult} from './verify-result.js'
import type {SampledFile} from './verify-samples.js'

/** Of a file with a thousand sampled lines these tell how they were spread. */
const SHOWN_LINES = 20
const KINDS = {full: 'full export', incremental: 'incremental export', quarantine: 'lines read anew from quarantine'}

/** The report that an auditor keeps: Markdown with what was compared, with what, and what was not. */
export function renderReport(result: VerifyResult, verdict: string): string {
  const {table, checkedBy, checkedAt} = result
  return [
    `# Verification of table ${text(table)}`,
    `**${result.state.toUpperCase()}**: ${text(verdict)}`,
    facts([
      ['lake', result.lake],
      ['environment', result.environment],
      ['table', table],
      ['checked at', iso(checkedAt)],
      ['checked by', `${checkedBy.user} on ${checkedBy.host}`],
      ['sluice', checkedBy.version],
      ['loads', plural(result.runs.length, 'admitted run')],
    ]),
    ...result.runs.flatMap(runParts),
    '## The table as a whole',
    checksTable(result.checks),
    ...detailParts(result.checks),
    '## What was not checked',
    list(unchecked(result)),
    '## What the results mean',
    list([
      'PASS: compared, and equal.',
      'FAIL: compared, and different.',
      'UNKNOWN: what would be compared could not be reached.',
    ]),
  ].join('\n\n')
}

type Fact = readonly [label: string, value: string]

function runParts(run: VerifiedRun): string[] {
  return [
    `## Run ${text(run.run)}`,
    facts(factsOf(run)),
    checksTable(run.checks),
    ...detailParts(run.checks),
    ...(run.sampled.length === 0 ? [] : ['Sampled lines, by file:', list(run.sampled.map(sampledText))]),
  ]
}

function factsOf(run: VerifiedRun): Fact[] {
  const unknown = 'not known any more'
  const time: Fact[] =
    run.exportFrom === null
      ? [['state as of', iso(run.exportTime)]]
      : [['changes', `${iso(run.exportFrom)} to ${iso(run.exportTime)}`]]
  return [
    ['source', `${KINDS[run.kind]} ${run.export}`],
    ...time,
    ['export ARN', run.exportArn ?? unknown],
    ['table ARN', run.tableArn ?? unknown],
    ['read from', run.uri ?? unknown],
    ['manifest', run.items === null ? unknown : `${plural(run.items, 'item')} in ${plural(run.files ?? 0, 'file')}`],
    ['taken', run.isPart ? 'a part of the export, as its run record says' : 'the whole export'],
    ['operation', run.operation],
    ['admitted at', iso(run.admittedAt)],
    ['objects of rows', `${countText(run.objects)}, ${bytesText(run.sizeBytes)}`],
    ['SHA-256 of the objects', run.objectsSha256],
    ['SHA-256 of the mapping', run.mapping],
  ]
}

function facts(entries: readonly Fact[]): string {
  const lines = entries.map(([label, value]) => markdownLine([label, printable(value)]))
  return [markdownLine(['fact', 'value']), markdownRule(['left', 'left']), ...lines].join('\n')
}

function checksTable(checks: readonly Check[]): string {
  const lines = checks.map(({name, state, text: found, counts}) =>
    markdownLine([name, state.toUpperCase(), printable(found), figuresText(counts)]),
  )
  const head = markdownLine(['check', 'result', 'finding', 'figures'])
  return [head, markdownRule(['left', 'left', 'left', 'left']), ...lines].join('\n')
}

/** `ofDeletes` reads as `of deletes`. */
function figuresText(counts: Check['counts']): string {
  const name = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return Object.entries(counts)
    .map(([key, value]) => `${name(key)} ${countText(value)}`)
    .join(', ')
}

function detailParts(checks: readonly Check[]): string[] {
  return checks.flatMap(({name, details}) => (details.length === 0 ? [] : [`Found by ${name}:`, list(details)]))
}

function sampledText({file, lines}: SampledFile): string {
  const shown = lines.slice(0, SHOWN_LINES).map(countText).join('; ')
  const more = lines.length - SHOWN_LINES
  return `${file}: ${lines.length === 1 ? 'line' : 'lines'} ${shown}${more > 0 ? `; and ${countText(more)} more` : ''}`
}

function list(entries: readonly string[]): string {
  return entries.map((entry) => `- ${text(entry)}`).join('\n')
}

function text(value: string): string {
  return markdownText(printable(value))
}

/** To the millisecond, as records and manifests have it. */
function iso(time: string): string {
  return new Date(time).toISOString()
}
