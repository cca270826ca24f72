import {SluiceError} from '../errors.js'

/** Keys and list positions from the root of the file. */
export type Path = readonly (string | number)[]

/** One mistake of a definition file, ready to be shown. */
export interface Mistake {
  /** As the reader would type it: relative to the working folder. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** E.g. `tables.claims.columns[3].type`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
  readonly fix: string
}

/** A mistake that knows its path, not yet its line. */
export interface Finding {
  readonly path: Path
  readonly message: string
  readonly fix: string
  /** Offset into the text where the path alone does not tell the place: syntax errors and second keys. */
  readonly offset?: number
}

/** Collects findings; rules ask it what is broken already, so that one slip is reported once. */
export class Findings {
  private readonly list: Finding[] = []

  add(path: Path, message: string, fix: string, offset?: number): void {
    this.list.push({path, message, fix, ...(offset === undefined ? {} : {offset})})
  }

  /** True when something at or below the path is a mistake already. */
  touches(path: Path): boolean {
    return this.list.some((finding) => startsWith(finding.path, path))
  }

  all(): readonly Finding[] {
    return this.list
  }
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((part, index) => part === path[index])
}

/** `['tables', 'claims', 'columns', 3]` as `tables.claims.columns[3]`; odd keys are quoted. */
export function pathText(path: Path): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^\w[\w-]*$/.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${JSON.stringify(part)}]`
  }
  return text
}

/** The error of a definition with mistakes; all of them are in `details.mistakes`. */
export function definitionInvalid(file: string, mistakes: readonly Mistake[]): SluiceError {
  const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`
  return new SluiceError('DEFINITION_INVALID', `${file} has ${count}.`, {
    fix: 'sluice lake check',
    details: {mistakes},
  })
}
