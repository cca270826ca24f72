import type {AwsFacts, GlueTableFact} from '../ports/environment-facts.js'
import {errorName} from './aws-errors.js'
import {asking, type FactClients} from './facts-clients.js'
import {readCrawler} from './glue-crawlers.js'
import {faultOfTable} from './glue-formats.js'
import type {GlueLocations} from './glue-locations.js'
import {readTable} from './glue-table.js'

type GlueFacts = Pick<AwsFacts, 'database' | 'table' | 'partitionSample' | 'crawler'>

/** Addresses stay as Glue keeps them: nothing is relative to a lake here. */
const WHOLE: GlueLocations = {uriOf: (prefix) => prefix, prefixOf: () => null}

/** What Glue tells of databases, tables, partitions and crawlers. */
export function glueFacts(clients: FactClients): GlueFacts {
  const {options} = clients
  return {
    database: async (name) => {
      const {GetDatabaseCommand} = await import('@aws-sdk/client-glue')
      const glue = await clients.glue()
      const answer = await orNull('glue:GetDatabase', () =>
        glue.send(new GetDatabaseCommand({Name: name.toLowerCase()}), options),
      )
      if (answer === null) return null
      const target = answer.Database?.TargetDatabase
      return {link: target === undefined ? null : `${target.CatalogId ?? ''}.${target.DatabaseName ?? ''}`}
    },
    table: async (database, name) => {
      const {GetTableCommand} = await import('@aws-sdk/client-glue')
      const glue = await clients.glue()
      const get = new GetTableCommand({DatabaseName: database.toLowerCase(), Name: name})
      const answer = await orNull('glue:GetTable', () => glue.send(get, options))
      const table = answer?.Table
      if (table === undefined) return null
      const read = readTable(table, {database, locations: WHOLE})
      const fact: GlueTableFact = {
        kind: read.kind,
        fault: faultOfTable(table),
        isProjected: /^true$/i.test(table.Parameters?.['projection.enabled'] ?? ''),
        format: read.format,
        columns: read.columns,
        partitionColumns: read.partitionColumns,
        location: read.location,
        isGoverned: table.IsRegisteredWithLakeFormation === true,
      }
      return fact
    },
    partitionSample: async (database, table, limit) => {
      const {GetPartitionsCommand} = await import('@aws-sdk/client-glue')
      const glue = await clients.glue()
      const page = new GetPartitionsCommand({
        DatabaseName: database.toLowerCase(),
        TableName: table,
        MaxResults: limit,
        ExcludeColumnSchema: true,
      })
      const answer = await orNull('glue:GetPartitions', () => glue.send(page, options))
      const places = (answer?.Partitions ?? []).flatMap(({StorageDescriptor: storage}) => storage?.Location ?? [])
      return places.slice(0, limit).map((place) => (place.endsWith('/') ? place : `${place}/`))
    },
    crawler: async (name) => {
      const {GetCrawlerCommand} = await import('@aws-sdk/client-glue')
      const glue = await clients.glue()
      const answer = await orNull('glue:GetCrawler', () => glue.send(new GetCrawlerCommand({Name: name}), options))
      return answer?.Crawler === undefined ? null : readCrawler(name, answer.Crawler)
    },
  }
}

async function orNull<Answer>(action: string, call: () => Promise<Answer>): Promise<Answer | null> {
  return asking(action, async () => {
    try {
      return await call()
    } catch (error) {
      if (errorName(error) === 'EntityNotFoundException') return null
      throw error
    }
  })
}
