import {createServer, request as ask, type IncomingMessage, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {once} from 'node:events'

/** A server between sluice and the lab's Glue that takes only a part of the first batches of partitions. */
export interface HalfBatches {
  readonly url: string
  /** How many batches were cut. */
  cuts(): number
  close(): Promise<void>
}

interface Batch {
  readonly PartitionInputList: readonly {readonly Values: readonly string[]}[]
}

const REFUSAL = {ErrorCode: 'InternalServiceException', ErrorMessage: 'Injected: this partition was not created.'}

/** Cuts the first `times` batches; everything else passes as it is. */
export async function startHalfBatches(times: number): Promise<HalfBatches> {
  let cuts = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const isBatch = String(request.headers['x-amz-target']).endsWith('.BatchCreatePartition')
      const cut = isBatch && cuts < times ? halfOf(body) : {sent: body, refused: []}
      if (cut.refused.length > 0) cuts += 1
      pass(request, cut.sent, (status, headers, answer) => {
        response.writeHead(status, headers)
        response.end(cut.refused.length === 0 ? answer : JSON.stringify({Errors: cut.refused}))
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const {port} = server.address() as AddressInfo
  return {url: `http://127.0.0.1:${port}`, cuts: () => cuts, close: () => closed(server)}
}

function halfOf(body: Buffer): {sent: Buffer; refused: unknown[]} {
  const batch = JSON.parse(body.toString('utf8')) as Batch
  const kept = batch.PartitionInputList.slice(0, Math.floor(batch.PartitionInputList.length / 2))
  const left = batch.PartitionInputList.slice(kept.length)
  const refused = left.map(({Values}) => ({PartitionValues: Values, ErrorDetail: REFUSAL}))
  return {sent: Buffer.from(JSON.stringify({...batch, PartitionInputList: kept})), refused}
}

type Answer = (status: number, headers: Record<string, string>, body: Buffer) => void

function pass(request: IncomingMessage, body: Buffer, answer: Answer): void {
  const {'content-length': _length, ...headers} = request.headers
  const url = new URL(request.url ?? '/', process.env['SLUICE_LAB_URL'])
  const onward = ask(url, {method: request.method, headers: {...headers, 'content-length': body.length}}, (got) => {
    const chunks: Buffer[] = []
    got.on('data', (chunk: Buffer) => chunks.push(chunk))
    got.on('end', () => {
      const type = got.headers['content-type'] ?? 'application/x-amz-json-1.1'
      answer(got.statusCode ?? 500, {'content-type': type}, Buffer.concat(chunks))
    })
  })
  onward.end(body)
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
