import http from 'node:http'
import {errorAnswer} from './answers.mjs'

const agent = new http.Agent({keepAlive: true, maxSockets: 256})

/** Passes a request on to moto; the answer's body is a stream, a Buffer where it had to be read. */
export async function askMoto(motoUrl, request, identity, body) {
  const upstream = await send(new URL(motoUrl), request, body)
  const answer = {status: upstream.statusCode, headers: withoutHopHeaders(upstream.headers), body: upstream}
  if (upstream.statusCode < 400) return answer
  return repaired({...answer, body: await readAll(upstream)}, identity)
}

export async function readAll(stream) {
  if (Buffer.isBuffer(stream)) return stream
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The Host header goes on unchanged: the signature covers it. A stale keep-alive connection is tried once more. */
async function send(target, request, body, mayRepeat = true) {
  const {'transfer-encoding': _chunked, expect: _expect, ...headers} = request.headers
  const options = {
    host: target.hostname,
    port: target.port,
    path: request.url,
    method: request.method,
    headers: {...headers, 'content-length': body.length},
    agent,
  }
  try {
    return await new Promise((resolve, reject) => {
      const upstream = http.request(options, resolve)
      upstream.on('error', (error) => reject(Object.assign(error, {reused: upstream.reusedSocket})))
      upstream.end(body)
    })
  } catch (error) {
    if (error.reused && mayRepeat && error.code === 'ECONNRESET') return send(target, request, body, false)
    throw error
  }
}

function withoutHopHeaders({
  connection: _connection,
  'keep-alive': _keepAlive,
  'transfer-encoding': _encoding,
  ...headers
}) {
  return headers
}

/** moto says "not implemented" by an HTML page and "forbidden" in XML whatever the protocol is. */
function repaired(answer, identity) {
  const text = answer.body.toString('utf8').trimStart()
  if (answer.status === 500 && /^<!doctype html|^<html/i.test(text))
    return errorAnswer(identity, notImplemented(identity))
  if (identity.protocol === 'json' && !text.startsWith('{')) return errorAnswer(identity, fromXml(answer.status, text))
  return answer
}

const notImplemented = ({service, operation}) => ({
  status: 501,
  code: 'NotImplemented',
  message: `The lab does not know ${service} ${operation}, or moto failed at it.`,
})

function fromXml(status, text) {
  const code = /<Code>([^<]+)/.exec(text)?.[1]
  const message = /<Message>([^<]*)/.exec(text)?.[1] ?? text.slice(0, 300)
  if (code === 'AccessDenied') return {status: 400, code: 'AccessDeniedException', message}
  return {status, code: code ?? 'UnknownError', message}
}
