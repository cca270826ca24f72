import type {CatalogTable} from '../ports/catalog.js'
import type {ObjectKey} from '../ports/object-store.js'

type ProjectedTable = Pick<CatalogTable, 'location' | 'partitionColumns' | 'parameters'>

/**
 * Reads the values of a computed partition off its folder, backwards through `storage.location.template`, or through
 * Hive's form where there is none; null for a folder in which engines look for no partition.
 */
export function projectedValues(table: ProjectedTable): (folder: ObjectKey) => readonly string[] | null {
  const names = table.partitionColumns.map(({name}) => name)
  const template = table.parameters['storage.location.template'] ?? names.map((name) => `${name}=\${${name}}`).join('/')
  const patterns = endingsOf(template).map((ending) => patternOf(ending, names))
  const root = table.location ?? ''
  return (folder) => {
    for (const pattern of patterns) {
      const groups = pattern.exec(folder.slice(root.length))?.groups
      const values = names.map((_, index) => groups?.[`p${index}`])
      if (values.every((value) => value !== undefined)) return values
    }
    return null
  }
}

/**
 * What of a template may follow the table's location, shortest first. The template is a whole address, which the
 * location begins; how much of it that is cannot be told from a key.
 */
function endingsOf(template: string): string[] {
  const parts = template
    .replace(/^[a-z0-9]+:\/\/[^/]+\//i, '')
    .replace(/\/+$/, '')
    .split('/')
  const first = parts.findIndex((part) => part.includes('${'))
  return Array.from({length: first + 1}, (_, dropped) => `${parts.slice(first - dropped).join('/')}/`)
}

function patternOf(ending: string, names: readonly string[]): RegExp {
  const seen = new Set<number>()
  const source = ending
    .split(/(\$\{[^}]*\})/)
    .map((part) => {
      const index = part.startsWith('${') ? names.indexOf(part.slice(2, -1)) : -1
      if (index === -1) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      if (seen.has(index)) return `\\k<p${index}>`
      seen.add(index)
      return `(?<p${index}>[^/]+?)`
    })
    .join('')
  return new RegExp(`^${source}$`)
}
