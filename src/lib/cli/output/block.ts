import {printable} from './text.js'

/** A label and what stands beside it: one line, or several under each other. */
export type Labelled = readonly [label: string, value: string | readonly string[]]

const INDENT = '  '
const GAP = 4
const NARROWEST_LABEL = 8

/** The aligned block of a plan screen: two spaces, a column of labels, the values under each other. */
export function renderBlock(entries: readonly Labelled[]): string {
  const width = Math.max(NARROWEST_LABEL, ...entries.map(([label]) => label.length)) + GAP
  return entries.flatMap(([label, value]) => blockLines(label, value, width)).join('\n')
}

/** Commands to run next, each on a line of its own with what it does beside it. */
export function renderNext(commands: readonly (readonly [command: string, purpose?: string])[]): string {
  const width = Math.max(...commands.map(([command]) => command.length)) + GAP
  return commands
    .map(([command, purpose]) =>
      printable(`${INDENT}${purpose === undefined ? command : command.padEnd(width) + purpose}`),
    )
    .join('\n')
}

/** A heading with a remark at the right edge of the screen, or two spaces after it where there is no room. */
export function renderHeading(heading: string, remark: string, widthColumns = 80): string {
  const room = widthColumns - remark.length
  return printable(`${heading.length + 2 > room ? `${heading}  ` : heading.padEnd(room)}${remark}`)
}

function blockLines(label: string, value: string | readonly string[], width: number): string[] {
  const values = typeof value === 'string' ? [value] : value
  return values.map((line, index) => `${INDENT}${(index === 0 ? label : '').padEnd(width)}${printable(line)}`.trimEnd())
}
