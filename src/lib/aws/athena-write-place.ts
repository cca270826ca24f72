import type {WorkGroup} from '@aws-sdk/client-athena'
import type {EngineFault} from '../ports/parquet-engine.js'
import {encryptsOtherwise} from '../ports/workgroup-writes.js'
import type {AthenaStatements} from './athena-statements.js'
import {resultEncryption} from './athena-workgroup.js'
import type {Encryption} from './client-settings.js'

/** Whether rows can be written by statements of a workgroup: seen again afterwards, and encrypted as they must be. */
export class AthenaWritePlace {
  constructor(
    private readonly statements: AthenaStatements,
    private readonly encryption: Encryption,
  ) {}

  async fault(): Promise<EngineFault | null> {
    return faultOf(await this.statements.workgroup(), this.encryption)
  }
}

function faultOf({Name: workgroup, Configuration: found}: WorkGroup, encryption: Encryption): EngineFault | null {
  if (found?.ManagedQueryResultsConfiguration?.Enabled === true) {
    return {
      text: `The workgroup ${workgroup} has Athena keep its results, and nothing then names the objects that a statement wrote.`,
      remedy: 'Name a workgroup with a place of results in the definition',
    }
  }
  const isEnforced = found?.EnforceWorkGroupConfiguration === true
  const own = resultEncryption(found?.ResultConfiguration?.EncryptionConfiguration)
  if (!encryptsOtherwise({isEnforced, encryption: own}, encryption)) return null
  return {
    text: `The workgroup ${workgroup} encrypts whatever is written ${own === null ? 'as the bucket does' : `by ${own}`}, the environment says ${encryption}.`,
    remedy: `Set the encryption of results of the workgroup to ${encryption}, or let it follow its clients`,
  }
}
