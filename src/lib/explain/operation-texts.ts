import type {ErrorCode} from '../errors.js'
import {advice, NOTHING_DONE, run, type Explanation} from './explanation.js'

const SHOW = run('sluice ops show OPERATION', 'how far it came, and who holds its locks')
const LIST = run('sluice ops list', 'every operation with its state')
const RESUME = run('sluice ops resume OPERATION', 'go on where it stopped')
const CANCEL = run('sluice ops cancel OPERATION', 'close it; nothing of it was visible')

/** Plans, locks, journals: what every change of a lake goes through. */
export const OPERATION_TEXTS = {
  PLAN_INVALID: {
    title: 'this is no plan that can be run',
    meaning:
      'A plan, a journal or a lock is not readable as JSON or is not what it should be; or a plan holds nothing to do, or is of another command.',
    causes: [
      'The file of --plan was edited, cut, or is another file.',
      'The plan was made by another command.',
      'A file under _sluice/ of the lake is damaged.',
    ],
    state: NOTHING_DONE,
    next: [
      advice('Write the plan anew with the plan command and --out FILE.'),
      run('sluice status', 'which file of the lake cannot be read'),
    ],
  },
  ENGINE_UNFIT: {
    title: 'Athena cannot do this',
    meaning:
      'The engine that was asked for does not read such files, or would not write such rows as they are. DuckDB loads and merges everything that can be.',
    causes: [
      'The export is in Ion, or lies in a folder and not in S3.',
      'Lines that were set aside are to be read again.',
      'The mapping is longer than a statement of Athena may be.',
      'The workgroup has Athena keep its results, or enforces another encryption than the environment.',
      'A value to divide the table by has other characters than printable ASCII.',
      'Files to be merged hold types, names or old dates that Athena would not carry over, or it wrote no fewer files than it read.',
    ],
    state: 'Nothing was loaded; a partition that was to be merged is as it was.',
    next: [advice('Load or merge with --engine duckdb.'), CANCEL],
  },
  SECRET_IN_QUERY: {
    title: 'a key would stand in the query history',
    meaning:
      'A column of the table is a keyed digest. A statement of Athena would hold the key, and everybody who may see the history of the workgroup would see it.',
    causes: ['--engine athena was asked for, for a table with a keyed digest.'],
    state: NOTHING_DONE,
    next: [advice('Load with --engine duckdb, or --engine auto: the key then stays on this machine.')],
  },
  PLAN_STALE: {
    title: 'the lake is not as it was planned',
    meaning:
      'Something that the plan reads or replaces has changed since it was made: a file of the export, a run record, the definition of the table, the lake or the environment.',
    causes: [
      'Another load was admitted in between.',
      'The definition was changed.',
      'The plan is run on another lake or environment.',
    ],
    state:
      'Nothing was published. A new plan has changed nothing at all; an operation that was resumed stays as it was, unseen by readers.',
    next: [advice('Make the plan again and run that.'), CANCEL],
  },
  LOCK_HELD: {
    title: 'another operation works on this table',
    meaning:
      'An operation takes a lock on every table that it changes, and another one has it. A lock is a lease in _sluice/locks/ that its holder renews every 10 seconds.',
    causes: [
      'Somebody else runs an operation now; the error names user, host and process.',
      'A process on another host was killed less than a minute ago.',
    ],
    state:
      'Nothing was changed. A lock of a dead process on this host is taken over at once, and one of another host after a minute without renewal: a lock hardly ever needs to be removed by hand.',
    next: [
      SHOW,
      advice('Wait and run the command again.'),
      run(
        'sluice ops unlock table:NAME',
        'remove it when its host is gone for good; a process that runs here keeps it',
      ),
    ],
  },
  LOCK_LOST: {
    title: 'another process took the operation over',
    meaning:
      'This process lost its lease, or found that another one had written on in the journal of its operation. It stopped at once.',
    causes: [
      'The machine slept, or the process was suspended, for more than a minute.',
      'The store could not be written for a minute.',
      'Somebody removed the lock, or resumed the operation elsewhere.',
    ],
    state:
      'Nothing is done twice: only one process can write the next part of a journal, and admission is one conditional write. The other process goes on, or the operation can be resumed.',
    next: [LIST, SHOW, RESUME],
  },
  OPERATION_UNKNOWN: {
    title: 'there is no such operation',
    meaning: 'The lake has no operation of this id in this environment, or none waits to be resumed.',
    causes: [
      'A typing error in the id.',
      'Another environment is chosen.',
      'Everything is finished: there is nothing to resume.',
    ],
    state: NOTHING_DONE,
    next: [LIST],
  },
  OPERATION_NOT_RESUMABLE: {
    title: 'the operation cannot be resumed or cancelled',
    meaning:
      'An operation that was cancelled or taken back cannot go on, and one that has published its result cannot be cancelled.',
    causes: ['It was cancelled or undone before.', 'Undo was meant instead of cancel.'],
    state: NOTHING_DONE,
    next: [SHOW, run('sluice ops undo OPERATION', 'take back what it has published'), advice('Plan and run it anew.')],
  },
  OPERATION_NOT_UNDOABLE: {
    title: 'the operation cannot be taken back',
    meaning: 'The operation has published nothing that could be taken back, or is of a kind that cannot be undone.',
    causes: ['It was interrupted or failed before it published.', 'Its plan said undo: never.'],
    state: NOTHING_DONE,
    next: [SHOW, CANCEL],
  },
  OPERATION_CONFLICT: {
    title: 'another process was faster',
    meaning:
      'What the operation wanted to publish or take back was published, closed or changed by another process; or a plan was started a second time.',
    causes: ['Two people loaded the same export at the same time: one won.', 'The same plan file was run twice.'],
    state: 'Nothing was overwritten: what the other process wrote stands. What this operation staged is not visible.',
    next: [LIST, run('sluice backfill status', 'which load stands now'), CANCEL],
  },
  FORMAT_UNKNOWN: {
    title: 'written by a newer version',
    meaning:
      'A plan, journal, run record or catalog document has a format, or an operation a kind, that this version does not know.',
    causes: ['A newer sluice works on the same lake.', 'The document was changed by hand.'],
    state: 'Nothing was changed: what cannot be read is never guessed or replaced.',
    next: [
      run('sluice --version', 'which version this is'),
      advice('Use the version that wrote it, or a newer one.'),
      run('sluice status', 'which parts can be read'),
    ],
  },
  PROOF_FAILED: {
    title: 'what was written is not what was read',
    meaning:
      'Before anything becomes visible, everything that was staged is read back and compared: objects, counts, partitions, digest. Something differed.',
    causes: [
      'An object was deleted or changed by somebody else.',
      'A failing disk or file system.',
      'A mistake of sluice: please report it when it happens twice.',
    ],
    state: 'Nothing was admitted: readers see what stood before. The operation is kept as failed.',
    next: [CANCEL, advice('Run the same command anew.')],
  },
  UNVERIFIED: {
    title: 'the result could not be proven',
    meaning:
      'The operation did its work, but what it wrote could not be read back and compared, so it was not published.',
    causes: ['A part of the store could not be reached during the proof.'],
    state: 'What is staged is not visible to readers. The operation can be resumed.',
    next: [RESUME, SHOW],
  },
  INTERRUPTED: {
    title: 'stopped by Ctrl-C or SIGTERM',
    meaning: 'The command was asked to stop and did so at a safe place. A publish that had begun was finished first.',
    causes: ['Ctrl-C, SIGTERM, a time limit of the host or of a CI job.'],
    state:
      'What was not published is not visible to readers. An operation keeps its journal and can be resumed; commands that only read have nothing to resume.',
    next: [RESUME, CANCEL],
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>
