import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {Ajv2020} from 'ajv/dist/2020.js'
import * as formats from 'ajv-formats'
import {expect} from 'vitest'
import {ROOT} from '../../cli/run-cli.js'

/** The committed schema of a command's `--json` result, or of `error`; undefined where there is none. */
export function schemaOf(id: string): Record<string, unknown> | undefined {
  const file = join(ROOT, 'schemas', `${id.replaceAll(/[: ]/g, '.')}.json`)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : undefined
}

/** Parses stdout as the one document that command `id` promises, and checks it against the committed schema. */
export function documentOf(id: string, stdout: string): unknown {
  const schema = schemaOf(id)
  if (schema === undefined) throw new Error(`schemas/ has none for ${id}`)
  const ajv = new Ajv2020({allErrors: true})
  formats.default.default(ajv)
  const isValid = ajv.compile(schema)
  const document: unknown = JSON.parse(stdout)
  expect(isValid(document), JSON.stringify(isValid.errors, null, 2)).toBe(true)
  return document
}
