import {addPartitions, createDatabase, dropDatabase, dropPartitions, setProperties} from './glue-changes.mjs'
import {bareName, literal, NAME, quoted, statement, tableOf} from './sql-text.mjs'
import {invalid} from './athena-errors.mjs'

/** Hive DDL that Trino does not know: done by Glue calls or asked of Trino's own tables. */
export const catalogStatements = [
  {
    pattern: statement(`MSCK REPAIR TABLE ${NAME}`),
    translate(found, query, {hive}) {
      const {database, table} = tableOf(found[1], query.database)
      const call = `CALL ${hive}.system.sync_partition_metadata(${literal(database)}, ${literal(table)}, 'ADD')`
      return {kind: 'DDL', name: 'MSCK_REPAIR_TABLE', steps: [call]}
    },
  },
  {
    pattern: statement(`ALTER TABLE ${NAME} ADD( IF NOT EXISTS)? (PARTITION.*)`),
    translate: (found, query, {glue}) => ({
      kind: 'DDL',
      name: 'ALTER_TABLE_ADD_PARTITION',
      steps: [() => addPartitions(glue, tableOf(found[1], query.database), found[3], found[2] !== undefined)],
    }),
  },
  {
    pattern: statement(`ALTER TABLE ${NAME} DROP( IF EXISTS)? (PARTITION.*)`),
    translate: (found, query, {glue}) => ({
      kind: 'DDL',
      name: 'ALTER_TABLE_DROP_PARTITION',
      steps: [() => dropPartitions(glue, tableOf(found[1], query.database), found[3], found[2] !== undefined)],
    }),
  },
  {
    pattern: statement(`ALTER TABLE ${NAME} SET TBLPROPERTIES ?\\((.*)\\)`),
    translate: (found, query, {glue}) => ({
      kind: 'DDL',
      name: 'ALTER_TABLE_SET_TBLPROPERTIES',
      steps: [() => setProperties(glue, tableOf(found[1], query.database), found[2])],
    }),
  },
  {
    pattern: statement(`SHOW PARTITIONS ${NAME}`),
    translate(found, query) {
      const {database, table} = tableOf(found[1], query.database)
      const steps = [`SELECT * FROM ${quoted(database)}.${quoted(`${table}$partitions`)}`]
      return {kind: 'DDL', name: 'SHOW_PARTITIONS', steps, shape: 'partitions'}
    },
  },
  {
    pattern: statement('SHOW (?:DATABASES|SCHEMAS)(.*)'),
    translate: (found, _query, {hive}) => ({
      kind: 'DDL',
      name: 'SHOW_DATABASES',
      steps: [`SHOW SCHEMAS FROM ${hive}${found[1].includes("'") ? found[1] : ''}`],
    }),
  },
  {
    pattern: statement(`SHOW TABLES(?: (?:IN|FROM) ${NAME})?(?: '([^']*)')?`),
    translate(found, query, {hive}) {
      const like =
        found[2] === undefined ? '' : ` AND regexp_like(table_name, ${literal(`^${found[2].replace(/\*/g, '.*')}$`)})`
      const schema = literal(bareName(found[1] ?? query.database))
      const tables = `SELECT table_name AS tab_name FROM ${hive}.information_schema.tables WHERE table_schema = ${schema}${like}`
      return {kind: 'DDL', name: 'SHOW_TABLES', steps: [`${tables} ORDER BY 1`]}
    },
  },
  {
    pattern: statement(`CREATE (?:DATABASE|SCHEMA)( IF NOT EXISTS)? ${NAME}(.*)`),
    translate(found, _query, {glue}) {
      const location = /LOCATION\s+'([^']+)'/i.exec(found[3])?.[1]
      const step = () => createDatabase(glue, bareName(found[2]), location, found[1] !== undefined)
      return {kind: 'DDL', name: 'CREATE_DATABASE', steps: [step]}
    },
  },
  {
    pattern: statement(`DROP (?:DATABASE|SCHEMA)( IF EXISTS)? ${NAME}(?: CASCADE| RESTRICT)?`),
    translate: (found, _query, {glue}) => ({
      kind: 'DDL',
      name: 'DROP_DATABASE',
      steps: [() => dropDatabase(glue, bareName(found[2]), found[1] !== undefined)],
    }),
  },
  {
    pattern: statement('CREATE EXTERNAL TABLE.*'),
    translate: () =>
      invalid('The lab does not translate CREATE EXTERNAL TABLE: use CreateTable of Glue.', 'NOT_SUPPORTED'),
  },
  {
    pattern: statement(`(?:DESCRIBE|DESC)(?: FORMATTED| EXTENDED)? ${NAME}`),
    translate(found, query) {
      const {database, table} = tableOf(found[1], query.database)
      return {kind: 'UTILITY', name: 'DESCRIBE', steps: [`DESCRIBE ${quoted(database)}.${quoted(table)}`]}
    },
  },
]
