import {createServer, type RequestListener} from 'node:http'
import type {AddressInfo} from 'node:net'

export interface LoopbackAws {
  /** Of every service. */
  readonly endpoint: string
  /** Ends it and gives the variables back. */
  close(): void
}

/** A server in AWS's place, and variables with keys for it and with nothing else of AWS. */
export async function openLoopbackAws(listener: RequestListener): Promise<LoopbackAws> {
  const variables = {...process.env}
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIATEST'
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret'
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close().closeAllConnections()
      process.env = variables
    },
  }
}
