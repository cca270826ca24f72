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

/**
 * The text that stood in a partition's folder: Hive's `%XX`, and what other writers spell as bytes of UTF-8. An empty
 * name and Hive's own mean NULL, as the catalog keeps it.
 */
export function valueOfPath(text: string): string {
  const value = text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (bytes) => {
    const buffer = Buffer.from(bytes.replaceAll('%', ''), 'hex')
    const decoded = buffer.toString('utf8')
    // what is no UTF-8 is a character each, as Hive reads it
    return Buffer.from(decoded, 'utf8').equals(buffer) ? decoded : buffer.toString('latin1')
  })
  return value === '' ? HIVE_NULL_PARTITION : value
}

/** Reads values out of paths of a form, each ending in `/`: null for a path that has another form. */
export function pathReader(form: PathForm): (path: string) => string[] | null {
  const template = pathTemplate(form)
  const names: string[] = []
  const pattern = template.replaceAll(/\{([^}]+)\}|[^{]+/g, (part, name: string | undefined) => {
    if (name === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    names.push(name)
    return '([^/]*)'
  })
  const matcher = new RegExp(`^${pattern}$`)
  return (path) => {
    const found = matcher.exec(path)
    if (found === null) return null
    return form.by.map(({name}) => valueOfPath(found[names.indexOf(name) + 1] ?? ''))
  }
}

/** How many folders deep partitions of a form lie. */
export function pathDepth(form: PathForm): number {
  return pathTemplate(form).split('/').length - 1
}
