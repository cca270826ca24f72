import {HIVE_NULL_PARTITION} from '../ports/catalog.js'

/** Characters that Hive writes as %XX in a partition's folder (org.apache.hadoop.hive.common.FileUtils). */
// eslint-disable-next-line no-control-regex -- control characters are what Hive escapes
const HIVE_ESCAPED = /[\u0000-\u001f\u007f"#%'*/:=?\\{}[\]^]/g

/** A value in a partition's folder name by Hive's rule; NULL and the empty text are its default partition. */
export function hivePathValue(value: string | null): string {
  if (value === null || value === '') return HIVE_NULL_PARTITION
  return value.replaceAll(
    HIVE_ESCAPED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/** What the path of a partition is made of. */
export interface PathForm {
  readonly by: readonly {readonly name: string}[]
  readonly path: string | null
}

/** The template of a partition's path: the table's own, or Hive's `name=value/` form. */
export function pathTemplate(partitioning: PathForm): string {
  const template = partitioning.path ?? partitioning.by.map(({name}) => `${name}={${name}}`).join('/')
  return template.endsWith('/') ? template : `${template}/`
}

/** The path of a partition below its table's location, ending in `/`. */
export function partitionPath(partitioning: PathForm, values: readonly (string | null)[]): string {
  const byName = new Map(partitioning.by.map(({name}, index) => [name, values[index] ?? null]))
  const path = pathTemplate(partitioning).replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    hivePathValue(byName.get(name) ?? null),
  )
  // A value that stands alone between slashes is data, and must not lead to another folder.
  return path.replaceAll(/(?<=^|\/)\.{1,2}(?=\/)/g, (dots) => '%2E'.repeat(dots.length))
}

/** Values as the catalog keeps them: text, with Hive's default partition for NULL and the empty text. */
export function catalogValues(values: readonly (string | null)[]): string[] {
  return values.map((value) => (value === null || value === '' ? HIVE_NULL_PARTITION : value))
}
