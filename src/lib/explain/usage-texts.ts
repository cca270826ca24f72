import type {ErrorCode} from '../errors.js'
import {advice, NOTHING_DONE, run, type Explanation} from './explanation.js'

/** The command line, the confirmation and the lake definition. */
export const USAGE_TEXTS = {
  USAGE: {
    title: 'the command line cannot be understood',
    meaning: 'A flag, an argument or a value is missing, unknown, or does not fit the others.',
    causes: [
      'A misspelt flag, or a value of the wrong form (dates are 2026-01-04, sizes 2GB, shares 0.05).',
      'Two flags that exclude each other, as --json and --output.',
      'Several operations or tables could be meant, and none is named.',
      'A change in a protected environment without --reason.',
    ],
    state: NOTHING_DONE,
    next: [run('sluice COMMAND --help', 'every flag of a command, with examples')],
  },
  COMMAND_UNKNOWN: {
    title: 'there is no such command',
    meaning: 'The first words of the command line name no command of sluice.',
    causes: ['A typing error; the error names the command that is nearest.', 'A command of another version.'],
    state: NOTHING_DONE,
    next: [run('sluice --help', 'every topic and command'), run('sluice --version', 'which version this is')],
  },
  CONFIRMATION_REQUIRED: {
    title: 'the change was not confirmed',
    meaning:
      'The command changes something that cannot be taken for granted, and nobody said yes: it was answered with no, there is no terminal to ask on, or the confirmation names another lake.',
    causes: [
      'It ran in a script, a pipe or with --json, where no question can be asked.',
      'The environment is protected: it takes the name of the lake, and --yes alone is refused.',
      '--confirm names another lake than the one that would be changed.',
    ],
    state: NOTHING_DONE,
    next: [
      advice('Repeat it with --dry-run where the command has it, and read what it would do.'),
      advice('Repeat it with --yes; in a protected environment with --yes --confirm LAKE --reason "why".'),
    ],
  },
  DEFINITION_NOT_FOUND: {
    title: 'there is no lake definition here',
    meaning: 'No sluice.yaml was found where --lake or SLUICE_LAKE says, or here and in the folders above.',
    causes: [
      'The command ran in another folder than the lake.',
      'SLUICE_LAKE names a file that has moved.',
      'The file may not be read by this user.',
    ],
    state: NOTHING_DONE,
    next: [
      run('sluice init --blueprint claims', 'start a lake in this folder'),
      advice('Or name the file: --lake path/to/sluice.yaml'),
    ],
  },
  DEFINITION_INVALID: {
    title: 'the lake definition has mistakes',
    meaning:
      'The definition, sluice.yaml and its blueprint together, is no valid lake. Every mistake is listed with line and fix.',
    causes: [
      'A misspelt key, an unknown type or expression, a column that is not there.',
      'A blueprint column that was removed while something still uses it.',
    ],
    state: NOTHING_DONE,
    next: [
      run('sluice lake check', 'all mistakes of all environments'),
      run('sluice lake show', 'the complete definition, once it is valid'),
    ],
  },
  DEFINITION_EXISTS: {
    title: 'a lake definition stands here already',
    meaning: 'There is a sluice.yaml, and sluice init never replaces one.',
    causes: ['The lake was started before.'],
    state: 'Nothing was changed; the standing definition is as it was.',
    next: [
      run('sluice lake check', 'check the one that stands'),
      run('sluice init ./another-folder', 'start another lake'),
    ],
  },
  BLUEPRINT_UNKNOWN: {
    title: 'there is no such blueprint',
    meaning: 'The definition, or --blueprint of sluice init, names a ready definition that this version does not have.',
    causes: ['A typing error.', 'A blueprint of a newer version.'],
    state: NOTHING_DONE,
    next: [advice('Use one of the names that the error lists.')],
  },
  ENVIRONMENT_UNKNOWN: {
    title: 'the lake has no such environment',
    meaning: '--env, SLUICE_ENV or default names an environment that the definition does not have.',
    causes: ['A typing error.', 'SLUICE_ENV is set for another lake.'],
    state: NOTHING_DONE,
    next: [
      advice('Use one of the names that the error lists: --env NAME'),
      run('sluice lake show', 'the definition for its default environment'),
    ],
  },
  TABLE_UNKNOWN: {
    title: 'there is no such table',
    meaning: 'The definition, or the catalog, has no table of this name.',
    causes: [
      'A typing error; names are exact and in lower case.',
      'The table was never loaded: the catalog learns of it with the first load.',
    ],
    state: NOTHING_DONE,
    next: [run('sluice lake show', 'the tables of the definition'), run('sluice status', 'which of them hold data')],
  },
  KPI_UNKNOWN: {
    title: 'there is no such KPI',
    meaning: 'The definition has no key figure of this name.',
    causes: ['A typing error.', 'The blueprint in use has other KPIs.'],
    state: NOTHING_DONE,
    next: [run('sluice kpi list', 'the KPIs of this lake')],
  },
  NOT_IN_LOCAL: {
    title: 'a local lake has no such thing',
    meaning: 'The command works on a service that a lake in a local folder does not have.',
    causes: ['The default environment is local and another one was meant.'],
    state: NOTHING_DONE,
    next: [advice('Name an environment on AWS: --env NAME')],
  },
  NOT_IN_THIS_ENVIRONMENT: {
    title: 'this environment or place cannot be reached',
    meaning: 'The environment, or the place of an export, is of a kind that this version cannot work with.',
    causes: [
      'An AWS environment lacks a place that the command needs: state, database, workgroup or results.',
      'An export is named by its s3:// address, and the environment is a local one.',
    ],
    state: NOTHING_DONE,
    next: [
      run('sluice lake show', 'the environment as it is defined'),
      advice('Choose another environment: --env NAME'),
    ],
  },
  KEY_INVALID: {
    title: 'a name is refused by the store',
    meaning: 'The key of an object, or a name in the catalog, could leave its folder or cannot be held by every store.',
    causes: [
      'Parts like .. or an absolute path in a manifest or plan.',
      'A table name with other characters than a-z, 0-9 and _.',
      'A symbolic link inside the lake: none is followed.',
    ],
    state:
      'The object was neither read nor written. Where an operation was running, it stands as failed and can be resumed.',
    next: [advice('Correct the name that the error shows.'), run('sluice ops list', 'whether an operation waits')],
  },
  FOLDER_NOT_EMPTY: {
    title: 'the folder to write to is not empty',
    meaning: 'A sample export never lands among other files.',
    causes: ['An earlier sample is in it.', 'An earlier one was interrupted and left its first files.'],
    state: NOTHING_DONE,
    next: [advice('Choose another folder with --out, or empty this one.')],
  },
  QUERY_INVALID: {
    title: 'the SQL cannot run',
    meaning:
      'A statement names tables or columns that are not there, has a wrong type or syntax, or is not one SELECT. For a KPI: its answer lacks what a KPI must have.',
    causes: [
      'A name that is not in the definition.',
      'More than one statement, or one that changes something.',
      'A function or a file name in FROM: a query reads the tables of the lake and nothing else.',
      'A KPI without numerator and denominator, or with two rows that no currency tells apart.',
    ],
    state: 'Nothing was changed: queries only read.',
    next: [run('sluice lake show', 'tables, columns and KPIs as they are'), advice('Correct the statement.')],
  },
  PARTITION_FILTER_MISSING: {
    title: 'the query would read every partition',
    meaning:
      'No condition of the statement restricts the partitions of a table, so an engine would read all of them, or nobody can tell how much it would read. On AWS, or with --require-partition, that is refused.',
    causes: [
      'WHERE has no condition on a partition column of the table, or has it in another SELECT than the one that reads the table.',
      'The partition column stands in a function or a CAST, or in an OR with another column: no engine can prune by that.',
      'A view reads a table of another database or one outside of the lake, whose size is not known here.',
    ],
    state: 'Nothing was run and nothing was charged.',
    next: [
      run('sluice query "…" --dry-run', 'every scan with the partitions that it reads'),
      advice("Compare the partition columns with values: WHERE year = '2026' AND month = '01'."),
      advice('Pass --allow-full-scan where every partition is what you want.'),
    ],
  },
  COST_EXCEEDED: {
    title: 'it would cost more than --max-cost',
    meaning: 'The estimate of the plan is above the limit that was given with --max-cost or SLUICE_MAX_COST.',
    causes: ['There is more to read or write than was expected.', 'What a query reads is of unknown size.'],
    state: NOTHING_DONE,
    next: [advice('Read the plan with --dry-run, then do less or raise --max-cost.')],
  },
  RESOURCES_SHORT: {
    title: 'the machine has too little room for it',
    meaning:
      'The load needs more temporary space, room for the lake, or memory than there is or than it was allowed. The error names the number that is missing.',
    causes: [
      'A disk that is nearly full: staged files need about as much as the compressed export.',
      'A small --memory or --max-temp-bytes, or a small container.',
      'Very many partitions: their rows are written twice, and need their space twice for a while.',
    ],
    state: NOTHING_DONE,
    next: [
      run('sluice backfill plan --export FOLDER', 'what it needs, and what is missing'),
      advice('Name a larger disk with --temp-dir, or allow more with --memory or --max-temp-bytes.'),
      run('sluice ops gc --dry-run', 'what could be deleted from the lake'),
    ],
  },
} as const satisfies Partial<Record<ErrorCode, Explanation>>
