import type {ErrorCode} from '../errors.js'
import {advice, run, type Explanation} from './explanation.js'

const LIST = run('sluice ops list', 'whether an operation waits to be resumed')
const RESUME = run('sluice ops resume', 'go on with the operation that waits')
const STATUS = run('sluice status', 'what of the lake can be read')
/** What holds when a call fails in the middle of an operation. */
const KEPT =
  'What was not published is not visible to readers. An operation that was running is kept as failed and can be resumed.'

/** Store, catalog and engine; and what nobody foresaw. */
export const STORE_TEXTS = {
  OBJECT_NOT_FOUND: {
    title: 'an object of the lake is gone',
    meaning: 'An object, or a version of one, that should be there is not.',
    causes: ['It was deleted by hand or by a lifecycle rule.', 'Another process took it away in between, as gc does.'],
    state: KEPT,
    next: [STATUS, run('sluice backfill verify', 'prove every load anew'), LIST],
  },
  PRECONDITION_FAILED: {
    title: 'changed by another process in between',
    meaning: 'A conditional write found another content than the one that it was to replace. It wrote nothing.',
    causes: ['Two commands changed the same thing at the same time.'],
    state: `Nothing was overwritten. ${KEPT}`,
    next: [advice('Run the same command again: it looks anew.'), LIST],
  },
  STORE_UNAVAILABLE: {
    title: 'the store could not be read or written',
    meaning:
      'The folder or service that holds the lake answered with an error that is neither a missing object nor a full disk.',
    causes: [
      'A network drive that is not there, or a failing disk.',
      'Another process held the store locked for too long.',
      'Very many processes changed one catalog document.',
    ],
    state: KEPT,
    next: [advice('Check that the place in the error is there, then run the command again.'), RESUME],
  },
  STORE_READ_ONLY: {
    title: 'the folder may not be changed',
    meaning: 'The user who runs sluice may not write there.',
    causes: [
      'Permissions of the folder, or a file system that is mounted read-only.',
      'An export folder is only ever read.',
    ],
    state: KEPT,
    next: [advice('Give the user write permission, or choose another folder, and run the command again.'), RESUME],
  },
  DISK_FULL: {
    title: 'no space is left',
    meaning:
      'The disk or quota is used up: for the lake itself, or for data that an engine spills into its temporary folder.',
    causes: [
      'The plan needs more than is free; sluice backfill plan says how much it writes.',
      'Rows of undone loads are kept until gc.',
    ],
    state: KEPT,
    next: [run('sluice ops gc --dry-run', 'what could be deleted'), advice('Free space or raise the quota.'), RESUME],
  },
  CATALOG_CORRUPT: {
    title: 'a document of the catalog cannot be read',
    meaning: 'A table or partition document under _sluice/catalog/ is no JSON or has not the right form.',
    causes: ['It was edited or cut.', 'A failing disk.'],
    state:
      'The document was left as it is. Rows are not affected: a catalog says where they are, and does not hold them.',
    next: [
      STATUS,
      advice(
        'Put an intact copy of the document back. Without it, its partitions are unknown until a load registers them.',
      ),
    ],
  },
  QUERY_FAILED: {
    title: 'a query stopped with an error',
    meaning: 'The statement was valid, but could not be run to its end.',
    causes: [
      'A Parquet object of the table is damaged or gone.',
      'A value that a function of the statement cannot take, as a division or cast.',
      'It met a limit: --timeout, the quota of time in Athena, or the bytes that the workgroup lets it scan.',
      'A person stopped it in Athena.',
    ],
    state: 'Nothing was changed: queries only read.',
    next: [STATUS, run('sluice backfill verify', 'prove every load anew')],
  },
  MEMORY_EXCEEDED: {
    title: 'it does not fit into the memory limit',
    meaning:
      'The engine needed more memory than it may use: half of the machine, at most 4 GiB, or what --memory or SLUICE_MEMORY says.',
    causes: ['A limit that is too small for the table.', 'Very many partitions written at once.'],
    state: KEPT,
    next: [advice('Set a larger limit, e.g. SLUICE_MEMORY=4GB, and run the command again.'), RESUME],
  },
  TEMP_LIMIT: {
    title: 'more temporary space than --max-temp-bytes',
    meaning:
      'What a load keeps for a while (staged Parquet, spilled rows, copies) grew past --max-temp-bytes or SLUICE_MAX_TEMP_BYTES, and it was stopped.',
    causes: [
      'A limit that is smaller than what the load stages: about as much as the compressed export.',
      'A small --memory, for which more is spilled.',
      'Very many quarantined items: their lines are kept whole.',
    ],
    state: KEPT,
    next: [
      advice('Allow more with --max-temp-bytes, or name a larger disk with --temp-dir.'),
      run('sluice ops resume --max-temp-bytes SIZE', 'go on with the operation that waits'),
    ],
  },
  UNEXPECTED: {
    title: 'a mistake of sluice',
    meaning: 'Something happened that no code foresaw. It is a mistake of sluice until proven otherwise.',
    causes: ['An error of the system or of a library that has no name of its own here.'],
    state: KEPT,
    next: [advice('Run it again with SLUICE_DEBUG=1, and report what it prints.'), LIST],
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>
