import type {ErrorCode} from '../errors.js'
import {advice, NOTHING_DONE, run, type Explanation} from './explanation.js'

const INSPECT = run('sluice backfill inspect --export FOLDER', 'check manifests and every file')
const COPY_AGAIN = advice('Copy the export again from its bucket, whole.')
/** What holds when a load finds out while it reads. */
const LOAD_FAILED =
  'Nothing of the load is visible to readers, and what stood before still stands. The operation is kept as failed: resume it once the cause is gone, or cancel it.'
const RESUME = run('sluice ops resume', 'go on once the cause is gone')
const SET_ASIDE = advice('Or load the rest with --allow-unreadable NUMBER: such a load sets no floor.')
const CANCEL = run('sluice ops cancel OPERATION', 'close it; nothing of it was visible')

/** DynamoDB exports: finding, checking and reading them. */
export const EXPORT_TEXTS = {
  EXPORT_NOT_FOUND: {
    title: 'there is no export at this place',
    meaning: 'The folder that --export names is not there, is empty, or is no export folder.',
    causes: [
      'The folder above the export is named; it is the one that holds manifest-summary.json.',
      'A typing error, or the copy is somewhere else.',
    ],
    state: NOTHING_DONE,
    next: [advice('Name the folder with manifest-summary.json, e.g. …/AWSDynamoDB/01768385930622-efd1a093'), INSPECT],
  },
  EXPORT_INCOMPLETE: {
    title: 'the export is not finished or not whole',
    meaning: 'There is a folder, but a manifest or its checksum is missing. DynamoDB writes the summary last.',
    causes: [
      'The export is still being written.',
      'The copy was interrupted, or left out the manifests or their .md5 files.',
    ],
    state: NOTHING_DONE,
    next: [advice('Wait until the export is COMPLETED, or copy its folder again.'), INSPECT],
  },
  EXPORT_MANIFEST_INVALID: {
    title: 'a manifest of the export makes no sense',
    meaning:
      'A manifest is no JSON, lacks a field, lists a file twice or outside of the export, or its counts do not add up.',
    causes: ['The copy is damaged.', 'Somebody edited the manifests.', 'It is not an export of DynamoDB.'],
    state: NOTHING_DONE,
    next: [COPY_AGAIN, INSPECT],
  },
  EXPORT_CHECKSUM_MISMATCH: {
    title: 'files of the export are not as written',
    meaning: 'The MD5 of manifest-files.json, or of data files that it lists, is not the one that DynamoDB wrote down.',
    causes: ['The copy is damaged or was cut.', 'Files were unpacked and packed again, or changed.'],
    state: NOTHING_DONE,
    next: [COPY_AGAIN, INSPECT],
  },
  EXPORT_SUMMARY_CHECKSUM: {
    title: 'the summary of the export was edited',
    meaning: 'The file manifest-summary.json has another MD5 than DynamoDB wrote into manifest-summary.md5.',
    causes: ['Names were replaced in a copy on purpose, as account or bucket.', 'The copy is damaged.'],
    state: NOTHING_DONE,
    next: [
      advice('When it was edited on purpose, add --accept-edited-summary: every other check stays on.'),
      COPY_AGAIN,
    ],
  },
  EXPORT_FILE_MISSING: {
    title: 'data files of the export are missing',
    meaning: 'The files manifest lists files that are not there. Only listed files are ever read.',
    causes: ['The copy left out some files under data/.', 'A lifecycle rule has deleted them.'],
    state: NOTHING_DONE,
    next: [COPY_AGAIN, INSPECT],
  },
  EXPORT_COUNT_MISMATCH: {
    title: 'a file has another number of items',
    meaning:
      'A data file of the export holds more or fewer lines than its manifest states, though it can be read to its end.',
    causes: ['The file was changed, and the manifest with it.', 'The manifest is of another export.'],
    state: LOAD_FAILED,
    next: [COPY_AGAIN, INSPECT, CANCEL],
  },
  EXPORT_KIND_UNSUPPORTED: {
    title: 'this kind of export cannot be loaded',
    meaning: 'The manifest has a version, a format, a type or a view that this version of sluice does not know.',
    causes: ['DynamoDB writes something new.', 'The summary was edited, or written by another tool.'],
    state: NOTHING_DONE,
    next: [advice('Use a newer version of sluice, or export the table again with --export-format DYNAMODB_JSON.')],
  },
  EXPORT_TABLE_MISMATCH: {
    title: 'the export is of a table that feeds none here',
    meaning: 'No table (or not the one that --table names) has the exported table as its source.dynamodb.',
    causes: [
      'It is the export of another table.',
      'The source.dynamodb of the definition is misspelt, or names the table of another environment.',
    ],
    state: NOTHING_DONE,
    next: [run('sluice lake show', 'which table is fed by which source'), INSPECT],
  },
  EXPORT_FILE_UNREADABLE: {
    title: 'listed files cannot be read',
    meaning: 'The manifest lists data files that are there, and that could not be opened or read to their end.',
    causes: ['Their permissions keep you out.', 'They are encrypted with a key that you may not use.'],
    state: NOTHING_DONE,
    next: [INSPECT, advice('Get read access to the named files, and to their key, then run the same command again.')],
  },
  EXPORT_RANGE_INVALID: {
    title: 'the time of an export makes no sense',
    meaning:
      'The summary of an incremental export ends before it begins, or states no range; or that of a full export states no instant.',
    causes: ['The summary was edited, or put together by another tool.'],
    state: NOTHING_DONE,
    next: [INSPECT, advice('Copy the export again from its bucket, or export that stretch of time once more.')],
  },
  EXPORT_CHAIN_GAP: {
    title: 'changes between two exports are missing',
    meaning:
      'The exports, together with those that are loaded, leave a stretch of time after the full export whose changes no export holds. Items that were changed or deleted in it would stay as they were.',
    causes: [
      'An incremental export was not made, is not finished, or was not named.',
      'The first incremental export begins after the instant of the full one.',
      'Point-in-time recovery was off for a while: that stretch cannot be exported any more.',
    ],
    state: NOTHING_DONE,
    next: [
      run('sluice backfill status', 'which exports stand'),
      advice(
        'Export the stretch that the message names, and load it with the others. Where it is gone, make a new full export.',
      ),
      advice('--allow-gap loads without it; status, verify and every later plan say so.'),
    ],
  },
  EXPORT_CHAIN_MIXED: {
    title: 'exports of different kinds in one load',
    meaning: 'The exports of one load must be of one table of one account, and of one format.',
    causes: ['The prefix holds exports of several tables.', 'Some exports are DynamoDB JSON and some are Ion.'],
    state: NOTHING_DONE,
    next: [INSPECT, advice('Choose a table with --table, or load the exports one by one.')],
  },
  EXPORT_CHAIN_TWO_FULLS: {
    title: 'two full exports in one load',
    meaning:
      'A chain is one full export and the incremental ones after it. With two nobody can tell which one is meant.',
    causes: ['The prefix of --chain holds the full exports of several days.'],
    state: NOTHING_DONE,
    next: [INSPECT, advice('Name the newest full export and what follows it, each with --export.')],
  },
  KEY_MOVED: {
    title: 'keys changed their partition unseen',
    meaning:
      'The table says that a key never changes its partition, and some did. An older row would show, beside the new one or in place of a delete, because no image says where it lies.',
    causes: [
      'The attribute that the partition is made of was changed, or was filled in later.',
      'The incremental export was made with NEW_IMAGE.',
      'The full export was taken in the middle of the window: old images are of its begin.',
    ],
    state: 'The rows are staged, and no reader sees them. What was visible before still is.',
    next: [
      run('sluice ops list', 'the load that stopped; cancel it with ops cancel'),
      advice('Load into a table of another name whose partition says immutable: false.'),
    ],
  },
  STREAM_EVENT_INVALID: {
    title: 'a line is no event of a DynamoDB stream',
    meaning:
      'Every line of the input must be a record of a DynamoDB stream, or an event with Records as a function gets it.',
    causes: ['The file is an export, or of another service.', 'The file was cut.'],
    state: NOTHING_DONE,
    next: [advice('Look at the line that the message names; take it out, or get the events again.')],
  },
  EXPORT_TABLE_RECREATED: {
    title: 'the exported table is not the one of before',
    meaning:
      'The export is of a DynamoDB table with the right name but another table id than the loads that stand: the table was deleted and made again.',
    causes: [
      'The table was recreated, or restored under its old name.',
      'The export is from another account or region.',
    ],
    state: NOTHING_DONE,
    next: [
      INSPECT,
      run('sluice backfill status', 'which exports stand'),
      advice(
        'Load it into a lake of its own, or take the loads of the older table back first: sluice ops undo OPERATION',
      ),
    ],
  },
  EXPORT_NOT_LOADED: {
    title: 'the table holds no data yet',
    meaning: 'The question needs rows, and no load of this table stands: none was made, or all were taken back.',
    causes: ['The lake is new.', 'The loads were undone.', 'Another environment than the loaded one is chosen.'],
    state: 'Nothing was changed.',
    next: [
      run('sluice backfill status', 'what is loaded here'),
      run('sluice backfill plan --export FOLDER', 'plan a load'),
    ],
  },
  EXPORT_FILE_BROKEN: {
    title: 'a data file cannot be read to its end',
    meaning: 'The gzip data of a file of the export is damaged or cut.',
    causes: ['A cut or damaged copy that was made after the files were checked.', 'A failing disk.'],
    state: LOAD_FAILED,
    next: [COPY_AGAIN, INSPECT, RESUME],
  },
  EXPORT_LINE_INVALID: {
    title: 'a line of the export is no item',
    meaning:
      'A line is not readable as JSON, or holds no Item. The error names file and line, never the text: it is data.',
    causes: ['It is not a full export in DYNAMODB_JSON.', 'The file was edited.'],
    state: LOAD_FAILED,
    next: [INSPECT, advice('See the line: gzip -dc FILE | sed -n LINEp'), SET_ASIDE, CANCEL],
  },
  EXPORT_ITEM_WITHOUT_KEY: {
    title: 'items have no readable key',
    meaning:
      'Items of the export give NULL for a key column of the table. A row without a key could never be found, updated or erased.',
    causes: [
      'The key columns of the definition are mapped from other attributes than the keys of the exported table.',
      'Several kinds of items share the DynamoDB table, and only some are meant.',
    ],
    state: LOAD_FAILED,
    next: [run('sluice lake show', 'compare key and columns with the exported table'), SET_ASIDE, CANCEL],
  },
  EXPORT_KEY_DUPLICATE: {
    title: 'two items of one export have the same key',
    meaning:
      'Within one export every key occurs once. Here two items map to the same key of the table, and one would hide the other.',
    causes: [
      'The key of the definition is only a part of the key of the exported table (its sort key is missing).',
      'A derived key column is not unique, e.g. after lower.',
    ],
    state: LOAD_FAILED,
    next: [run('sluice lake show', 'compare key and columns with the exported table'), CANCEL],
  },
  MAPPING_ERROR: {
    title: 'items break a rule that says error',
    meaning:
      'A column has the policy error for missing, inexact or wrongly typed values, and items of the export have such values.',
    causes: ['The data is not as the definition expects.', 'The policy is stricter than it should be.'],
    state: LOAD_FAILED,
    next: [advice('Set the policy of that column to quarantine, or correct the mapping, and load anew.'), CANCEL],
  },
  COLUMN_NARROWED: {
    title: 'a column has a type that loses stored values',
    meaning:
      'The definition gives a column another type than the loads that stand were stored with, and an engine that reads them by the new one would change values (fewer decimals, a day instead of a time, a double instead of an exact number) or fail on those that do not fit.',
    causes: ['The type of a column was changed after data had been loaded.'],
    state: NOTHING_DONE,
    next: [
      advice('Keep the type of the column, or add a column of another name.'),
      run('sluice lake show', 'the columns as they are defined now'),
      run('sluice backfill status', 'which loads stand'),
    ],
  },
  LAYOUT_CHANGED: {
    title: 'key or partition changed under standing loads',
    meaning:
      'The definition names another key, or divides the table in another way, than the loads that stand were made with. Their rows would be looked for where they are not, and keys would show twice or not at all.',
    causes: ['The key or the partition of the table was changed after data had been loaded.'],
    state: NOTHING_DONE,
    next: [
      advice('Change the definition back, or give the table with the new layout another name.'),
      run('sluice backfill status', 'which loads stand'),
      run('sluice ops undo OPERATION', 'takes one back; without any the layout is free'),
    ],
  },
  VANISHED_TOO_MANY: {
    title: 'the load would remove too many keys',
    meaning:
      'Keys that stand are not in the new export, and their share is above max_vanished of the table. Admitting the load would make them vanish from the current view.',
    causes: [
      'It is the export of another, smaller or emptied table.',
      'The key is mapped from another attribute than before.',
      'Many items really were deleted.',
    ],
    state:
      'Nothing of the load is visible, and what stood before still stands. Its rows stay staged, so that the operation can go on.',
    next: [
      advice('Compare the numbers of the error with what you expect.'),
      advice('When they are right: sluice ops resume OPERATION --allow-vanished NUMBER'),
      CANCEL,
    ],
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>
