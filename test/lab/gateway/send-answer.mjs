import {finished} from 'node:stream/promises'

/** Sends an answer and notes in the log what left; `cutAt` breaks the connection after so many bytes. */
export async function sendAnswer(response, answer, entry = {}) {
  entry.status = answer.status
  response.writeHead(answer.status, answer.headers)
  if (Buffer.isBuffer(answer.body)) return sendBytes(response, answer, entry)
  entry.responseBytes = 0
  answer.body.on('data', (chunk) => (entry.responseBytes += chunk.length))
  // an upstream that breaks must break the client's answer too, never end it quietly
  answer.body.on('error', () => response.destroy())
  answer.body.on('aborted', () => response.destroy())
  answer.body.pipe(response)
  await finished(response).catch(() => answer.body.destroy())
}

function sendBytes(response, {body, cutAt}, entry) {
  entry.responseBytes = cutAt ?? body.length
  if (cutAt === undefined) response.end(response.req.method === 'HEAD' ? undefined : body)
  else response.write(body.subarray(0, cutAt), () => response.socket?.resetAndDestroy())
}
