import {setTimeout as sleep} from 'node:timers/promises'

const BUSY = [502, 503]
const RETRY_MS = 100

/** A statement that Trino refused or broke off; `failure` is Trino's own description. */
export class TrinoFailure extends Error {
  constructor(failure) {
    super(failure.message)
    this.failure = failure
  }
}

/**
 * Runs a statement page by page. `onPage` gets every page (stats, columns, data) and may throw:
 * the statement is then cancelled.
 */
export async function runOnTrino(trinoUrl, sql, {headers, onPage}) {
  let response = await post(trinoUrl, sql, headers)
  for (;;) {
    if (!response.ok) throw new Error(`Trino answers ${response.status}: ${await response.text()}`)
    const page = await response.json()
    try {
      onPage(page)
    } catch (error) {
      if (page.nextUri !== undefined) await fetch(page.nextUri, {method: 'DELETE'}).catch(() => {})
      throw error
    }
    if (page.error !== undefined) throw new TrinoFailure(page.error)
    if (page.nextUri === undefined) return
    response = await untilFree(() => fetch(page.nextUri, {headers}))
  }
}

const post = (trinoUrl, body, headers) => untilFree(() => fetch(`${trinoUrl}/v1/statement`, {method: 'POST', headers, body}))

async function untilFree(ask) {
  for (;;) {
    const response = await ask()
    if (!BUSY.includes(response.status)) return response
    await sleep(RETRY_MS)
  }
}

/** Headers of a statement: session, prepared statements, and the query's id as a tag. */
export function trinoHeaders({catalog, database, session = {}, prepared = {}, tag}) {
  const list = (values) => Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join(',')
  return {
    'x-trino-user': 'athena',
    'x-trino-source': 'athena-bridge',
    'x-trino-time-zone': 'UTC',
    'x-trino-catalog': catalog,
    'x-trino-client-tags': tag,
    ...(database === undefined ? {} : {'x-trino-schema': database}),
    ...(Object.keys(session).length === 0 ? {} : {'x-trino-session': list(session)}),
    ...(Object.keys(prepared).length === 0 ? {} : {'x-trino-prepared-statement': list(prepared)}),
  }
}
