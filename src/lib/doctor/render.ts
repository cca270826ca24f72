import {ofSameLake, renderHeading} from '../cli/output/block.js'
import {plural, printable} from '../cli/output/text.js'
import {EXIT, type ExitCode} from '../errors.js'
import {wrapWords} from '../wrap-words.js'
import {GROUPS, type CheckResult, type DoctorResult, type Group} from './types.js'

/** What needs somebody, the worst first. */
const TOLD = ['fail', 'unknown', 'warn'] as const
const LEAD = ' '.repeat(9)
const GROUP_WIDTH = 14
const GAP = 3

/** 3 when something fails, 4 when something could not be looked at and nothing fails. */
export function exitOfDoctor({state}: DoctorResult): ExitCode {
  return {pass: EXIT.ok, warn: EXIT.ok, fail: EXIT.breached, unknown: EXIT.partial}[state]
}

/** What fails first, each with its way out; below it everything that is well, by group. */
export function renderDoctor(result: DoctorResult): string {
  const remark = `env ${result.environment}${result.isProtected ? ' (protected)' : ''}`
  const told = TOLD.flatMap((state) => alike(result.checks.filter((check) => check.state === state))).map(findingText)
  const quiet = GROUPS.flatMap((group) => quietLines(group, result))
  return [
    [renderHeading(`${result.lake}   ${verdict(result)}`, remark), printable(result.root)].join('\n'),
    ...told,
    ...(quiet.length === 0 ? [] : [quiet.join('\n')]),
    ...skippedText(result.checks),
    ...cutText(result.mayBeCut),
  ].join('\n\n')
}

function verdict({counts, state}: DoctorResult): string {
  if (state === 'pass') return `healthy: ${plural(counts.pass, 'check')} passed`
  const told = [
    ...(counts.fail === 0 ? [] : [plural(counts.fail, 'check fails', 'checks fail')]),
    ...(counts.unknown === 0 ? [] : [`${counts.unknown} not known`]),
    ...(counts.warn === 0 ? [] : [plural(counts.warn, 'warning')]),
  ]
  return `${told.join(', ')}, ${counts.pass} passed`
}

/** Findings that say the same of several things, told once. */
function alike(checks: readonly CheckResult[]): CheckResult[][] {
  const byText = new Map<string, CheckResult[]>()
  for (const check of checks) {
    const {group, text, fix} = check
    const key = JSON.stringify([group, group === 'permissions' ? null : check.name, text, fix])
    byText.set(key, [...(byText.get(key) ?? []), check])
  }
  return [...byText.values()]
}

/** `fail     place of results of primary: …`, and the way out below it. */
function findingText(checks: readonly CheckResult[]): string {
  const {state, group, name, text, fix} = checks[0]!
  const things = [...new Set(checks.map(({of}) => of))].join(', ')
  const actions = [...new Set(checks.map((check) => check.name))].join(', ')
  const subject =
    group === 'permissions' ? (checks.length === 1 ? `${name} on ${things}` : actions) : `${name}, ${things}`
  const sentence = wrapWords(printable(`${subject}: ${ended(text)}`), state.padEnd(LEAD.length))
  return fix === null ? sentence : `${sentence}\n${fixText(fix)}`
}

/** A command stands on one line, to be copied; a sentence is wrapped. */
function fixText(fix: string): string {
  const text = printable(ofSameLake(fix))
  return /^(sluice|aws|npm) /.test(text) ? `  ${text}` : wrapWords(text, '  ')
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** Checks of a group that need nobody: their state goes without saying. Permissions are many: their actions only. */
function quietLines(group: Group, {checks, root}: DoctorResult): string[] {
  const passed = checks.filter((check) => check.group === group && check.state === 'pass')
  if (passed.length === 0) return []
  const label = `  ${group.padEnd(GROUP_WIDTH)}`
  if (group === 'permissions') {
    const actions = [...new Set(passed.map(({name}) => name))].sort()
    return [wrapWords(printable(actions.join(', ')), label)]
  }
  const width = Math.max(...passed.map(({name}) => name.length)) + GAP
  return passed.map(({name, of, text}, index) => {
    const lead = `${index === 0 ? label : ' '.repeat(label.length)}${name.padEnd(width)}`
    return wrapWords(printable(of === root || text.includes(of) ? text : `${of}: ${text}`), lead)
  })
}

function skippedText(checks: readonly CheckResult[]): string[] {
  const skipped = checks.filter(({state}) => state === 'skipped')
  if (skipped.length === 0) return []
  const reasons = [...new Set(skipped.map(({text}) => text))]
  const told = reasons.map((reason) => {
    const names = skipped.filter(({text}) => text === reason).map(({name}) => name)
    return `${[...new Set(names)].join(', ')} (${reason})`
  })
  return [wrapWords(printable(`${told.join('; ')}.`), 'skipped'.padEnd(LEAD.length))]
}

function cutText(mayBeCut: readonly string[]): string[] {
  if (mayBeCut.length === 0) return []
  return [
    wrapWords(
      printable(
        `${mayBeCut.join(', ')}: Lake Formation may hide rows or columns from this caller; what is read may not be the whole.`,
      ),
    ),
  ]
}
