import {DynamoDBClient} from '@aws-sdk/client-dynamodb'
import {S3Client} from '@aws-sdk/client-s3'
import {errorAnswer, jsonAnswer} from '../answers.mjs'
import {clientSettings} from '../lab-settings.mjs'
import {ExportRefusal} from './export-refusals.mjs'
import {ExportSettings} from './export-settings.mjs'
import {TableExports} from './table-exports.mjs'

/** DynamoDB's export calls, written from the table's own changes. */
export function createExportService(settings) {
  const exportSettings = new ExportSettings()
  const tableExports = new TableExports({
    awsUrl: settings.awsUrl,
    region: settings.region,
    dynamodb: new DynamoDBClient(clientSettings(settings)),
    s3: new S3Client({...clientSettings(settings), forcePathStyle: true}),
    settings: exportSettings,
  })
  return {
    pages: {'/__exports': (request) => exportsPage(request, exportSettings, settings.awsUrl)},
    serves: (operation) => operation in tableExports.operations,
    answer: (identity, body) => answer(tableExports.operations[identity.operation], identity, body),
  }
}

async function answer(operation, identity, body) {
  try {
    return jsonAnswer(200, await operation(JSON.parse(body.toString('utf8') || '{}')))
  } catch (error) {
    if (!(error instanceof ExportRefusal)) throw error
    return errorAnswer(identity, {status: 400, code: error.code, message: error.message})
  }
}

/** {table, now: ISO time or null, …settings}: `now` is when the table's next changes are recorded. */
async function exportsPage({method, document}, exportSettings, awsUrl) {
  if (method !== 'POST') return exportSettings.of('*')
  const {table = '*', now, ...wish} = document
  exportSettings.set(table, wish)
  if (now !== undefined) {
    const microseconds = now === null ? null : Date.parse(now) * 1000
    await fetch(`${awsUrl}/__clock`, {method: 'POST', body: JSON.stringify({table, microseconds})})
  }
  return exportSettings.of(table)
}
