import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from 'yaml'
import type {Findings, Path} from './mistakes.js'

/** A definition file after reading: its value and the places of its parts. */
export interface SourceText {
  /** Plain value; null where the text is no YAML. */
  readonly value: unknown
  /** Line and column, from 1, of the path or of its nearest part that exists. */
  locate(path: Path, offset?: number): {line: number; column: number}
}

/** Reads YAML 1.2. Syntax errors, second keys and keys without a value go to `findings`. */
export function readSourceText(text: string, findings: Findings): SourceText {
  const counter = new LineCounter()
  // Second keys are found here and not by the parser, because it would not tell the path.
  const document = parseDocument(text, {lineCounter: counter, uniqueKeys: false, prettyErrors: false})
  const lines = new Set<number>()
  for (const error of document.errors) {
    // One slip makes several errors on its line; the first says it best.
    const {line} = counter.linePos(error.pos[0])
    if (lines.has(line)) continue
    lines.add(line)
    findings.add([], `This is not valid YAML: ${firstLine(error.message)}`, fixOfSyntax(error.code), error.pos[0])
  }
  const locate = (path: Path, offset?: number): {line: number; column: number} => {
    const {line, col} = counter.linePos(offset ?? offsetOf(document, path))
    return {line: Math.max(1, line), column: Math.max(1, col)}
  }
  if (document.errors.length > 0) return {value: null, locate}
  reportKeys(document.contents, [], findings)
  return {value: plainValue(document, findings), locate}
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message
}

function fixOfSyntax(code: string): string {
  if (code === 'MULTIPLE_DOCS') return 'Keep one document: remove what follows the --- line.'
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces.'
  if (code === 'BAD_INDENT') return 'Align the line with its neighbours, and close every bracket.'
  return 'Correct the line; a text with : or # needs quotes.'
}

/** Aliases may expand without bound, which the parser refuses by throwing. */
function plainValue(document: Document.Parsed, findings: Findings): unknown {
  try {
    return document.toJS() as unknown
  } catch {
    findings.add([], 'The aliases (*name) of this file do not resolve, or expand too often.', 'Write the values out.')
    return null
  }
}

function reportKeys(node: unknown, path: Path, findings: Findings): void {
  if (isSeq(node)) node.items.forEach((item, index) => reportKeys(item, [...path, index], findings))
  if (!isMap(node)) return
  const seen = new Set<string>()
  for (const pair of node.items) {
    const name = keyName(pair)
    const offset = isNode(pair.key) ? pair.key.range?.[0] : undefined
    if (seen.has(name)) {
      findings.add([...path, name], `The key ${name} stands here twice.`, 'Keep one of the two.', offset)
    }
    seen.add(name)
    if (isEmpty(pair.value) && !isSplitType(name)) {
      findings.add([...path, name], `The key ${name} has no value.`, 'Give it a value, or remove it.', offset)
    }
    reportKeys(pair.value, [...path, name], findings)
  }
}

/**
 * The `2)` that `{type: decimal(18,2)}` leaves behind: inside braces the comma ends the value. The rule of types says
 * what to do; the rest of the broken type is no mistake of its own.
 */
export function isSplitType(key: string): boolean {
  return /^\d+\)>?$/.test(key)
}

/** `key:` and nothing after it; `key: null` is a value. */
function isEmpty(value: unknown): boolean {
  return value === null || (isScalar(value) && value.value === null && (value.source ?? '') === '')
}

function keyName(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
}

/** Where the path's key stands, or its nearest ancestor that the text has. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const part of path) {
    const step = child(isAlias(node) ? node.resolve(document) : node, part)
    if (step === null) break
    offset = step.offset ?? offset
    node = step.node
  }
  return offset
}

function child(node: unknown, part: string | number): {node: unknown; offset: number | undefined} | null {
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part]
    return item === undefined ? null : {node: item, offset: startOf(item)}
  }
  if (!isMap(node)) return null
  const pair = node.items.find((item) => keyName(item) === String(part))
  return pair === undefined ? null : {node: pair.value, offset: startOf(pair.key)}
}

function startOf(item: unknown): number | undefined {
  if (isPair(item)) return startOf(item.key)
  return isNode(item) ? ((item as Node).range?.[0] ?? undefined) : undefined
}
