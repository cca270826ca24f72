import {renderBlock, renderHeading, renderNext, type Labelled} from '../cli/output/block.js'
import {countText} from '../cli/output/count.js'
import {aboutText} from '../cli/output/duration.js'
import {microsText} from '../cli/output/money.js'
import {plural} from '../cli/output/text.js'
import {diffLines} from './render.js'
import type {SyncDocument, SyncedTable} from './sync.js'

/** What a sync did with one table, or would do. */
export function renderSynced(synced: SyncedTable, {environment, dryRun}: SyncDocument): string {
  const heading = renderHeading(`${dryRun ? 'Would sync' : 'Sync'} partitions of ${synced.table}`, `env ${environment}`)
  const entries: Labelled[] = [...diffLines(synced.before), ['done', doneText(synced, dryRun)]]
  if (dryRun && synced.estimate !== null)
    entries.push(['would', wouldText(synced)], ['estimate', estimateText(synced.estimate)])
  if (synced.failures.length > 0) entries.push(['failed', synced.failures.map(({message}) => message)])
  const next = nextOf(synced, dryRun)
  return [heading, '', renderBlock(entries), ...(next.length === 0 ? [] : ['', renderNext(next)])].join('\n')
}

function wouldText({planned, before}: SyncedTable): string[] {
  return [
    ...(before.isInCatalog ? [] : ['create the table']),
    ...(planned.creates === 0 ? [] : [`register ${plural(planned.creates, 'partition')}`]),
    ...(planned.drops === 0 ? [] : [`take out ${plural(planned.drops, 'partition')} without objects`]),
  ]
}

function estimateText({requests, costUsdMicros, durationMs}: NonNullable<SyncedTable['estimate']>): string {
  return `${plural(requests, 'request')}, ${microsText(BigInt(costUsdMicros))}, ${aboutText(durationMs)}`
}

function doneText({counts, isTableCreated, before, operation}: SyncedTable, dryRun: boolean): string | string[] {
  if (dryRun) return 'nothing has been changed'
  if (before.isProjected) return 'nothing: no engine asks the catalog for partitions of this table'
  if (operation === null) return 'nothing to do'
  const parts = [
    ...(isTableCreated ? ['table created'] : []),
    ...(counts.created === 0 ? [] : [`${plural(counts.created, 'partition')} registered`]),
    ...(counts.exists === 0 ? [] : [`${countText(counts.exists)} registered by somebody else meanwhile`]),
    ...(counts.dropped === 0 ? [] : [`${plural(counts.dropped, 'partition')} without objects dropped`]),
    ...(counts.kept === 0 ? [] : [`${countText(counts.kept)} kept: objects came, or they were changed`]),
    ...(counts.failed === 0 ? [] : [`${countText(counts.failed)} not done`]),
  ]
  return parts
}

function nextOf(synced: SyncedTable, dryRun: boolean): (readonly [string, string])[] {
  const {table, operation, before, counts} = synced
  const command = `sluice partitions sync --table ${table}`
  if (dryRun) {
    const isWanted = !before.isProjected && (before.counts.unregistered > 0 || before.counts.empty > 0)
    return isWanted ? [[command, 'do it']] : []
  }
  if (operation === null) {
    const left = before.counts.empty > 0 && !before.isProjected
    return left ? [[`${command} --drop-missing`, 'take out partitions without objects']] : []
  }
  return [
    ...(counts.failed > 0 ? [[command, 'try the rest again'] as const] : []),
    [`sluice partitions diff --table ${table}`, 'what is different now'],
    [`sluice ops undo ${operation}`, 'takes this back'],
  ]
}
