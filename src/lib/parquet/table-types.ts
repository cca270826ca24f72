import type {CatalogColumn} from '../ports/catalog.js'
import type {Shape, ShapeField} from './shape.js'

const SCALARS: Readonly<Record<string, Shape>> = {
  boolean: {kind: 'boolean'},
  tinyint: {kind: 'integer', bits: 8, isSigned: true},
  smallint: {kind: 'integer', bits: 16, isSigned: true},
  int: {kind: 'integer', bits: 32, isSigned: true},
  integer: {kind: 'integer', bits: 32, isSigned: true},
  bigint: {kind: 'integer', bits: 64, isSigned: true},
  float: {kind: 'float'},
  real: {kind: 'float'},
  double: {kind: 'double'},
  date: {kind: 'date'},
  // Whether files hold local times or instants, and how fine, they say themselves.
  timestamp: {kind: 'timestamp', unit: 'us', isInstant: false},
  string: {kind: 'string'},
  binary: {kind: 'binary', isText: false},
  varbinary: {kind: 'binary', isText: false},
}

/** The columns of a table as shapes; a type that Athena does not know is left out, so that files say what it is. */
export function tableFields(columns: readonly CatalogColumn[]): ShapeField[] {
  return columns.flatMap(({name, type}) => {
    const shape = new TypeReader(type).read()
    return shape === null ? [] : [{name, shape}]
  })
}

/** Reads one of Athena's type names, nested ones included. */
class TypeReader {
  private position = 0

  constructor(private readonly text: string) {}

  read(): Shape | null {
    const shape = this.type()
    return this.text.slice(this.position).trim() === '' ? shape : null
  }

  private type(): Shape | null {
    const name = (this.take(/^\s*([a-z]+)/i) ?? '').toLowerCase()
    if (name === 'array') return this.list()
    if (name === 'map') return this.map()
    if (name === 'struct' || name === 'row') return this.struct()
    const [first, second] = this.take(/^\s*\(\s*([0-9]+(?:\s*,\s*[0-9]+)?)\s*\)/)?.split(',') ?? []
    if (name === 'decimal') return {kind: 'decimal', precision: Number(first ?? 10), scale: Number(second ?? 0)}
    if (name === 'varchar' || name === 'char') return {kind: 'string'}
    return SCALARS[name] ?? null
  }

  private list(): Shape | null {
    const element = this.enclosed(() => this.type())
    return element && {kind: 'list', element}
  }

  private map(): Shape | null {
    return this.enclosed(() => {
      const key = this.type()
      const value = this.take(/^\s*(,)/) === null ? null : this.type()
      return key && value && {kind: 'map', key, value}
    })
  }

  private struct(): Shape | null {
    return this.enclosed(() => {
      const fields: ShapeField[] = []
      do {
        const name = this.take(/^\s*([^:<>,()]+?)\s*:/)
        const shape = name === null ? null : this.type()
        if (name === null || shape === null) return null
        fields.push({name, shape})
      } while (this.take(/^\s*(,)/) !== null)
      return {kind: 'struct', fields}
    })
  }

  private enclosed<Read>(read: () => Read | null): Read | null {
    if (this.take(/^\s*(<)/) === null) return null
    const found = read()
    return this.take(/^\s*(>)/) === null ? null : found
  }

  private take(pattern: RegExp): string | null {
    const match = pattern.exec(this.text.slice(this.position))
    if (match === null) return null
    this.position += match[0].length
    return match[1]!
  }
}
