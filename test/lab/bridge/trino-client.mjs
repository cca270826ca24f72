import http from 'node:http'
import {setTimeout as sleep} from 'node:timers/promises'

const BUSY = [502, 503]
const RETRY_MS = 100
/** Trino repeats a parsed statement in a header, percent-encoded. */
const LONGEST_HEADERS_BYTES = 4 * 1024 * 1024

const agent = new http.Agent({keepAlive: true})

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
  let page = await ask('POST', `${trinoUrl}/v1/statement`, headers, sql)
  for (;;) {
    try {
      onPage(page)
    } catch (error) {
      if (page.nextUri !== undefined) await send('DELETE', page.nextUri, headers).catch(() => {})
      throw error
    }
    if (page.error !== undefined) throw new TrinoFailure(page.error)
    if (page.nextUri === undefined) return
    page = await ask('GET', page.nextUri, headers)
  }
}

/** A page of the protocol; a busy server is asked again. */
async function ask(method, url, headers, body) {
  for (;;) {
    const {status, text} = await send(method, url, headers, body)
    if (status === 200) return JSON.parse(withExactIntegers(text))
    if (!BUSY.includes(status)) throw new Error(`Trino answers ${status}: ${text.slice(0, 1000)}`)
    await sleep(RETRY_MS)
  }
}

/** JSON.parse rounds integers of 16 and more digits: they become texts first. */
function withExactIntegers(text) {
  const texts = /"(?:[^"\\]|\\.)*"|(?<![\d.])-?\d{16,}(?![\d.eE])/g
  return text.replace(texts, (found) => (found.startsWith('"') ? found : `"${found}"`))
}

function send(method, url, headers, body = '') {
  return new Promise((resolve, reject) => {
    const request = http.request(url, {method, headers, agent, maxHeaderSize: LONGEST_HEADERS_BYTES}, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve({status: response.statusCode, text: Buffer.concat(chunks).toString('utf8')}))
    })
    request.on('error', (error) => reject(new Error(`Trino does not answer: ${error.message}`)))
    request.end(body)
  })
}

/** Headers of a statement: session, prepared statements, and the query's id as a tag. */
export function trinoHeaders({catalog, database, session = {}, prepared = {}, tag}) {
  const list = (values) =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join(',')
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
