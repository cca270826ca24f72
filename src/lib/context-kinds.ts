import {SluiceError} from './errors.js'
import type {AnyOperationKind} from './operation/types.js'

/** Every kind of operation, loaded when it is met. */
export async function operationKind(name: string): Promise<AnyOperationKind> {
  const kinds: Record<string, () => Promise<unknown>> = {
    'backfill.load': async () => (await import('./backfill/load-kind.js')).loadKind,
    'compact.beside': async () => (await import('./compact/beside-kind.js')).besideKind,
    'compact.swap': async () => (await import('./compact/swap-kind.js')).swapKind,
    'partitions.sync': async () => (await import('./partitions/sync-kind.js')).syncKind,
    'compact.iceberg': async () => (await import('./compact/iceberg-kind.js')).icebergKind,
    'compact.in-place': async () => (await import('./compact/in-place-kind.js')).inPlaceKind,
  }
  const load = kinds[name]
  if (load === undefined) {
    throw new SluiceError('FORMAT_UNKNOWN', `This version knows no operation ${name}.`, {
      fix: 'Use the version of sluice that wrote it, or a newer one.',
    })
  }
  return (await load()) as AnyOperationKind
}
