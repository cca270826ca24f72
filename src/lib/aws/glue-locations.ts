/** Translates between key prefixes of the lake's object store and the `s3://` addresses that Glue keeps. */
export interface GlueLocations {
  uriOf(keyPrefix: string): string
  /** Null for an address outside of the lake. */
  prefixOf(uri: string): string | null
}

/**
 * A location as the port shows it: a key prefix, or the whole address ending in `/` when it is not below the lake,
 * because somebody else pointed the table or partition there.
 */
export function shownLocation(uri: string, locations: GlueLocations): string {
  const plain = uri.replace(/^s3[an]:\/\//, 's3://')
  const folder = plain.endsWith('/') ? plain : `${plain}/`
  return locations.prefixOf(folder) ?? folder
}

/** The address to write; a standing one that means the same place is kept letter for letter. */
export function storedLocation(location: string, standing: string | undefined, locations: GlueLocations): string {
  if (standing !== undefined && standing !== '' && shownLocation(standing, locations) === location) return standing
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location) ? location : locations.uriOf(location)
}
