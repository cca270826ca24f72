import {AthenaRefusal, invalid} from './athena-errors.mjs'
import {csvText, tabText, textOf, varcharColumn} from './result-text.mjs'
import {literal} from './sql-text.mjs'
import {translate} from './translate.mjs'
import {runOnTrino, TrinoFailure, trinoHeaders} from './trino-client.mjs'
import {putText, writtenObjects} from './written-objects.mjs'

const WRITES = ['INSERT', 'DELETE', 'UPDATE', 'MERGE', 'CREATE_TABLE_AS_SELECT', 'UNLOAD', 'OPTIMIZE', 'VACUUM']
const CANCELLED_BY_USER = 'Query cancelled by user'
const CANCELLED_BY_CUTOFF = 'Query cancelled! : Bytes scanned limit was exceeded'

/** Runs a query to its end; `run` holds all that Athena tells of it, also when it failed. */
export async function executeQuery(run, context) {
  try {
    const statement = translate(run, context)
    Object.assign(run, {kind: statement.kind, name: statement.name, isWrite: WRITES.includes(statement.name)})
    await context.faults.strike(run, 'before')
    try {
      for (const step of statement.steps) await runStep(run, step, statement, context)
      await context.faults.strike(run, 'after')
    } finally {
      // also a failed write leaves objects, and only its manifest names them
      if (statement.target !== undefined) await writeManifest(run, statement.target, context)
    }
    shape(run, statement)
    await writeResult(run, context)
    finish(run, 'SUCCEEDED')
  } catch (error) {
    finishBroken(run, error)
  }
}

/** PREPARE only parses: what Trino cannot parse is refused before there is a query. */
export async function refuseUnparsable(run, context) {
  for (const step of translate(run, context).steps) {
    if (typeof step !== 'string' || /^(EXECUTE|PREPARE|DEALLOCATE)\b/i.test(step)) continue
    try {
      await askTrino({...run, trinoIds: []}, `PREPARE athena_syntax FROM\n${step}`, context, {})
    } catch (error) {
      if (error.failure?.errorName !== 'SYNTAX_ERROR') throw error
      // the statement starts in the second line
      invalid(
        error.message.replace(/^line (\d+):/, (_, line) => `line ${line - 1}:`),
        'MALFORMED_QUERY',
      )
    }
  }
}

async function runStep(run, step, statement, context) {
  if (typeof step === 'string') return askTrino(run, step, context, {session: statement.session, keep: true})
  run.rows.push(...(await step((sql) => askTrino(run, sql, context, {}))))
}

async function askTrino(run, sql, context, {session, keep = false}) {
  const parameters = keep ? (run.executionParameters ?? []) : []
  const prepared = context.preparedOf(run.workGroup)
  const headers = trinoHeaders({catalog: run.catalog, database: run.database, session, prepared, tag: run.id})
  const scannedBefore = run.scannedBytes
  const text = parameters.length === 0 ? sql : `EXECUTE IMMEDIATE ${literal(sql)} USING ${parameters.join(', ')}`
  await runOnTrino(context.trinoUrl, text, {
    headers,
    onPage(page) {
      if (!run.trinoIds.includes(page.id)) run.trinoIds.push(page.id)
      run.stats = page.stats ?? {}
      run.scannedBytes = scannedBefore + (run.stats.physicalInputBytes ?? 0)
      if (keep) keepPage(run, page)
      if (page.error === undefined) stopWhenAsked(run, context)
    },
  })
}

function keepPage(run, page) {
  if (page.columns !== undefined) run.columns = page.columns
  if (page.data !== undefined) for (const row of page.data) run.rows.push(row)
  if (page.updateCount !== undefined) run.updateCount = page.updateCount
}

function stopWhenAsked(run, context) {
  const cutoff = context.cutoffOf(run.workGroup)
  if (cutoff !== undefined && run.scannedBytes > cutoff) run.cutOff = true
  if (run.stopAsked || run.cutOff) throw new Error(CANCELLED_BY_USER)
}

async function writeManifest(run, target, context) {
  const uris = await writtenObjects(context, target, run.trinoIds).catch((error) => {
    // a table that does not exist has got no objects
    if (error.name === 'EntityNotFoundException' || error.name === 'NoSuchBucket') return []
    throw error
  })
  run.manifest = `${run.output}${run.id}-manifest.csv`
  await putText(context.s3, run.manifest, uris.map((uri) => `${uri}\n`).join(''))
}

function shape(run, statement) {
  run.columns ??= []
  if (statement.shape === 'partitions') {
    const names = run.columns.map((column) => column.name)
    run.rows = run.rows.map((row) => [names.map((name, index) => `${name}=${row[index]}`).join('/')])
    run.columns = [varcharColumn('partition')]
  }
  if (run.isWrite) {
    run.writtenRows = run.updateCount ?? Number(run.rows[0]?.[0] ?? 0)
    run.rows = []
    run.columns = []
  }
  run.result = run.rows.map((row) => row.map((value, index) => textOf(value, run.columns[index]?.typeSignature)))
  run.rows = []
}

async function writeResult(run, {s3}) {
  const extension = run.isWrite ? '' : run.kind === 'DML' ? '.csv' : '.txt'
  run.outputLocation = `${run.output}${run.id}${extension}`
  if (run.isWrite) return
  const names = run.columns.map((column) => column.name)
  await putText(s3, run.outputLocation, extension === '.csv' ? csvText(names, run.result) : tabText(run.result))
  await putText(s3, `${run.outputLocation}.metadata`, '')
}

function finish(run, state, reason) {
  Object.assign(run, {state, reason, endedAt: Date.now()})
}

function finishBroken(run, error) {
  if (run.cutOff) return finish(run, 'CANCELLED', CANCELLED_BY_CUTOFF)
  if (run.stopAsked) return finish(run, 'CANCELLED', CANCELLED_BY_USER)
  const failure = error instanceof TrinoFailure ? error.failure : null
  const reason = failure === null ? error.message : `${failure.errorName}: ${failure.message}`
  const byUser = failure?.errorType === 'USER_ERROR' || error instanceof AthenaRefusal
  run.athenaError = {
    ErrorCategory: byUser ? 2 : 1,
    ErrorType: failure?.errorType === 'USER_ERROR' ? 1301 : 1,
    Retryable: ['INSUFFICIENT_RESOURCES', 'EXTERNAL'].includes(failure?.errorType),
    ErrorMessage: reason,
  }
  finish(run, 'FAILED', reason)
}
