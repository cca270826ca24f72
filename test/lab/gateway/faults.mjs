const KINDS = [
  'status',
  'dropBefore',
  'dropAfter',
  'truncate',
  'corrupt',
  'hang',
  'throttle',
  'expiredToken',
  'latency',
]

/** Faults that wait for their requests. */
export class Faults {
  #armed = []
  #next = 1

  /** Adds faults; refuses what would never do anything. */
  arm(list) {
    const added = list.map((fault) => ({id: this.#next++, seen: 0, fired: 0, ...checked(fault)}))
    this.#armed.push(...added)
    return added
  }

  list() {
    return this.#armed
  }

  clear(id) {
    this.#armed = id === undefined ? [] : this.#armed.filter((fault) => fault.id !== id)
  }

  /** The fault for this request, if any; counts the request for every fault that it matches. */
  take(request, identity, body) {
    let taken = null
    for (const fault of this.#armed) {
      if (!matches(fault.match ?? {}, request, identity, body)) continue
      fault.seen += 1
      if (taken === null && isDue(fault)) {
        fault.fired += 1
        taken = fault
      }
    }
    return taken
  }
}

function checked(fault) {
  if (!KINDS.includes(fault.fault)) throw new Error(`No fault "${fault.fault}": ${KINDS.join(', ')}.`)
  for (const name of ['path', 'body']) if (fault.match?.[name] !== undefined) new RegExp(fault.match[name])
  return fault
}

/** `nth` is the first matching request that is hit (1 is the first), `times` how many from there (default 1). */
function isDue({match = {}, seen, fired, times = match.times ?? 1}) {
  return seen >= (match.nth ?? 1) && (times === 0 || fired < times)
}

function matches(match, request, identity, body) {
  return (
    (match.service === undefined || match.service === identity.service) &&
    (match.operation === undefined || [match.operation].flat().includes(identity.operation)) &&
    (match.method === undefined || match.method === request.method) &&
    (match.path === undefined || new RegExp(match.path).test(decodeURIComponent(request.url))) &&
    (match.body === undefined || new RegExp(match.body, 's').test(body.toString('utf8'))) &&
    (match.accessKey === undefined || (request.headers.authorization ?? '').includes(`Credential=${match.accessKey}/`))
  )
}
