import {describe, expect, it} from 'vitest'
import {errorText} from '../../src/lib/cli/error-text.js'
import {EXIT} from '../../src/lib/errors.js'

function placed(text: string, column: number): string[] {
  const position = {line: 3, column, text}
  const error = {
    code: 'QUERY_INVALID',
    message: 'No.',
    fix: null,
    details: {position},
    exit: EXIT.usage,
    stack: undefined,
  }
  return errorText(error as Parameters<typeof errorText>[0])
    .split('\n')
    .slice(1, 4)
}

describe('the place of an error', () => {
  it('is marked in its line', () => {
    expect(placed('SELECT a', 8)).toEqual(['  line 3, column 8', '    SELECT a', '           ^'])
  })

  it('stands under wide characters as a terminal shows them', () => {
    expect(placed("SELECT '保険', a", 14).slice(1)).toEqual(["    SELECT '保険', a", `${' '.repeat(19)}^`])
  })

  it('is cut out of a long line', () => {
    const [, line = '', mark = ''] = placed(`${'a'.repeat(200)}X${'b'.repeat(200)}`, 201)
    expect(line).toMatch(/^ {4}… a+Xb+ …$/)
    expect(line.length).toBeLessThan(80)
    expect(line[mark.indexOf('^')]).toBe('X')
  })

  it('holds nothing that moves the cursor', () => {
    expect(placed('SELECT \u001b[2Jx\u202e', 8).join('')).not.toMatch(/[\u001b\u202e]/)
  })
})
