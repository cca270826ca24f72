import {quoteText} from '../sql/index.js'
import {pointer, type AttributePath, type ItemForm, type ItemReader} from './duckdb-item.js'

/** Reads an image before it is an item of its own: only what is asked of two images of a change at once. */
export type ImageReader = Pick<ItemReader, 'text' | 'isAbsent'>

/** `image`: a column of the form's item type that is not NULL. */
export function imageReader(image: string, form: ItemForm): ImageReader {
  return form === 'struct' ? structImage(image) : jsonImage(image)
}

function structImage(image: string): ImageReader {
  const extract = (container: string, field: string): string => `struct_extract(${container}, ${quoteText(field)})`
  const node = ([first = '', ...inner]: AttributePath): string =>
    inner.reduce((outer, name) => extract(extract(outer, 'M'), name), extract(image, first))
  return {
    text: (path, tag) => `CAST(${extract(node(path), tag)} AS VARCHAR)`,
    isAbsent: (path) => `(${node(path)} IS NULL OR ${extract(node(path), 'NULL')} IS NOT NULL)`,
  }
}

function jsonImage(image: string): ImageReader {
  const kind = (path: AttributePath, ...fields: string[]): string =>
    `coalesce(json_type(${image}, ${quoteText(pointer(path, ...fields))}), 'NULL')`
  return {
    text: (path, tag) => `json_extract_string(${image}, ${quoteText(pointer(path, tag))})`,
    isAbsent: (path) => `(${kind(path)} = 'NULL' OR ${kind(path, 'NULL')} <> 'NULL')`,
  }
}
