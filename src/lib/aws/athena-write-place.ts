import type {WorkGroup} from '@aws-sdk/client-athena'
import type {EngineFault} from '../ports/parquet-engine.js'
import {encryptsOtherwise} from '../ports/workgroup-writes.js'
import {findWorkgroup, resultEncryption} from './athena-workgroup.js'
import {clientConfiguration, type AwsSettings} from './client-settings.js'

/** Whether rows can be written by statements of a workgroup: seen again afterwards, and encrypted as they must be. */
export class AthenaWritePlace {
  private looked: Promise<EngineFault | null> | null = null

  constructor(
    private readonly settings: AwsSettings,
    private readonly workgroup: string,
  ) {}

  /** Asked once; a look that failed is repeated. */
  fault(): Promise<EngineFault | null> {
    this.looked ??= this.look()
    this.looked.catch(() => (this.looked = null))
    return this.looked
  }

  private async look(): Promise<EngineFault | null> {
    const {AthenaClient} = await import('@aws-sdk/client-athena')
    const client = new AthenaClient(clientConfiguration(this.settings, 'athena'))
    try {
      return faultOf(this.workgroup, await findWorkgroup(client, this.workgroup), this.settings)
    } finally {
      client.destroy()
    }
  }
}

function faultOf(workgroup: string, {Configuration: found}: WorkGroup, {encryption}: AwsSettings): EngineFault | null {
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
