import {DuckDBListType, DuckDBMapType, DuckDBStructType, type DuckDBDataChunk, type DuckDBType} from './node-api.js'

/** Names that no plain object can hold fields under: unnamed fields share one, and `__proto__` is no field's. */
const LOSING_NAME = /^(|__proto__)$/

/** Whether the driver would lose fields of a struct, whose values it gives by name. */
export function losesFields({entryNames}: DuckDBStructType): boolean {
  return entryNames.some((name) => LOSING_NAME.test(name))
}

/** The name that `keepFields` gives the field at an index of a struct that would lose some. */
export function fieldKey(index: number): string {
  return `field ${index}`
}

/** Makes the driver keep every field of the structs in a chunk; call it before reading the chunk's rows. */
export function keepFields(chunk: DuckDBDataChunk): void {
  for (let column = 0; column < chunk.columnCount; column += 1) renameFields(chunk.getColumnVector(column).type)
}

function renameFields(type: DuckDBType): void {
  if (type instanceof DuckDBListType) renameFields(type.valueType)
  if (type instanceof DuckDBMapType) [type.keyType, type.valueType].forEach(renameFields)
  if (!(type instanceof DuckDBStructType)) return
  type.entryTypes.forEach(renameFields)
  // The driver reads the names from the chunk's own copy of the type, which nothing else looks at.
  if (losesFields(type)) (type.entryNames as string[]).forEach((_, index, names) => (names[index] = fieldKey(index)))
}
