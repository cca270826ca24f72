import {Decimal} from 'decimal.js'
import type {Blueprint} from './blueprints/index.js'
import type {DraftTable} from './drafts.js'
import {checkComplete, checkMeasureName, checkSource, type DraftMeasure} from './measure-rules.js'
import type {Findings, Path} from './mistakes.js'
import {nearFix} from '../near-name.js'
import type {KpiInput, ThresholdsInput} from './schema.js'
import type {SoundDefinition} from './sound.js'

/** A KPI after blueprint and file were merged. */
export type DraftKpi = DraftMeasure<KpiInput>

/** Blueprint order first, then the file's own. */
export function mergeKpis(file: SoundDefinition, blueprint: Blueprint | null): DraftKpi[] {
  const base = new Map<string, KpiInput>(Object.entries(blueprint?.kpis ?? {}))
  const own = new Map<string, KpiInput>(Object.entries(file.kpis ?? {}))
  return [...new Set([...base.keys(), ...own.keys()])].map((name) => {
    const mine = own.get(name)
    const thresholds = mergeThresholds(base.get(name)?.thresholds, mine?.thresholds)
    return {
      name,
      at: mine === undefined ? ['blueprint'] : ['kpis', name],
      written: new Set(Object.keys(mine ?? {})),
      inBlueprint: base.has(name),
      values: {...base.get(name), ...mine, ...(thresholds === undefined ? {} : {thresholds})},
    }
  })
}

/** Threshold by threshold; undefined when neither says any. */
export function mergeThresholds(...parts: (ThresholdsInput | undefined)[]): ThresholdsInput | undefined {
  const given = parts.filter((part) => part !== undefined)
  return given.length === 0 ? undefined : Object.assign({}, ...given)
}

export function checkKpis(kpis: readonly DraftKpi[], tables: readonly DraftTable[], findings: Findings): void {
  for (const kpi of kpis) {
    checkMeasureName(kpi, 'KPI', findings)
    if (!kpi.inBlueprint) checkComplete(kpi, ['table', 'unit', 'time', 'sql'], kpis, 'KPI', findings)
    checkSource(kpi, 'KPI', tables, findings)
    const at: Path = kpi.written.has('thresholds') ? ['kpis', kpi.name, 'thresholds'] : kpi.at
    if (kpi.values.thresholds !== undefined) checkThresholds(kpi, kpi.values.thresholds, at, findings)
  }
}

/** Environments may set thresholds only; each is checked together with what it builds on. */
export function checkEnvironmentKpis(file: SoundDefinition, kpis: readonly DraftKpi[], findings: Findings): void {
  for (const [environment, values] of Object.entries(file.environments ?? {})) {
    for (const [name, own] of Object.entries(values?.kpis ?? {})) {
      const at: Path = ['environments', environment, 'kpis', name]
      const kpi = kpis.find((other) => other.name === name)
      if (kpi === undefined) {
        const names = kpis.map((other) => other.name)
        if (!findings.touches(['kpis', name])) findings.add(at, `There is no KPI ${name}.`, nearFix(name, names, 'KPI'))
        continue
      }
      const merged = mergeThresholds(kpi.values.thresholds, own?.thresholds)
      if (merged !== undefined) checkThresholds(kpi, merged, [...at, 'thresholds'], findings)
    }
  }
}

function checkThresholds(kpi: DraftKpi, thresholds: ThresholdsInput, at: Path, findings: Findings): void {
  if (findings.touches(at)) return
  const {better, green, yellow, currency} = thresholds
  const missing = (['better', 'green', 'yellow'] as const).filter((key) => thresholds[key] === undefined)
  if (missing.length > 0) {
    findings.add(at, `The thresholds of ${kpi.name} have no ${missing.join(', ')}.`, `Add ${missing.join(', ')}.`)
    return
  }
  const broken = (['green', 'yellow'] as const).filter((key) => !isDecimal(thresholds[key]))
  for (const key of broken) {
    const message = `${JSON.stringify(thresholds[key])} is no decimal number.`
    findings.add([...at, key], message, `Write ${key}: "0.90", digits and one point.`)
  }
  if (currency !== undefined && kpi.values.unit !== 'money') {
    findings.add([...at, 'currency'], `Only a money KPI has a currency; ${kpi.name} is none.`, 'Remove currency.')
  } else if (currency !== undefined && !/^[A-Z]{3}$/.test(currency)) {
    findings.add(
      [...at, 'currency'],
      `${JSON.stringify(currency)} is no currency code.`,
      'Write three letters, like GBP.',
    )
  }
  if (broken.length > 0) return
  const order = new Decimal(String(green)).comparedTo(String(yellow))
  if (better === 'higher' ? order < 0 : order > 0) {
    const message = `Where ${better} is better, green ${String(green)} cannot be worse than yellow ${String(yellow)}.`
    findings.add(at, message, 'Swap green and yellow, or correct better.')
  }
}

function isDecimal(value: string | number | undefined): boolean {
  return value !== undefined && /^-?\d+(\.\d+)?$/.test(String(value))
}
