import {fileURLToPath} from 'node:url'
import boundaries from 'eslint-plugin-boundaries'
import typescript from 'typescript-eslint'
import {fileName} from './scripts/lint/file-name.mjs'
import {roomPolicies, roomSettings} from './scripts/lint/rooms.mjs'

const resolver = fileURLToPath(new URL('scripts/lint/source-resolver.cjs', import.meta.url))

/** Topics and what they stand on: silent, and pure towards the outside. */
const DOMAIN = ['src/lib/*/**/*.ts', 'src/lib/errors.ts']
const NOT_DOMAIN = ['src/lib/cli/**', 'src/lib/local/**', 'src/lib/aws/**', 'src/lib/engines/**']

const VENDORS = ['@oclif/*', '@aws-sdk/*', '@smithy/*', '@duckdb/*', 'ora', 'cli-table3']
const ANSWER = 'Return this.finish(result, text, exit) or throw a SluiceError: output would be lost or printed twice.'
const HONEST = 'A test that is left out, or leaves the others out, checks nothing: use skipIf with a reason.'

/** One entry of `no-restricted-syntax`: a CSS-like selector and why. */
const banned = (selector, message) => ({selector, message})

export default typescript.config(
  {
    ignores: ['dist/', 'node_modules/', 'coverage/', 'schemas/', 'test/lint/fixtures/', 'lake/', '.bench/', '.lab/'],
  },
  {
    files: ['**/*.{ts,js,mjs,cjs}'],
    extends: [typescript.configs.recommended],
    plugins: {sluice: {rules: {'file-name': fileName}}},
    rules: {
      'sluice/file-name': 'error',
      'max-lines': ['error', {max: 300}],
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        {argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all'},
      ],
    },
  },
  {
    files: ['**/*.cjs'],
    rules: {'@typescript-eslint/no-require-imports': 'off', 'no-undef': 'off'},
  },
  {
    files: ['src/**/*.ts'],
    plugins: {boundaries},
    settings: {...roomSettings, 'import/resolver': {[resolver]: {}}},
    rules: {
      'boundaries/dependencies': ['error', {default: 'allow', policies: roomPolicies}],
      'no-console': 'error',
      'no-control-regex': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', {fixStyle: 'separate-type-imports'}],
    },
  },
  {
    files: ['src/**/*.ts'],
    languageOptions: {
      parserOptions: {projectService: true, tsconfigRootDir: fileURLToPath(new URL('.', import.meta.url))},
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', {considerDefaultExhaustiveForUnions: true}],
    },
  },
  {
    files: ['src/commands/**/*.ts'],
    rules: {
      'max-lines': ['error', {max: 120}],
      'no-restricted-globals': ['error', {name: 'process', message: 'Ask the context.'}],
      'no-restricted-imports': ['error', {patterns: ['@aws-sdk/*', '@smithy/*', '@duckdb/*', 'ora', 'node:process']}],
      'no-restricted-syntax': [
        'error',
        banned('MemberExpression[object.type="ThisExpression"][property.name=/^(error|exit|log|warn)$/]', ANSWER),
      ],
    },
  },
  {
    files: DOMAIN,
    ignores: NOT_DOMAIN,
    rules: {
      'no-restricted-globals': ['error', {name: 'process', message: 'A topic asks its ports.'}],
      'no-restricted-imports': [
        'error',
        {patterns: [{group: [...VENDORS, 'node:process'], message: 'A topic asks for a port, never for a vendor.'}]},
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // tables of cases are long and simple
      'max-lines': ['error', {max: 600}],
      'no-restricted-syntax': [
        'error',
        banned('MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo)$/]', HONEST),
        banned('MemberExpression[object.name=/^(it|test)$/][property.name="concurrent"]', 'Captured output is shared.'),
      ],
    },
  },
)
