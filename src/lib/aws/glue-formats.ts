import type {StorageDescriptor, Table} from '@aws-sdk/client-glue'

export type TableFormat = 'parquet' | 'json'

const HIVE = 'org.apache.hadoop.hive.ql.io'
const OPENX_JSON = 'org.openx.data.jsonserde.JsonSerDe'
const HIVE_JSON = ['org.apache.hive.hcatalog.data.JsonSerDe', 'org.apache.hadoop.hive.serde2.JsonSerDe']

const STORAGE: Readonly<Record<TableFormat, StorageDescriptor>> = {
  parquet: {
    InputFormat: `${HIVE}.parquet.MapredParquetInputFormat`,
    OutputFormat: `${HIVE}.parquet.MapredParquetOutputFormat`,
    SerdeInfo: {
      SerializationLibrary: `${HIVE}.parquet.serde.ParquetHiveSerDe`,
      Parameters: {'serialization.format': '1'},
    },
  },
  json: {
    InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    OutputFormat: `${HIVE}.HiveIgnoreKeyTextOutputFormat`,
    // a broken line stops a query: as a row of NULLs nobody would see it
    SerdeInfo: {SerializationLibrary: OPENX_JSON, Parameters: {'ignore.malformed.json': 'false'}},
  },
}

/** Storage and parameters of a table of this format; the rest of a standing descriptor is kept. */
export function formatStorage(
  format: TableFormat,
  standing: StorageDescriptor | undefined,
): {descriptor: StorageDescriptor; parameters: Record<string, string>} {
  return {
    descriptor: {Compressed: false, NumberOfBuckets: -1, ...standing, ...STORAGE[format]},
    parameters: {EXTERNAL: 'TRUE', classification: format},
  }
}

/** Null for a format that sluice does not read, and for a table whose objects only its engine may list. */
export function formatOf(table: Table): TableFormat | null {
  if (engineOf(table) !== null) return null
  const serde = table.StorageDescriptor?.SerdeInfo?.SerializationLibrary
  if (serde === STORAGE.parquet.SerdeInfo?.SerializationLibrary) return 'parquet'
  return serde !== undefined && [OPENX_JSON, ...HIVE_JSON].includes(serde) ? 'json' : null
}

/** The table format, like Iceberg, that keeps its own list of objects; null for a plain table. */
export function engineOf({Parameters: parameters = {}}: Table): string | null {
  const names = [parameters['table_type'], parameters['spark.sql.sources.provider']]
  return names.find((name) => /^(iceberg|delta|hudi)$/i.test(name ?? ''))?.toLowerCase() ?? null
}

/** Why sluice does not write a table, as the end of a sentence; null where it does. */
export function faultOfTable(table: Table): string | null {
  if (table.TargetTable !== undefined) {
    const {DatabaseName: database = '', Name: name = ''} = table.TargetTable
    return `is a link to ${database}.${name}`
  }
  const engine = engineOf(table)
  if (engine !== null) return `is a table of ${engine}, which keeps its own list of objects`
  if (table.FederatedTable !== undefined) return 'is a table of another catalog'
  if (table.IsMaterializedView === true) return 'is a materialized view'
  return table.IsMultiDialectView === true ? 'is a view of several dialects' : null
}
