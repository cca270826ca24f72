import type {ErrorCode} from '../errors.js'
import {advice, NOTHING_DONE, run, type Explanation} from './explanation.js'

const PLAN = run('sluice compact plan --table TABLE', 'what can be compacted now, and what is skipped and why')
const CANCEL = run(
  'sluice ops cancel OPERATION',
  'close it; what it published partition by partition stays until undone',
)

/** What can go wrong while files of a table are merged. */
export const COMPACTION_TEXTS = {
  MERGE_SOURCE_CHANGED: {
    title: 'a file that is merged was changed or is gone',
    meaning:
      'A plan names every file that it merges by its content. One of them has other bytes now, or somebody deleted it.',
    causes: ['Another tool rewrites or deletes files of the table.', 'The plan is old.'],
    state: 'The partition is as it was: its outputs were not shown to readers. Partitions done before it stay done.',
    next: [advice('Make the plan again and run that.'), PLAN, CANCEL],
  },
  MERGE_SOURCE_BROKEN: {
    title: 'a file that is merged cannot be read',
    meaning:
      'A Parquet file has no readable footer or pages, is encrypted, or a JSON file cannot be unpacked to its end. It is named.',
    causes: [
      'A writer was cut off and left half a file.',
      'A file that is no Parquet lies in the folder of the table.',
      'The file is encrypted with a key that sluice does not have.',
    ],
    state: 'The partition is as it was. A broken input is never left out in silence.',
    next: [advice('Move the named file out of the table, or restore it, and plan again.'), PLAN],
  },
  MERGE_LOSSY: {
    title: 'files cannot be merged without losing something',
    meaning:
      'Two files, or a file and the table, have types for a column that no one type holds exactly: text and a number, a date and a time, a local time and an instant, decimals that together need more than 38 digits. The file and the column are named.',
    causes: [
      'The schema of the writer changed.',
      'A column is spelled in two ways that differ in case.',
      'A writer guessed types file by file.',
    ],
    state: 'The partition is as it was: both files stay as they are.',
    next: [
      advice('Rewrite the odd file under the type of the table, or leave the partition out: --from and --to.'),
      run('sluice lake show', 'the types of the table'),
    ],
  },
  PARTITION_BUSY: {
    title: 'the partition is still being written',
    meaning:
      'New files kept coming while the partition was merged. Where the partition is swapped they would be out of sight, so it was not.',
    causes: ['A writer sends late data to a closed partition.', 'The minimum age is too short for this writer.'],
    state: 'The partition is as it was. Partitions done before it stay done.',
    next: [advice('Run it again when the writer is quiet, or with a longer --min-age.'), PLAN],
  },
  PARTITION_MOVED: {
    title: 'somebody else changed the partition in the catalog',
    meaning:
      'Before a swap, and before it is taken back, the location of the partition must be what it was. It is another one, or the partition was dropped.',
    causes: [
      'A crawler, MSCK REPAIR or a person re-registered the partition.',
      'A later compaction stands on this one: undo that first.',
    ],
    state: 'The catalog is as it was found.',
    next: [
      run('sluice partitions diff --table TABLE', 'what the catalog says, beside what lies there'),
      run('sluice compact status', 'which compaction stands where'),
    ],
  },
  COMPACTION_REFUSED: {
    title: 'this table is not compacted this way',
    meaning:
      'The table, or its kind, does not allow it: a view, a link, an open table format, buckets, links of files, computed partitions, or a way that needs an explicit flag.',
    causes: [
      'Partitions are computed by projection: a swap would split readers.',
      'The file names of a bucketed table mean something.',
    ],
    state: NOTHING_DONE,
    next: [PLAN, run('sluice explain COMPACTION_REFUSED', 'this page')],
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>
