const DEFAULTS = {
  /** DescribeExport calls that still see IN_PROGRESS. */
  describesBeforeCompletion: 1,
  /** AWS: 15 minutes; tests may ask for less. */
  minimumWindowSeconds: 900,
  /** Data files of an export, as one for each partition of the table; some may be empty. */
  files: 4,
  /** `md5` as real exports have it, or `checksum` as the guide says. */
  checksumSuffix: 'md5',
  /** {code, message} of exports that shall fail. */
  failWith: null,
}

/** What tests set about exports, for all tables (`*`) or for one. */
export class ExportSettings {
  #byTable = new Map([['*', {}]])

  of(table) {
    return {...DEFAULTS, ...this.#byTable.get('*'), ...this.#byTable.get(table)}
  }

  set(table, wish) {
    const unknown = Object.keys(wish).find((name) => !(name in DEFAULTS))
    if (unknown !== undefined) throw new Error(`No setting "${unknown}": ${Object.keys(DEFAULTS).join(', ')}, now.`)
    this.#byTable.set(table, {...this.#byTable.get(table), ...wish})
  }
}
