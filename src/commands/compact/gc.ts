import OpsGc from '../ops/gc.js'

export default class CompactGc extends OpsGc {
  static override summary = 'Delete files that were merged, after the grace time.'
  static override description = `As "ops gc", for compactions only. Nothing is deleted unless its rows stand in what it
was merged to. A compaction whose sources are gone cannot be taken back.`
  static override examples = [
    {description: 'See what would be deleted', command: '<%= config.bin %> <%= command.id %> --dry-run'},
    {description: 'Delete it', command: '<%= config.bin %> <%= command.id %> --yes'},
  ]

  protected override readonly kinds = /^compact\./
}
