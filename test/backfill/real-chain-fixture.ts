import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {definitionText} from './lake-folder.js'

/** A chain of exports that the service wrote: a full one, and the changes of two windows that follow it. */
const FIXTURE = fileURLToPath(new URL('../../../shared/fixtures/dynamodb-export-chain', import.meta.url))

export const REAL_EXPORTS = {
  full: join(FIXTURE, 'AWSDynamoDB', '01768385930622-efd1a093'),
  first: join(FIXTURE, 'AWSDynamoDB', '01768386924000-d339e52d'),
  second: join(FIXTURE, 'AWSDynamoDB', '01768388186000-4a2fc3ff'),
} as const

export const hasRealExports = existsSync(REAL_EXPORTS.full)
if (!hasRealExports) console.log('skipped: no fixture')

/** The definition of a lake that takes some attributes of the exported table. */
export function realDefinition(columns: readonly string[]): string {
  return definitionText({columns, key: '[pk, sk]', partition: 'null', source: 'test'})
}

export function textColumns(names: readonly string[]): string[] {
  return names.map((name) => `{name: ${name}, type: string, from: ${name}}`)
}
