/** A refusal of an export call, by its code. */
export class ExportRefusal extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

export function refuse(code, message) {
  throw new ExportRefusal(code, message)
}

const LONGEST_WINDOW_SECONDS = 24 * 3600

/** Refuses what DynamoDB would before an export exists. */
export function checkRequest(request, {table, settings, nowMicroseconds}) {
  if (table.pitrSince === null) {
    refuse('PointInTimeRecoveryUnavailableException', `Point in time recovery is not enabled for table '${table.name}'`)
  }
  if (request.ExportType === 'INCREMENTAL_EXPORT') checkWindow(request, {table, settings, nowMicroseconds})
  else if (request.ExportTime !== undefined) checkInstant('ExportTime', request.ExportTime, {table, nowMicroseconds})
}

function checkWindow({IncrementalExportSpecification: wish}, {table, settings, nowMicroseconds}) {
  if (wish?.ExportFromTime === undefined || wish.ExportToTime === undefined) {
    refuse('ValidationException', 'IncrementalExportSpecification needs ExportFromTime and ExportToTime')
  }
  const seconds = wish.ExportToTime - wish.ExportFromTime
  if (seconds < settings.minimumWindowSeconds || seconds > LONGEST_WINDOW_SECONDS) {
    refuse(
      'ValidationException',
      'The difference between ExportFromTime and ExportToTime must be between 15 minutes and 24 hours',
    )
  }
  for (const name of ['ExportFromTime', 'ExportToTime']) checkInstant(name, wish[name], {table, nowMicroseconds})
}

function checkInstant(name, seconds, {table, nowMicroseconds}) {
  const microseconds = seconds * 1_000_000
  if (microseconds > nowMicroseconds) refuse('InvalidExportTimeException', `${name} is in the future`)
  // DynamoDB counts in seconds: one that began before recovery was on is still refused, the same second is not
  if (Math.floor(seconds) < Math.floor(table.pitrSince / 1_000_000)) {
    refuse('InvalidExportTimeException', `${name} is before the earliest restorable time of table '${table.name}'`)
  }
}
