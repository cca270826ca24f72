/** What the gateway needs to know of the lab, from the variables that starting it sets. */
export function labSettings(environment = process.env) {
  return {
    port: Number(environment['LAB_GATEWAY_PORT']),
    awsUrl: environment['LAB_AWS_URL'],
    trinoUrl: environment['LAB_TRINO_URL'] || null,
    region: environment['LAB_REGION'],
    credentials: {accessKeyId: environment['LAB_ACCESS_KEY'], secretAccessKey: environment['LAB_SECRET_KEY']},
  }
}

/** Constructor arguments of the lab's own clients: they ask moto directly, past faults and wire log. */
export const clientSettings = ({awsUrl, region, credentials}) => ({endpoint: awsUrl, region, credentials})
