/** A refusal of the call itself, as Athena words it. */
export class AthenaRefusal extends Error {
  constructor(type, message, code = 'INVALID_INPUT') {
    super(message)
    this.type = type
    this.code = code
  }
}

export function invalid(message, code) {
  throw new AthenaRefusal('InvalidRequestException', message, code)
}
