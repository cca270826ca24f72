import {describe, expect, it} from 'vitest'
import {manifestCommands} from './manifest.js'
import {documentOf, schemaOf} from './result-document.js'

describe('schemas', () => {
  it.each(manifestCommands().map(({id}) => id))('%s has one', (id) => {
    expect(
      schemaOf(id),
      `schemas/${id.replaceAll(':', '.')}.json: write result-schemas.ts, run npm run schemas`,
    ).toBeDefined()
  })

  it('a document is really checked', () => {
    expect(() => documentOf('error', '{"error": {"code": "NO_SUCH_CODE"}}')).toThrow()
    const error = {code: 'USAGE', message: 'x', fix: null, details: null}
    expect(documentOf('error', JSON.stringify({error}))).toEqual({error})
  })
})
