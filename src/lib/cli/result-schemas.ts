import {z} from 'zod'
import {CODES} from '../errors.js'
import type {ErrorCode} from '../errors.js'

const codes = Object.keys(CODES) as [ErrorCode, ...ErrorCode[]]

/** Schemas that belong to no topic. For tests and the generated schema files; no command loads this. */
export const resultSchemas = {
  error: z.strictObject({
    error: z.strictObject({
      code: z.enum(codes).meta({description: 'Stable name of the error; `sluice explain <code>` has it in full.'}),
      message: z.string().meta({description: 'What happened: one sentence without line breaks.'}),
      fix: z.string().nullable().meta({description: 'The next command, or what to change.'}),
      details: z.record(z.string(), z.unknown()).nullable().meta({description: 'Facts, by code.'}),
    }),
  }),
}
