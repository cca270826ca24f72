import {dirname} from 'node:path'
import pMap from 'p-map'
import {checkLake, type LakeDefinition} from '../lake/index.js'
import {isResumable, listLocks, listOperationIds, readOperation, type OperationPorts} from '../operation/index.js'
import {pass, warn} from './verdicts.js'
import type {Check, Verdict} from './types.js'

const READS_AT_ONCE = 8

/** The definition itself: that it is sound is proven by being here. */
export function definitionCheck(definition: LakeDefinition, asOf: Date): Check {
  const {file, environment, environments} = definition
  const others = environments.filter((name) => name !== environment.name)
  return {
    group: 'definition',
    name: 'definition',
    of: file,
    look: async () => {
      const request = {file, environment: environment.name, workingFolder: dirname(file), variables: {}, now: asOf}
      const {warnings, tables} = await checkLake(request)
      const own = warnings.filter(({path}) => !others.some((name) => isOf(path, name)))
      if (own.length > 0) return own.map(({path, message}) => ({...warn(message, 'sluice lake check'), of: path}))
      return pass(`${tables.length} ${tables.length === 1 ? 'table' : 'tables'}, sound`)
    },
  }
}

function isOf(path: string, environment: string): boolean {
  return path === `environments.${environment}` || path.startsWith(`environments.${environment}.`)
}

/** Operations that were begun and left, and locks of processes that are gone. */
export function operationsCheck(ports: Pick<OperationPorts, 'store' | 'host'>): Check {
  return {
    group: 'operations',
    name: 'unfinished operations',
    of: ports.store.uri,
    look: async () => {
      const ids: string[] = []
      for await (const id of listOperationIds(ports.store)) ids.push(id)
      const records = await pMap(ids, (id) => readOperation(ports.store, id), {concurrency: READS_AT_ONCE})
      const running = (await listLocks(ports)).filter(({fate}) => fate !== 'gone').map(({operation}) => operation)
      const open = records.filter(({state}) => isResumable(state) || state === 'undoing')
      const waiting = open.filter(({header}) => !running.includes(header.operation))
      if (waiting.length > 0) return waiting.map(({header, state}) => waits(header.operation, header.kind, state))
      return pass(`none of ${ids.length} waits`)
    },
  }
}

function waits(operation: string, kind: string, state: string): Verdict {
  const verb = state === 'undoing' ? 'undo' : 'resume'
  return {...warn(`${kind} is ${state}`, `sluice ops ${verb} ${operation}`), of: operation}
}
