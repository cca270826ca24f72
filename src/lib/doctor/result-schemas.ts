import {z} from 'zod'
import {CODES, type ErrorCode} from '../errors.js'
import {GROUPS} from './types.js'

const codes = Object.keys(CODES) as [ErrorCode, ...ErrorCode[]]
const count = (description: string) => z.int().nonnegative().meta({description})

const check = z.strictObject({
  group: z.enum(GROUPS),
  name: z.string().meta({description: 'What is checked; of a permission its action, e.g. s3:PutObject.'}),
  of: z.string().meta({description: 'What was looked at.'}),
  state: z
    .enum(['pass', 'warn', 'fail', 'unknown', 'skipped'])
    .meta({description: 'unknown: could not be looked at; skipped: means nothing here.'}),
  text: z.string().meta({description: 'What was found.'}),
  fix: z.string().nullable().meta({description: 'The next command, or what to change.'}),
  code: z.enum(codes).nullable().meta({description: 'Of the error that kept the check from looking.'}),
})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  doctor: z.strictObject({
    lake: z.string(),
    environment: z.string(),
    backend: z.enum(['local', 'aws']),
    root: z.string().meta({description: 'A folder, or s3://bucket/prefix.'}),
    isProtected: z.boolean(),
    asOf: z.iso.datetime().meta({description: 'Time of the answer.'}),
    state: z
      .enum(['pass', 'warn', 'fail', 'unknown'])
      .meta({description: 'pass, warn: exit 0; fail: exit 3; unknown, and nothing fails: exit 4.'}),
    counts: z.strictObject({
      pass: count('Checks that found nothing.'),
      warn: count('Checks that found what should be better.'),
      fail: count('Checks that found what keeps a command from its work, or puts data at risk.'),
      unknown: count('Checks that could not look.'),
      skipped: count('Checks that mean nothing here.'),
    }),
    mayBeCut: z
      .array(z.string())
      .meta({description: 'Tables of which Lake Formation may hide rows or columns from this caller.'}),
    checks: z.array(check),
  }),
}
