import {printable} from './text.js'
import {padded, widthOf} from './width.js'

/** A label and what stands beside it: one line, or several under each other. */
export type Labelled = readonly [label: string, value: string | readonly string[]]

const INDENT = '  '
const GAP = 4
const NARROWEST_LABEL = 8

/** The aligned block of a plan screen: two spaces, a column of labels, the values under each other. */
export function renderBlock(entries: readonly Labelled[]): string {
  const width = Math.max(NARROWEST_LABEL, ...entries.map(([label]) => widthOf(label))) + GAP
  return entries.flatMap(([label, value]) => blockLines(label, value, width)).join('\n')
}

/** Flags that say which lake is meant: a command that is told to run next must mean the same one. */
let lakeFlags = ''

export function repeatInCommands(flags: readonly string[]): void {
  lakeFlags = flags.map((flag) => ` ${flag}`).join('')
}

/** A command to run, with the flags that say which lake is meant. */
export function ofSameLake(command: string): string {
  return command.startsWith('sluice ') ? `${command}${lakeFlags}` : command
}

/** Commands to run next, each on a line of its own with what it does beside it. */
export function renderNext(next: readonly (readonly [command: string, purpose?: string])[]): string {
  const commands = next.map(([command, purpose]) => [ofSameLake(command), purpose] as const)
  const width = Math.max(...commands.map(([command]) => widthOf(command))) + GAP
  return commands
    .map(([command, purpose]) =>
      printable(`${INDENT}${purpose === undefined ? command : padded(command, width) + purpose}`),
    )
    .join('\n')
}

/** A heading with a remark at the right edge of the screen, or two spaces after it where there is no room. */
export function renderHeading(heading: string, remark: string, widthColumns = 80): string {
  const room = widthColumns - widthOf(remark)
  return printable(`${widthOf(heading) + 2 > room ? `${heading}  ` : padded(heading, room)}${remark}`)
}

function blockLines(label: string, value: string | readonly string[], width: number): string[] {
  const values = typeof value === 'string' ? [value] : value
  return values.map((line, index) => `${INDENT}${padded(index === 0 ? label : '', width)}${printable(line)}`.trimEnd())
}
