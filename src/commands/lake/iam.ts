import {resolve} from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import {BaseCommand} from '../../lib/cli/base-command.js'
import type {LeastPolicy} from '../../lib/iam/index.js'

const several = (summary: string, helpValue: string) =>
  Flags.string({summary, helpValue, multipleNonGreedy: true, multiple: true})

export default class LakeIam extends BaseCommand<LeastPolicy> {
  static override summary = 'Print the least IAM policy that commands need in an environment on AWS.'
  static override description = `Calls no service. Without names: for all commands. A topic stands for its commands.
Each permission is proven in the lab by taking it away; --json lists those that are not, and why.
Several documents are printed where one would be longer than a managed policy may be.`
  static override usage = '<%= command.id %> [COMMAND...] [FLAGS]'
  static override examples = [
    {description: 'For all commands', command: '<%= config.bin %> <%= command.id %>'},
    {description: 'For a person who only looks', command: '<%= config.bin %> <%= command.id %> --read-only'},
    {
      description: 'For a job that exports, loads and proves',
      command:
        '<%= config.bin %> <%= command.id %> backfill export backfill run backfill verify --export-place s3://my-bucket/exports',
    },
  ]
  static override args = {
    command: Args.string({
      description: 'Commands or topics, e.g. "backfill run kpi"; default: all.',
      ignoreStdin: true,
      multiple: true,
    }),
  }
  static override flags = {
    'read-only': Flags.boolean({summary: 'Leave out commands that change something.', default: false}),
    'export-place': several(
      'Where exports are written and read; several times for several places.',
      '<s3://bucket/prefix>',
    ),
    'kms-key': several('Key that a bucket or the catalog is encrypted with; several times for several.', '<arn>'),
  }

  async run(): Promise<LeastPolicy> {
    const {args, flags} = await this.parse(LakeIam)
    const [{loadDefinition}, {leastPolicy, policyNotes, renderPolicy}] = await Promise.all([
      import('../../lib/lake/index.js'),
      import('../../lib/iam/index.js'),
    ])
    const place = {file: flags.lake, environment: flags.env, workingFolder: resolve('.'), variables: {}}
    const request = {
      commands: args.command ?? [],
      readOnly: flags['read-only'],
      exportPlaces: flags['export-place'] ?? [],
      kmsKeys: flags['kms-key'] ?? [],
      asOf: flags.now ?? new Date(),
    }
    const result = leastPolicy(request, await loadDefinition(place))
    const report = this.reporting(flags)
    for (const text of policyNotes(result)) report({kind: 'note', text})
    return this.finish(result, renderPolicy(result))
  }
}
