import {neededPermissions} from '../iam/index.js'
import type {AwsEnvironment, LakeDefinition} from '../lake/index.js'
import type {Permission} from '../ports/environment-facts.js'

/** Commands that are named; the others are counted. */
const NAMED = 3

/** An action that commands of the environment need. */
export interface Need extends Permission {
  /** Commands that ask for it. */
  readonly by: string
}

/** What the commands of this environment need of AWS, each action with the thing that it is done to. */
export function needsOf(definition: LakeDefinition, environment: AwsEnvironment): readonly Need[] {
  return neededPermissions(definition, environment).map(({by, ...permission}) => ({...permission, by: listed(by)}))
}

function listed(commands: readonly string[]): string {
  const more = commands.length - NAMED
  return more > 0 ? `${commands.slice(0, NAMED).join(', ')} and ${more} more` : commands.join(', ')
}
