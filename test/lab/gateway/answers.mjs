import {randomUUID} from 'node:crypto'

/** An answer of an AWS JSON service. */
export function jsonAnswer(status, document, headers = {}) {
  const body = Buffer.from(JSON.stringify(document))
  return {
    status,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': randomUUID(),
      ...headers,
      'content-length': body.length,
    },
    body,
  }
}

/** An error in the words of the request's own protocol, so that the SDK makes the right exception of it. */
export function errorAnswer(identity, {status, code, message, headers = {}}) {
  if (identity.protocol === 'json') {
    return jsonAnswer(status, {__type: code, message, Message: message}, {'x-amzn-errortype': code, ...headers})
  }
  if (identity.protocol === 'cbor') return cborError(status, code, message, headers)
  return xmlAnswer(status, identity.protocol === 'xml' ? s3Error(code, message) : queryError(code, message), headers)
}

export function xmlAnswer(status, text, headers = {}) {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`)
  return {
    status,
    headers: {
      'content-type': 'application/xml',
      'x-amz-request-id': randomUUID(),
      ...headers,
      'content-length': body.length,
    },
    body,
  }
}

const s3Error = (code, message) =>
  `<Error><Code>${code}</Code><Message>${escaped(message)}</Message><RequestId>LAB</RequestId><HostId>lab</HostId></Error>`

const queryError = (code, message) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>LAB</RequestId></ErrorResponse>`

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

/** {"__type": code, "message": message} in CBOR: a map of two text pairs. */
function cborError(status, code, message, headers) {
  const body = Buffer.concat([Buffer.from([0xa2]), ...['__type', code, 'message', message].map(cborText)])
  return {
    status,
    headers: {
      'content-type': 'application/cbor',
      'smithy-protocol': 'rpc-v2-cbor',
      ...headers,
      'content-length': body.length,
    },
    body,
  }
}

function cborText(text) {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x79, bytes.length >> 8, bytes.length & 0xff]), bytes])
}
