import {createServer, type IncomingHttpHeaders, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'

export interface ProxiedCall {
  readonly operation: string
  readonly body: Readonly<Record<string, unknown>>
}

/** What a call is answered with in place of what stands behind. */
export type Answer = {readonly status?: number; readonly body: Readonly<Record<string, unknown>>} | 'drop'

/** Decides on the answer of a call; null passes it on. `forward` asks what stands behind, once. */
export type Interceptor = (
  call: ProxiedCall,
  forward: () => Promise<Readonly<Record<string, unknown>>>,
) => Promise<Answer | null> | Answer | null

export const refusal = (type: string, message: string): Answer => ({
  status: 400,
  body: {__type: type, Message: message, message},
})

/** Athena's endpoint for one test: the lab's, or none, with answers of the test's own. */
export class AthenaProxy {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    readonly calls: readonly ProxiedCall[],
  ) {}

  static async open(behind: string | null, intercept: Interceptor): Promise<AthenaProxy> {
    const calls: ProxiedCall[] = []
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const bytes = Buffer.concat(chunks)
      const operation = String(request.headers['x-amz-target']).split('.').at(-1)!
      const call = {operation, body: JSON.parse(bytes.toString()) as Record<string, unknown>}
      calls.push(call)
      const ask = () => passOn(behind, request.headers, bytes)
      const own = await intercept(call, async () => JSON.parse((await ask()).text) as Record<string, unknown>)
      if (own === 'drop') return void request.socket.destroy()
      const {status, text} = own === null ? await ask() : {status: own.status ?? 200, text: JSON.stringify(own.body)}
      response.writeHead(status, {'content-type': 'application/x-amz-json-1.1'}).end(text)
    })
    // Longer than an SDK pauses: it would meet a connection that is being closed.
    server.keepAliveTimeout = 120_000
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new AthenaProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls)
  }

  countOf(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

async function passOn(
  behind: string | null,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Promise<{status: number; text: string}> {
  if (behind === null) return {status: 500, text: '{"__type":"InternalServerException","message":"No answer."}'}
  // The host is part of what is signed.
  const {connection: _connection, 'content-length': _length, ...others} = headers
  const response = await fetch(behind, {
    method: 'POST',
    headers: others as Record<string, string>,
    body: new Uint8Array(body),
  })
  return {status: response.status, text: await response.text()}
}
