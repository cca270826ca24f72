/** A piece of a text that is replaced. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

interface Part {
  readonly text: string
  readonly source: string | null
  readonly offset: number
  /** Stands for the one place `offset`, whatever its length. */
  readonly isEdit?: boolean
}

/** A text put together from pieces, of which those that were copied know where they come from. */
export class ComposedText {
  private readonly parts: Part[] = []

  /** Text of our own. */
  write(text: string): this {
    this.parts.push({text, source: null, offset: 0})
    return this
  }

  /** A source's text from `from` to `to`, with edits; the places of all else in it can be found again. */
  copy(source: string, text: string, edits: readonly Edit[], from = 0, to = text.length): this {
    let offset = from
    for (const edit of [...edits].sort((one, other) => one.start - other.start)) {
      this.parts.push({text: text.slice(offset, edit.start), source, offset})
      this.parts.push({text: edit.text, source, offset: edit.start, isEdit: true})
      offset = edit.end
    }
    this.parts.push({text: text.slice(offset, to), source, offset})
    return this
  }

  append(other: ComposedText): this {
    this.parts.push(...other.parts)
    return this
  }

  toString(): string {
    return this.parts.map(({text}) => text).join('')
  }

  /** Source and offset of a place in the text, from 1, in characters as Athena counts them; null for our own text. */
  sourceOf(line: number, column: number): {readonly source: string; readonly offset: number} | null {
    const offset = offsetOf(this.toString(), line, column)
    let end = 0
    for (const part of this.parts) {
      const start = end
      end += part.text.length
      if (offset >= end) continue
      if (part.source === null) return null
      return {source: part.source, offset: part.offset + (part.isEdit === true ? 0 : offset - start)}
    }
    return null
  }
}

/** Athena counts code points. */
function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split('\n')
  const before = lines.slice(0, line - 1).reduce((total, {length}) => total + length + 1, 0)
  return before + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length
}
