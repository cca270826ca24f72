import {z} from 'zod'
import {CODES, EXIT, type ErrorCode} from '../errors.js'

const code = z.enum(Object.keys(CODES) as [ErrorCode, ...ErrorCode[]])
const exit = z.literal(Object.values(EXIT)).meta({description: 'Exit status of the command that meets it.'})

/** Schemas of this topic's `--json` answers, by command. */
export const resultSchemas = {
  explain: z.strictObject({
    asked: z.string().nullable().meta({description: 'The code or exit status that was asked for; null: everything.'}),
    codes: z.array(
      z.strictObject({
        code,
        exit,
        title: z.string(),
        meaning: z.string(),
        causes: z.array(z.string()).meta({description: 'Usual causes, the likeliest first.'}),
        state: z.string().meta({description: 'What was and was not done, and whether the work can go on.'}),
        next: z.array(
          z.strictObject({
            command: z.string().nullable().meta({description: 'A command to type, where there is one.'}),
            text: z.string(),
          }),
        ),
      }),
    ),
    exits: z.array(z.strictObject({exit, meaning: z.string()})),
  }),
}
