import {hasCode, type SluiceError} from '../../src/lib/errors.js'
import type {Mistake} from '../../src/lib/lake/index.js'
import {readDefinition} from '../../src/lib/lake/read.js'

/** What every text of these tests begins with: four lines, so that what follows starts at line 5. */
export const HEAD = `sluice: 1
lake: icpa
default: local
environments: {local: {backend: local, root: ./lake}}
`

/** A table whose columns stand from line 10 on, a line each; narrow indents keep the columns at 5. */
const TABLE = `${HEAD}tables:
 t:
  kind: changelog
  key: [id]
  columns:
  - {name: id, type: string, from: Id}
`

/** A definition with one table of these columns, after the key `id`: the first is line 11. */
export function withColumns(...columns: string[]): string {
  return `${TABLE}${columns.map((column) => `  - ${column}\n`).join('')}`
}

/** Every mistake of a text; empty when it is right. */
export function mistakesOf(text: string): readonly Mistake[] {
  try {
    readDefinition(text, '/lakes/sluice.yaml', 'sluice.yaml')
    return []
  } catch (error) {
    if (!hasCode(error, 'DEFINITION_INVALID')) throw error
    return mistakesIn(error)
  }
}

/** The mistakes that the error lists. */
export function mistakesIn(error: SluiceError): readonly Mistake[] {
  return error.details?.['mistakes'] as readonly Mistake[]
}
