import {expect, test} from 'vitest'
import {mistakesOf} from './definition-text.js'

/** A text with exactly one mistake. */
export interface Case {
  readonly name: string
  readonly text: string
  /** `line:column`. */
  readonly at: string
  readonly path: string
  readonly message: RegExp
  readonly fix: RegExp
}

export function one(name: string, text: string, at: string, path: string, message: RegExp, fix: RegExp): Case {
  return {name, text, at, path, message, fix}
}

/** A test a case: the one mistake, its place, its words. */
export function testCases(cases: readonly Case[]): void {
  test.each(cases)('$name', ({text, at, path, message, fix}) => {
    const found = mistakesOf(text)
    expect(found.map((mistake) => `${mistake.line}:${mistake.column} ${mistake.path}`)).toEqual([`${at} ${path}`])
    expect(found[0]?.message).toMatch(message)
    expect(found[0]?.fix).toMatch(fix)
  })
}
