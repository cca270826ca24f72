import {z} from 'zod'

const text = (description: string) => z.string().meta({description})
const texts = (description: string) => z.array(z.string()).meta({description})

const statement = z.strictObject({
  Sid: text('Name of the statement.'),
  Effect: z.literal('Allow'),
  Action: texts('Actions.'),
  Resource: texts('ARNs.'),
  Condition: z.record(z.string(), z.record(z.string(), z.array(z.string()))).optional(),
})

/** Schemas of this topic's `--json` answers, by command. For tests and the generated files; no command loads this. */
export const resultSchemas = {
  'lake:iam': z.strictObject({
    asOf: z.iso.datetime().meta({description: 'When it was asked.'}),
    lake: text('Name of the lake.'),
    environment: text('Environment that the ARNs are of.'),
    account: text('Its AWS account.'),
    role: z.string().nullable().meta({description: 'Role that the commands work as; null: the caller.'}),
    commands: z
      .array(
        z.strictObject({
          command: text('The command.'),
          changes: z.boolean().meta({description: 'It changes the lake, or has AWS make something.'}),
          needsNothing: z.string().nullable().meta({description: 'Why it needs no permission; null: it needs some.'}),
        }),
      )
      .meta({description: 'What the policies are for.'}),
    policies: z
      .array(
        z.strictObject({
          characters: z.int().meta({description: 'Length without white space; a managed policy holds 6,144.'}),
          document: z
            .strictObject({Version: z.literal('2012-10-17'), Statement: z.array(statement)})
            .meta({description: 'The policy as IAM takes it.'}),
        }),
      )
      .meta({description: 'To be attached together; none where nothing is needed.'}),
    unproven: z
      .array(
        z.strictObject({
          action: text('The action.'),
          on: text('What it is allowed on.'),
          reason: text('When it is needed, and why no run in the lab asks for it.'),
          commands: texts('Commands that have it.'),
        }),
      )
      .meta({description: 'Permissions that are not proven by taking them away.'}),
    notes: texts('What to know before it is attached.'),
  }),
}
