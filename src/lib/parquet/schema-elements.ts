import type {SchemaElement} from './footer.js'

/** A column, or a part of one, that cannot be carried over as it is. */
export class UnreadableColumn extends Error {
  override readonly name = 'UnreadableColumn'

  constructor(
    readonly column: string,
    readonly reason: string,
  ) {
    super(reason)
  }
}

/** Throws `UnreadableColumn` for names of one group that differ only in case: DuckDB renames the second of them. */
export function refuseTwinNames(elements: readonly SchemaElement[], column?: string): void {
  const roots = rootElements(elements)
  refuseTwins(
    roots.map(({element}) => element.name),
    column,
  )
  for (const {element, index} of roots) {
    if (element.children === 0) continue
    refuseTwinNames(elements.slice(index + 1, index + sizeOf(elements, index)), column ?? element.name)
  }
}

/** The elements of the columns themselves, with their places. */
export function rootElements(elements: readonly SchemaElement[]): {element: SchemaElement; index: number}[] {
  const roots: {element: SchemaElement; index: number}[] = []
  for (let index = 0; index < elements.length; index += sizeOf(elements, index))
    roots.push({element: elements[index]!, index})
  return roots
}

/** How many elements belong to the one at `index`, itself included. */
export function sizeOf(elements: readonly SchemaElement[], index: number): number {
  let size = 1
  for (let child = 0; child < (elements[index]?.children ?? 0); child += 1) size += sizeOf(elements, index + size)
  return size
}

/** Whether it holds values itself. */
export function isLeaf(element: SchemaElement): boolean {
  return element.type !== undefined
}

function refuseTwins(names: readonly string[], column?: string): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined)
      throw new UnreadableColumn(
        column ?? name,
        `the file also has ${JSON.stringify(twin)} beside ${JSON.stringify(name)}`,
      )
    seen.set(name.toLowerCase(), name)
  }
}
