import type {AwsFacts} from '../ports/environment-facts.js'
import type {AwsSettings} from './client-settings.js'
import {FactClients} from './facts-clients.js'
import {glueFacts} from './facts-glue.js'
import {probe} from './facts-probes.js'
import {s3Facts} from './facts-s3.js'
import {securityFacts} from './facts-security.js'
import {serviceFacts} from './facts-services.js'

/** What AWS tells of one environment; calls end when the signal does. */
export function awsFacts(settings: AwsSettings, signal: AbortSignal): AwsFacts {
  const clients = new FactClients(settings, signal)
  return {
    backend: 'aws',
    ...serviceFacts(clients),
    ...s3Facts(clients),
    ...glueFacts(clients),
    ...securityFacts(clients),
    probe: (permission) => probe(permission, clients),
  }
}
