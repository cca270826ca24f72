import type {Clock, Host} from '../ports/clock.js'

export interface FolderObjectStoreOptions {
  /** Absolute folder; made with the first write. */
  readonly root: string
  /** Keep replaced and deleted objects as old versions. */
  readonly versioned?: boolean
  /** Refuse every change. */
  readonly readOnly?: boolean
  /** Objects under this prefix can be read by their owner only. */
  readonly privatePrefix?: string
  readonly clock?: Clock
  readonly host?: Host
}
