import type {ErrorCode} from '../errors.js'
import {advice, run, type Explanation} from './explanation.js'

const NOTHING_DONE = 'Nothing was changed.'
const KEPT =
  'What was not published is not visible to readers. An operation that was running is kept as failed and can be resumed.'
const LIST = run('sluice ops list', 'whether an operation waits to be resumed')
const RESUME = run('sluice ops resume', 'go on with the operation that waits')
const SHOW = run('sluice lake show', 'the definition as this environment has it')

/** Accounts, permissions and places of a lake on AWS. */
export const AWS_TEXTS = {
  AWS_SIGN_IN: {
    title: 'no valid AWS credentials',
    meaning:
      'AWS does not know who calls: there are no credentials, or those that were found are not valid (any more).',
    causes: [
      'Nobody signed in with this profile today.',
      'AWS_PROFILE or --profile names another profile than the one that was signed in with.',
      'Access keys in the environment are old, or belong to a role that ran out.',
    ],
    state: NOTHING_DONE,
    next: [advice('Sign in: aws sso login --profile NAME'), advice('Choose the profile: --profile NAME')],
  },
  AWS_TOKEN_EXPIRED: {
    title: 'AWS credentials ran out at work',
    meaning: 'The credentials were valid when the command began, and ran out before it was done.',
    causes: ['A role session or an SSO sign-in has a fixed length.'],
    state: KEPT,
    next: [advice('Sign in again: aws sso login --profile NAME'), RESUME],
  },
  AWS_ACCOUNT_WRONG: {
    title: 'signed in to another AWS account',
    meaning: 'The account of the credentials is not the account that the definition gives for this environment.',
    causes: ['The profile belongs to another stage.', 'The account in the definition is wrong.'],
    state: 'Nothing was read or changed: this is asked before the first call.',
    next: [advice('Choose the profile of that account: --profile NAME'), SHOW],
  },
  AWS_ACCESS_DENIED: {
    title: 'an AWS permission is missing',
    meaning: 'The caller may not do what the command needs. The message names the action, where AWS tells it.',
    causes: [
      'The role has no statement that allows the action on this bucket, table or workgroup.',
      'A bucket policy, a KMS key policy or Lake Formation refuses it.',
    ],
    state: KEPT,
    next: [advice('Add the action that the message names to the role, then run the command again.'), LIST],
  },
  AWS_UNAVAILABLE: {
    title: 'an AWS service did not answer well',
    meaning: 'A service was asked several times and refused, throttled, or did not answer in time.',
    causes: [
      'A throttled account or prefix.',
      'As many exports of DynamoDB run as the account may have at a time.',
      'The network, a proxy or an endpoint is down.',
      'An outage.',
    ],
    state: KEPT,
    next: [advice('Wait a moment, then run the command again.'), RESUME],
  },
  EXPORT_SOURCE_UNUSABLE: {
    title: 'the table or place of an export cannot be used',
    meaning: 'DynamoDB would refuse this export: of the table, of its point-in-time recovery, or of the bucket.',
    causes: [
      'Point-in-time recovery of the table is off.',
      'The table or the bucket is not there, or in another account.',
      'The definition names no DynamoDB table for this table of the lake.',
    ],
    state: NOTHING_DONE,
    next: [SHOW, advice('Correct what the message names, then run the command again.')],
  },
  EXPORT_FAILED: {
    title: 'DynamoDB could not make the export',
    meaning: 'The export was begun, and DynamoDB gave it up. Its place holds no manifest, so nothing can load it.',
    causes: ['The role may not write to the bucket.', 'The bucket or its key was removed in between.'],
    state: 'The lake is as it was. Files of the export may lie in its place.',
    next: [advice('Correct what the reason names, then run the same command again.')],
  },
  PLACE_UNUSABLE: {
    title: 'a place of the definition cannot be used',
    meaning: 'A bucket, database, workgroup or location that the environment names is not there, or not as it must be.',
    causes: [
      'It was not made yet, or its name is misspelt.',
      'It is in another Region than the environment says.',
      'The workgroup enforces another place for results than the definition gives.',
    ],
    state: NOTHING_DONE,
    next: [SHOW, run('sluice lake check', 'mistakes in the definition')],
  },
  TABLE_UNSUPPORTED: {
    title: 'a Glue table of a kind not worked on',
    meaning: 'The table is a view, Iceberg, Delta, projected or a link to another one, where a plain table is needed.',
    causes: ['Another tool made the table under this name.'],
    state: NOTHING_DONE,
    next: [advice('Give the table of this lake another name, or remove the one that stands there.'), SHOW],
  },
  TABLE_DIFFERS: {
    title: 'Glue has other columns than the definition',
    meaning: 'The table in Glue and the definition differ in columns, partitions or location.',
    causes: ['A crawler or another tool changed the table.', 'The definition was changed by hand.'],
    state: NOTHING_DONE,
    next: [SHOW, advice('Correct the one that is wrong, then run the command again.')],
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>
