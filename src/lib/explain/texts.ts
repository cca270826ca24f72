import type {ErrorCode, ExitCode} from '../errors.js'
import {AWS_TEXTS} from './aws-texts.js'
import {CATALOG_TEXTS} from './catalog-texts.js'
import {COMPACTION_TEXTS} from './compaction-texts.js'
import type {Explanation} from './explanation.js'
import {EXPORT_TEXTS} from './export-texts.js'
import {OPERATION_TEXTS} from './operation-texts.js'
import {STORE_TEXTS} from './store-texts.js'
import {USAGE_TEXTS} from './usage-texts.js'

/** Every code has a text: one that is added without does not compile. */
export const EXPLANATIONS: Readonly<Record<ErrorCode, Explanation>> = {
  ...USAGE_TEXTS,
  ...EXPORT_TEXTS,
  ...OPERATION_TEXTS,
  ...COMPACTION_TEXTS,
  ...CATALOG_TEXTS,
  ...STORE_TEXTS,
  ...AWS_TEXTS,
}

/** What the exit status of a command says to a script; the same for every command. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'Done, and nothing speaks against the result. Nothing to do is done, too.',
  1: 'Failed while it was at work. Nothing half done is visible; operations can be resumed or cancelled.',
  2: 'Refused before readers could see anything of it: usage, definition, or a state in which it makes no sense.',
  3: 'Done, and the answer is bad news: a threshold or check is breached. The whole answer is printed.',
  4: 'Partly done or partly known. The answer is printed and says which part is missing.',
  130: 'Stopped by a signal. Nothing half done is visible, and an operation can be resumed.',
}
