import {z} from 'zod'
import {definitionSchema} from './schema.js'

/** JSON Schema (2020-12) of `sluice.yaml`, for editors and for `schemas/definition.json`. */
export function definitionJsonSchema(): object {
  return z.toJSONSchema(definitionSchema, {io: 'input', target: 'draft-2020-12'})
}
