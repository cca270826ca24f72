import {askMoto} from './moto-proxy.mjs'

const NEVER = 1_000_000_000

/**
 * IAM as moto checks it. While it is enforced, calls that the gateway answers itself are shown to moto first:
 * its refusal is the answer.
 */
export class Permissions {
  #enforced = false

  constructor(awsUrl) {
    this.awsUrl = awsUrl
  }

  /** POST {"enforce": true} or false; the lab's own keys may do everything either way. */
  page = async ({method, document}) => {
    if (method === 'POST') {
      const uncheckedCalls = document.enforce === true ? 0 : NEVER
      await fetch(`${this.awsUrl}/moto-api/reset-auth`, {method: 'POST', body: String(uncheckedCalls)})
      this.#enforced = document.enforce === true
    }
    return {enforced: this.#enforced}
  }

  /** The refusal of a call that moto would not let through, or null. */
  async refusal(request, identity, body) {
    if (!this.#enforced) return null
    const answer = await askMoto(this.awsUrl, request, identity, body)
    if (answer.status >= 400) return answer
    answer.body.resume()
    return null
  }
}
