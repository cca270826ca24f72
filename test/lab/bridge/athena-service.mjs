import {GlueClient} from '@aws-sdk/client-glue'
import {S3Client} from '@aws-sdk/client-s3'
import {jsonAnswer} from '../gateway/answers.mjs'
import {clientSettings} from '../gateway/lab-settings.mjs'
import {AthenaRefusal} from './athena-errors.mjs'
import {PreparedStatements} from './prepared-statements.mjs'
import {Queries} from './queries.mjs'
import {QueryFaults} from './query-faults.mjs'
import {WorkGroups} from './work-groups.mjs'

const OUTPUT = 's3://lab-results/athena/'

const dataCatalogs = {
  ListDataCatalogs: () => ({DataCatalogsSummary: [{CatalogName: 'AwsDataCatalog', Type: 'GLUE'}]}),
  GetDataCatalog: ({Name}) => ({DataCatalog: {Name, Type: 'GLUE'}}),
}

/** Athena's API on a Trino whose tables are those of the lab's Glue and S3. */
export function createAthenaService(settings) {
  const workGroups = new WorkGroups(OUTPUT)
  const preparedStatements = new PreparedStatements()
  const faults = new QueryFaults()
  const queries = new Queries({
    trinoUrl: settings.trinoUrl,
    // the Hive catalog is called as Athena calls its own: "AwsDataCatalog"."db"."table" then resolves
    hive: 'awsdatacatalog',
    iceberg: 'iceberg',
    glue: new GlueClient(clientSettings(settings)),
    s3: new S3Client({...clientSettings(settings), forcePathStyle: true}),
    workGroups,
    cutoffOf: workGroups.cutoffOf,
    preparedOf: preparedStatements.textsOf,
    faults,
  })
  const operations = {
    ...queries.operations,
    ...workGroups.operations,
    ...preparedStatements.operations,
    ...dataCatalogs,
  }
  return {
    pages: {'/__query-faults': faults.page},
    serves: (operation) => operation in operations,
    answer: (identity, body) => answer(operations[identity.operation], identity, body),
  }
}

async function answer(operation, identity, body) {
  try {
    return jsonAnswer(200, await operation(JSON.parse(body.toString('utf8') || '{}')))
  } catch (error) {
    if (!(error instanceof AthenaRefusal)) throw error
    const refusal = {__type: error.type, AthenaErrorCode: error.code, Message: error.message, message: error.message}
    return jsonAnswer(400, refusal, {'x-amzn-errortype': error.type})
  }
}
