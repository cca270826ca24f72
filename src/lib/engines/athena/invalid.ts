import {SluiceError} from '../../errors.js'
import type {SqlPosition} from '../../ports/query-engine.js'

/** The error of a statement that cannot run, with the place where that shows. */
export function invalid(
  message: string,
  position: SqlPosition | null,
  fix: string,
  more: {readonly details?: Readonly<Record<string, unknown>>; readonly cause?: unknown} = {},
): SluiceError {
  const details = {...(position === null ? {} : {position}), ...more.details}
  return new SluiceError('QUERY_INVALID', message, {
    fix,
    ...(Object.keys(details).length === 0 ? {} : {details}),
    ...(more.cause === undefined ? {} : {cause: more.cause}),
  })
}
