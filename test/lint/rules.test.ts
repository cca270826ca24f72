import {readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {ESLint} from 'eslint'
import {describe, expect, it} from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const fixtures = join(root, 'test/lint/fixtures')

/** A fixture names the file it plays and the one rule that must refuse it; none for what must pass. */
function fixture(file: string): {code: string; as: string; rules: string[]} {
  const code = readFileSync(join(fixtures, file), 'utf8')
  const [, as, rule] = /^\/\/ as (\S+)\n\/\/ expect ?(\S*)\n/.exec(code) ?? []
  if (as === undefined) throw new Error(`${file} does not say which file it plays`)
  return {code, as, rules: rule ? [rule] : []}
}

/**
 * Rules that need types see only files of the project; the others are tried on files that do not exist, so that no
 * fixture depends on what is there.
 */
function linter(file: string): ESLint {
  const isReal = file === 'floating-promise.ts'
  return new ESLint({
    cwd: root,
    overrideConfig: isReal
      ? []
      : [
          {
            files: ['**/*.ts'],
            languageOptions: {parserOptions: {projectService: false}},
            rules: {
              '@typescript-eslint/no-floating-promises': 'off',
              '@typescript-eslint/no-misused-promises': 'off',
              '@typescript-eslint/switch-exhaustiveness-check': 'off',
            },
          },
        ],
  })
}

async function brokenRules(file: string, code: string, as: string): Promise<(string | null)[]> {
  const [result] = await linter(file).lintText(code, {filePath: join(root, as)})
  return [...new Set(result?.messages.map(({ruleId, message}) => ruleId ?? message))]
}

describe('lint rules', () => {
  for (const file of readdirSync(fixtures)) {
    const {code, as, rules} = fixture(file)
    it(`${file} as ${as} breaks ${rules[0] ?? 'nothing'}`, async () => {
      expect(await brokenRules(file, code, as)).toEqual(rules)
    })
  }

  it('a file of more than 300 lines breaks max-lines', async () => {
    const code = 'export {}\n'.repeat(301)
    expect(await brokenRules('long.ts', code, 'src/lib/kpi/bad.ts')).toEqual(['max-lines'])
  })
})
