import {jsonAnswer} from './answers.mjs'

/** The gateway's own pages: `/__wire`, `/__faults` and what `pages` adds; null for requests to AWS. */
export async function controlAnswer({request, body, wireLog, faults, pages}) {
  const url = new URL(request.url, 'http://gateway')
  if (!url.pathname.startsWith('/__')) return null
  const page = {'/__wire': wirePage, '/__faults': faultsPage, ...pages}[url.pathname]
  if (page === undefined) return jsonAnswer(404, {message: `No page ${url.pathname}`})
  try {
    const document = body.length === 0 ? null : JSON.parse(body.toString('utf8'))
    return jsonAnswer(
      200,
      (await page({method: request.method, query: url.searchParams, document, wireLog, faults})) ?? {},
    )
  } catch (error) {
    return jsonAnswer(400, {message: error.message})
  }
}

function wirePage({method, query, wireLog}) {
  if (method === 'DELETE') return wireLog.clear()
  return wireLog.select(Object.fromEntries(query))
}

function faultsPage({method, query, document, faults}) {
  if (method === 'POST') return faults.arm([document].flat())
  if (method === 'DELETE') return faults.clear(query.has('id') ? Number(query.get('id')) : undefined)
  return faults.list()
}
