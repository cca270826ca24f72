import {invalid} from './athena-errors.mjs'

const DEFAULTS = {
  EnforceWorkGroupConfiguration: false,
  PublishCloudWatchMetricsEnabled: false,
  RequesterPaysEnabled: false,
  EngineVersion: {SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3'},
}

export class WorkGroups {
  #groups = new Map()

  constructor(output) {
    this.#add('primary', {ResultConfiguration: {OutputLocation: output}})
  }

  get(name) {
    return this.#groups.get(name) ?? invalid(`WorkGroup ${name} is not found.`)
  }

  cutoffOf = (name) => this.get(name).Configuration.BytesScannedCutoffPerQuery

  /** Where a query's result goes, with a closing slash. */
  outputOf(name, wished) {
    const {Configuration} = this.get(name)
    const own = Configuration.ResultConfiguration?.OutputLocation
    const output = Configuration.EnforceWorkGroupConfiguration ? own : (wished ?? own)
    return (
      output ??
      invalid(
        'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
      )
    ).replace(/\/*$/, '/')
  }

  operations = {
    GetWorkGroup: ({WorkGroup}) => ({WorkGroup: this.get(WorkGroup)}),
    ListWorkGroups: () => ({WorkGroups: [...this.#groups.values()].map(summary)}),
    CreateWorkGroup: ({Name, Configuration, Description}) => {
      if (this.#groups.has(Name)) invalid('WorkGroup is already created')
      this.#add(Name, Configuration, Description)
      return {}
    },
    UpdateWorkGroup: ({WorkGroup, ConfigurationUpdates = {}, State}) => {
      const group = this.get(WorkGroup)
      const {ResultConfigurationUpdates, RemoveBytesScannedCutoffPerQuery, ...updates} = ConfigurationUpdates
      Object.assign(group.Configuration, updates)
      if (RemoveBytesScannedCutoffPerQuery) delete group.Configuration.BytesScannedCutoffPerQuery
      if (ResultConfigurationUpdates !== undefined) {
        group.Configuration.ResultConfiguration = {
          ...group.Configuration.ResultConfiguration,
          ...ResultConfigurationUpdates,
        }
      }
      if (State !== undefined) group.State = State
      return {}
    },
    DeleteWorkGroup: ({WorkGroup}) => {
      if (WorkGroup === 'primary') invalid('The primary workgroup cannot be deleted.')
      this.get(WorkGroup)
      this.#groups.delete(WorkGroup)
      return {}
    },
  }

  #add(Name, Configuration = {}, Description) {
    const group = {Name, State: 'ENABLED', Description, CreationTime: Date.now() / 1000}
    this.#groups.set(Name, {...group, Configuration: {...structuredClone(DEFAULTS), ...Configuration}})
  }
}

function summary({Name, State, Description, CreationTime, Configuration}) {
  return {Name, State, Description, CreationTime, EngineVersion: Configuration.EngineVersion}
}
