import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {parseAllDocuments} from 'yaml'
import {checkLake, initLake, loadDefinition, showLake} from '../../src/lib/lake/index.js'
import {resultSchemas} from '../../src/lib/lake/result-schemas.js'
import {mistakesOf} from './definition-text.js'

const DOCS = new URL('../../docs/definition.md', import.meta.url)

test('results are what their schemas say', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-results-'))
  try {
    const started = await initLake({folder, blueprint: 'claims'})
    expect(resultSchemas.init.parse(started)).toEqual(started)
    const text = await readFile(started.file, 'utf8')
    await writeFile(
      started.file,
      text.replace('environments:', 'environments:\n  p: {backend: aws, region: eu-west-1, account: "111122223333"}'),
    )
    const place = {workingFolder: folder, variables: {}}
    const checked = await checkLake({...place, now: new Date()})
    expect(resultSchemas['lake:check'].parse(checked)).toEqual(checked)
    for (const environment of ['local', 'p']) {
      const definition = await loadDefinition({...place, environment})
      for (const shown of [showLake(definition), showLake(definition, 'claims')]) {
        expect(resultSchemas['lake:show'].parse(shown)).toEqual(shown)
      }
    }
  } finally {
    await rm(folder, {recursive: true})
  }
})

test('every whole definition of the documentation is right', async () => {
  const blocks = [...(await readFile(DOCS, 'utf8')).matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
  const whole = blocks.filter((block) => block.startsWith('sluice: 1'))
  expect(whole.length).toBeGreaterThanOrEqual(2)
  for (const block of whole) expect(mistakesOf(block)).toEqual([])
  for (const block of blocks)
    expect(parseAllDocuments(block).flatMap((document) => (document as {errors: unknown[]}).errors)).toEqual([])
})
