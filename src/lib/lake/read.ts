import {blueprintNames, findBlueprint} from './blueprints/index.js'
import {checkCrawlers, mergeCrawlers} from './crawler-rules.js'
import {checkEnvironments} from './environment-rules.js'
import {checkEnvironmentKpis, checkKpis, mergeKpis} from './kpi-rules.js'
import {mergeTables} from './merge.js'
import {definitionInvalid, Findings, pathText, type Mistake} from './mistakes.js'
import {nearFix} from '../near-name.js'
import {checkPanels, mergePanels, mergeViewTitles} from './panel-rules.js'
import type {CheckedDefinition} from './resolve.js'
import {checkRollups, mergeRollups} from './rollup-rules.js'
import {readSourceText} from './source-text.js'
import {checkStructure} from './structure.js'
import {checkTable} from './table-rules.js'

/**
 * Reads and checks the text of a definition. Pure. Throws `DEFINITION_INVALID` with every mistake of the file;
 * `shownFile` is what the mistakes call it.
 */
export function readDefinition(text: string, file: string, shownFile: string): CheckedDefinition {
  const findings = new Findings()
  const source = readSourceText(text, findings)
  const found = source.value === null && findings.all().length > 0 ? null : checkStructure(source.value, findings)
  const broken = found === null
  const sound = found ?? {}
  const blueprint = sound.blueprint === undefined ? null : findBlueprint(sound.blueprint)
  if (sound.blueprint !== undefined && blueprint === null) {
    const fix = nearFix(sound.blueprint, blueprintNames(), 'blueprint')
    findings.add(['blueprint'], `There is no blueprint ${JSON.stringify(sound.blueprint)}.`, fix)
  }
  const tables = mergeTables(sound, blueprint, findings)
  const crawlers = mergeCrawlers(sound, blueprint)
  const kpis = mergeKpis(sound, blueprint)
  const panels = mergePanels(sound, blueprint)
  const rollups = mergeRollups(sound, blueprint)
  // Without its blueprint every override looks incomplete: one mistake would be told many times.
  const complete = !broken && (sound.blueprint === undefined || blueprint !== null)
  if (complete) {
    for (const table of tables) checkTable(table, findings)
    checkCrawlers(crawlers, tables, findings)
    checkKpis(kpis, tables, findings)
    checkPanels(panels, tables, findings)
    checkRollups(rollups, tables, findings)
    checkEnvironmentKpis(sound, kpis, findings)
  }
  if (!broken) checkEnvironments(sound, complete ? tables : [], findings)
  const mistakes = locate(findings, source.locate, shownFile)
  if (mistakes.length > 0) throw definitionInvalid(shownFile, mistakes)
  const viewTitles = mergeViewTitles(sound, blueprint)
  return {file, source: sound, tables, crawlers, kpis, panels, rollups, viewTitles}
}

function locate(findings: Findings, at: ReturnType<typeof readSourceText>['locate'], file: string): Mistake[] {
  const mistakes = findings.all().map(({path, message, fix, offset}): Mistake => {
    const {line, column} = at(path, offset)
    return {file, line, column, path: pathText(path), message, fix}
  })
  return mistakes.sort((left, right) => left.line - right.line || left.column - right.column)
}
