import {setTimeout as sleep} from 'node:timers/promises'

/** Polls until `ready` says yes; ends early when `alive` says no. */
export async function waitUntil({what, ready, alive, withinMs, everyMs = 100}) {
  const deadline = Date.now() + withinMs
  for (;;) {
    if (await ready().catch(() => false)) return
    if (!alive()) throw new Error(`lab: ${what} ended while it started`)
    if (Date.now() > deadline) throw new Error(`lab: ${what} did not answer within ${withinMs / 1000} s`)
    await sleep(everyMs)
  }
}

/** Trino says "started" before a worker takes work: only a query tells. */
export async function trinoAnswers(url) {
  const headers = {'x-trino-user': 'lab'}
  const body = "SELECT count(*) FROM system.runtime.nodes WHERE state = 'active'"
  let page = await (await fetch(`${url}/v1/statement`, {method: 'POST', headers, body})).json()
  let count = page.data?.[0]?.[0]
  while (page.nextUri !== undefined) {
    page = await (await fetch(page.nextUri, {headers})).json()
    count ??= page.data?.[0]?.[0]
  }
  return (count ?? 0) >= 1
}
