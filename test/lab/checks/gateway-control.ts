/** One request as the gateway's wire log shows it. */
export interface WireEntry {
  readonly sequence: number
  readonly service: string
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly requestBytes: number
  readonly responseBytes: number | null
  readonly status: number | null
  /** The body of calls in JSON, its beginning. */
  readonly parameters: string | null
  readonly range: string | null
  readonly conditions: Readonly<Record<string, string>>
  readonly attempt: number
  readonly userAgent: string | null
  readonly fault: string | null
}

export interface FaultWish {
  readonly match: {
    readonly service?: string
    readonly operation?: string | readonly string[]
    readonly method?: string
    readonly path?: string
    readonly body?: string
    readonly nth?: number
    readonly times?: number
  }
  readonly fault: string
  readonly [setting: string]: unknown
}

export async function armFault(wish: FaultWish): Promise<void> {
  await control('POST', '/__faults', wish)
}

export interface QueryFaultWish {
  /** Regular expression of the statement. */
  readonly match: string
  readonly state: string
  readonly when?: 'before' | 'after'
  readonly reason?: string | undefined
  readonly delayMs?: number
  readonly times?: number
}

const armedMatches = new Set<string>()

export async function armQueryFault(wish: QueryFaultWish): Promise<void> {
  armedMatches.add(wish.match)
  await control('POST', '/__query-faults', wish)
}

/** Takes back what this suite has armed and no statement has met. */
export async function disarmQueryFaults(): Promise<void> {
  for (const match of armedMatches) await control('DELETE', `/__query-faults?match=${encodeURIComponent(match)}`)
  armedMatches.clear()
}

/** Requests whose path or parameters contain a text: the names of one check are its own. */
export async function wireOf(contains: string): Promise<readonly WireEntry[]> {
  return (await control('GET', `/__wire?contains=${encodeURIComponent(contains)}`)) as readonly WireEntry[]
}

export async function control(method: string, path: string, document?: unknown): Promise<unknown> {
  const body = document === undefined ? {} : {body: JSON.stringify(document)}
  const response = await fetch(`${process.env['SLUICE_LAB_URL']}${path}`, {method, ...body})
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`The gateway refuses ${method} ${path}: ${JSON.stringify(answer)}`)
  return answer
}
