import type {ErrorCode} from '../errors.js'
import {advice, NOTHING_DONE, run, type Explanation} from './explanation.js'

const DIFF = run('sluice partitions diff --table TABLE', 'what of store and catalog is different now')
const CRAWLERS = run('sluice crawler list', 'the crawlers of the definition, and what each does now')

/** What can go wrong while partitions are registered and crawlers are started. */
export const CATALOG_TEXTS = {
  PARTITIONS_FAILED: {
    title: 'the catalog refused some partitions',
    meaning:
      'Partitions are created and dropped many in a call, and each has an outcome of its own. Some were refused; the reason of each is in the message and in the journal.',
    causes: [
      'A value has characters or a length that Glue does not take.',
      'Somebody changes the same table at the same time.',
      'The account has reached a limit of Glue.',
    ],
    state: 'The other partitions are done. Objects are as they were: a sync never touches one.',
    next: [DIFF, run('sluice partitions sync --table TABLE', 'tries what is missing again')],
  },
  CRAWLER_UNKNOWN: {
    title: 'no crawler of this name',
    meaning: 'The definition names no such crawler, or AWS has none of the name that the definition gives.',
    causes: ['A slip in the name.', 'The crawler was deleted, or lies in another Region or account.'],
    state: NOTHING_DONE,
    next: [CRAWLERS, advice('Correct `crawlers:` in the definition, or make the crawler.')],
  },
  CRAWL_TOO_SOON: {
    title: 'the crawler was started a short while ago',
    meaning:
      'Each crawl is billed for ten minutes at least, so the definition sets a shortest time between two: `min_interval_hours`, one hour by default. The message says when the next may start.',
    causes: ['Somebody else, or its schedule, has started it just now.'],
    state: NOTHING_DONE,
    next: [
      run('sluice partitions sync --table TABLE', 'registers new folders at once, for next to nothing'),
      run('sluice crawler start NAME --force', 'starts it all the same'),
    ],
  },
  METRIC_INVALID: {
    title: 'a figure that no metric can hold',
    meaning:
      'A metric has a name in ASCII, 30 dimensions at most, a finite value, and a time of the last two weeks. The message says what of it does not hold.',
    causes: ['A name or a dimension comes from data.', 'The figure is of a period long past.'],
    state: NOTHING_DONE,
    next: [advice('Correct what the message names.')],
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>
