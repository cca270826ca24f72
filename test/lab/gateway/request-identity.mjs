import {s3Operation} from './s3-operation.mjs'

const SCOPE = /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/
const CBOR_PATH = /^\/service\/[^/]+\/operation\/(\w+)$/

/** Which service and operation a request asks for, as its signature and its protocol say. */
export function identify(request, body) {
  const url = new URL(request.url, 'http://gateway')
  const service = serviceOf(request.headers, url)
  const target = request.headers['x-amz-target']
  if (target !== undefined) return {service, protocol: 'json', operation: target.split('.').at(-1)}
  const cbor = CBOR_PATH.exec(url.pathname)
  if (cbor !== null) return {service, protocol: 'cbor', operation: cbor[1]}
  if (service === 's3') return {service, protocol: 'xml', operation: s3Operation(request.method, url, request.headers)}
  const form = isForm(request.headers) ? new URLSearchParams(body.toString('utf8')) : url.searchParams
  return {service, protocol: 'query', operation: form.get('Action') ?? url.searchParams.get('x-id') ?? request.method}
}

function serviceOf(headers, url) {
  const credential = headers.authorization ?? `Credential=${url.searchParams.get('X-Amz-Credential')}`
  return SCOPE.exec(credential)?.[1] ?? 's3'
}

const isForm = (headers) => String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
