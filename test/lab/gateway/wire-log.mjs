const KEPT = 200_000
const PARAMETERS_SHOWN = 4096
const CONDITIONS = [
  'if-match',
  'if-none-match',
  'x-amz-copy-source-if-match',
  'x-amz-copy-source-if-none-match',
  'if-unmodified-since',
]

/** What went over the wire, oldest first; tests assert on it. */
export class WireLog {
  #entries = []
  #sequence = 0

  /** Notes a request as it arrives; the caller fills in `status` and `responseBytes`. */
  open(request, identity, body) {
    const entry = {
      sequence: ++this.#sequence,
      at: new Date().toISOString(),
      service: identity.service,
      operation: identity.operation,
      method: request.method,
      path: request.url,
      requestBytes: body.length,
      parameters: identity.protocol === 'json' ? body.toString('utf8', 0, PARAMETERS_SHOWN) : null,
      range: request.headers.range ?? null,
      conditions: Object.fromEntries(
        CONDITIONS.filter((name) => name in request.headers).map((name) => [name, request.headers[name]]),
      ),
      attempt: Number(/attempt=(\d+)/.exec(request.headers['amz-sdk-request'] ?? '')?.[1] ?? 1),
      invocation: request.headers['amz-sdk-invocation-id'] ?? null,
      userAgent: request.headers['user-agent'] ?? null,
      accessKey: /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? null,
      fault: null,
      status: null,
      responseBytes: null,
      milliseconds: null,
    }
    this.#entries.push(entry)
    if (this.#entries.length > KEPT) this.#entries.shift()
    return entry
  }

  /** Entries after a sequence number, of one service or operation, whose path or parameters contain a text. */
  select({since, service, operation, contains}) {
    return this.#entries.filter(
      (entry) =>
        entry.sequence > Number(since ?? 0) &&
        (service === undefined || entry.service === service) &&
        (operation === undefined || entry.operation === operation) &&
        (contains === undefined ||
          decodeURIComponent(entry.path).includes(contains) ||
          (entry.parameters ?? '').includes(contains)),
    )
  }

  clear() {
    this.#entries = []
  }
}
