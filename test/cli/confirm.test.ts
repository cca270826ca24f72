import {describe, expect, it} from 'vitest'
import {confirmMutation} from '../../src/lib/cli/confirm.js'
import type {Consequence} from '../../src/lib/cli/confirm.js'

const ERASE: Consequence = {
  danger: 'high',
  will: 'erase 3 subjects',
  lake: 'icpa',
  environment: 'prod',
  isProtected: false,
  isLocal: true,
}
const PROTECTED = {...ERASE, isProtected: true}
const ADD = {...ERASE, danger: 'low' as const}

const NEVER = () => Promise.reject(new Error('it asked'))

/** Answers `text` and remembers the question. */
function answering(text: string): {questions: string[]; ask: (question: string) => Promise<string>} {
  const questions: string[] = []
  return {
    questions,
    ask: (question) => {
      questions.push(question)
      return Promise.resolve(text)
    },
  }
}

describe('confirmMutation', () => {
  it('does not ask after --yes', async () => {
    await expect(confirmMutation(ERASE, {yes: true}, NEVER)).resolves.toBeUndefined()
  })

  it('lets data be added to an unprotected local lake without a word', async () => {
    await expect(confirmMutation(ADD, {yes: false}, null)).resolves.toBeUndefined()
    await expect(confirmMutation({...ADD, isLocal: false}, {yes: false}, null)).rejects.toMatchObject({
      code: 'CONFIRMATION_REQUIRED',
    })
  })

  it('refuses where nobody can answer, and says what would have happened', async () => {
    await expect(confirmMutation(ERASE, {yes: false}, null)).rejects.toMatchObject({
      code: 'CONFIRMATION_REQUIRED',
      exit: 2,
      message: 'It needs a confirmation. It would erase 3 subjects in icpa (env prod). Nothing was changed.',
      fix: 'Repeat the command with --yes.',
    })
  })

  for (const [text, goesOn] of [
    ['y', true],
    ['YES ', true],
    ['', false],
    ['n', false],
    ['icpa', false],
  ] as const) {
    it(`takes ${JSON.stringify(text)} as ${goesOn ? 'yes' : 'no'}`, async () => {
      const {ask, questions} = answering(text)
      const asked = confirmMutation(ERASE, {yes: false}, ask)
      if (goesOn) await asked
      else await expect(asked).rejects.toMatchObject({code: 'CONFIRMATION_REQUIRED'})
      expect(questions).toEqual(['About to erase 3 subjects in icpa (env prod). Go on? [y/N] '])
    })
  }

  it('asks for the name of a protected lake', async () => {
    const {ask, questions} = answering('icpa')
    await confirmMutation(PROTECTED, {yes: false, reason: 'GDPR 17'}, ask)
    expect(questions).toEqual(['Type icpa to erase 3 subjects in icpa (env prod, protected): '])
    const refused = confirmMutation(PROTECTED, {yes: false, reason: 'GDPR 17'}, answering('y').ask)
    await expect(refused).rejects.toMatchObject({code: 'CONFIRMATION_REQUIRED'})
  })

  for (const [name, flags, code] of [
    ['without a reason', {yes: true, confirm: 'icpa'}, 'USAGE'],
    ['with an empty reason', {yes: true, confirm: 'icpa', reason: ' '}, 'USAGE'],
    ['with --yes alone', {yes: true, reason: 'r'}, 'CONFIRMATION_REQUIRED'],
    ['with --confirm alone', {yes: false, confirm: 'icpa', reason: 'r'}, 'CONFIRMATION_REQUIRED'],
    ['with the name of another lake', {yes: true, confirm: 'other', reason: 'r'}, 'CONFIRMATION_REQUIRED'],
  ] as const) {
    it(`refuses a protected lake ${name}`, async () => {
      await expect(confirmMutation(PROTECTED, flags, null)).rejects.toMatchObject({code})
    })
  }

  it('takes --yes and --confirm together', async () => {
    const flags = {yes: true, confirm: 'icpa', reason: 'GDPR 17'}
    await expect(confirmMutation(PROTECTED, flags, NEVER)).resolves.toBeUndefined()
  })

  it('refuses the name of another lake also where none is needed', async () => {
    await expect(confirmMutation(ADD, {yes: true, confirm: 'other'}, null)).rejects.toMatchObject({
      code: 'CONFIRMATION_REQUIRED',
    })
  })
})
