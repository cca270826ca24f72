import type {AwsSettings} from '../../src/lib/aws/client-settings.js'

/** Settings of a client of the running lab; `npm run lab` and `npm run lab:up` give the variables. */
export function labSettings(): AwsSettings {
  const endpoint = process.env['AWS_ENDPOINT_URL']
  if (endpoint === undefined) throw new Error('No lab: start it with `npm run lab:up` and set what it prints.')
  const athena = process.env['AWS_ENDPOINT_URL_ATHENA']
  return {
    region: process.env['AWS_REGION'] ?? 'eu-west-1',
    profile: null,
    roleArn: null,
    encryption: 'bucket-default',
    endpoints: {all: endpoint, ...(athena === undefined ? {} : {athena})},
    version: 'lab',
  }
}
