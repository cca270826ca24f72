import {beforeEach} from 'vitest'
import type {QueryEngineUnderTest} from '../../contract/ports/query-engine.js'
import {queryEngineContract} from '../../contract/ports/query-engine.js'
import {sharedRelationsContract} from '../../contract/ports/query-engine-shared.js'
import {withContractDialect} from '../../engines/athena/contract-dialect.js'
import {openLabLake} from '../../engines/athena/lab-lake.js'
import {labSettings} from '../lab-settings.js'

const QUOTE = 'Trino 476 writes a quote into its question to Glue as it is; see the partitions.'

/** What the contract asks and Athena cannot give, by the test's name. */
const CANNOT: Readonly<Record<string, string>> = {
  'of stored columns keep their types, nested ones too':
    'Stored timestamps have milliseconds on Athena; see the types.',
  'a million wide rows without holding them': 'The lab holds every answer in its own memory; see the pages.',
  'and ends the statement when the loop is left': 'Athena gives no row of a statement before its last one.',
  'and stops between rows too, and only the statement of that signal': 'It needs a million rows; see the pages.',
  'in Hive form give their values back as text': QUOTE,
  'as plain path segments give their values back as text': QUOTE,
  'with text around them give their values back as text': QUOTE,
  'masked columns, whatever looks at them': 'Athena has no SELECT t FROM things t; see the masks.',
  'give all statements of a snapshot the same rows': 'Plain tables of Athena keep no snapshot.',
  'are computed once for statements at the same time': 'Shared relations are part of each statement on Athena.',
}

beforeEach(({task, skip}) => {
  const reason = CANNOT[task.name]
  if (reason !== undefined) skip(reason)
})

async function subject(): Promise<QueryEngineUnderTest> {
  const lake = await openLabLake(labSettings())
  return {...lake, engine: withContractDialect(lake.engine)}
}

queryEngineContract('AthenaQueryEngine', subject)
sharedRelationsContract('AthenaQueryEngine', subject)
