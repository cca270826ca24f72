import {spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {documentOf} from '../contract/cli/result-document.js'
import {ROOT, resultOf, runSluice, startSluice} from './run-cli.js'

const BIN = join(ROOT, 'bin/run.js')
const ENDLESS = 'SELECT a.i FROM range(100000000) a(i) CROSS JOIN range(1000) b(i)'
const hasShell = spawnSync('sh', ['-c', 'head --version || head -n 0']).status === 0
const hasJq = spawnSync('jq', ['--version']).status === 0

let cwd: string

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sluice-query-'))
  const sluice = (...argv: string[]) => {
    const {status, stderr} = spawnSync(process.execPath, [BIN, ...argv], {cwd, encoding: 'utf8'})
    expect(`${status} ${stderr}`).toMatch(/^0 /)
  }
  sluice('init', '--blueprint', 'claims')
  sluice('lake', 'sample', '--items', '300', '--days', '3', '--out', 'export')
  const [id = ''] = readdirSync(join(cwd, 'export/AWSDynamoDB'))
  sluice('backfill', 'run', '--export', `export/AWSDynamoDB/${id}`)
})

afterAll(() => rmSync(cwd, {recursive: true, force: true}))

const query = (...argv: string[]) => runSluice(['query', ...argv], {cwd})

/** A command line in a shell, with the lake's folder as working folder. */
function shell(line: string): {status: number | null; stdout: string; stderr: string} {
  const sluice = `'${process.execPath}' '${BIN}'`
  return spawnSync('sh', ['-c', line.replaceAll('sluice', sluice)], {cwd, encoding: 'utf8'})
}

describe('sluice query', () => {
  it('prints data on stdout and the conversation on stderr', async () => {
    const {exit, stdout, stderr} = await query('SELECT count(*) AS claims FROM claims_current')
    expect([exit, stdout]).toEqual([0, 'claims\n   300\n'])
    expect(stderr).toMatch(/^Warning: No condition says which partitions of claims_current to read: all 3 partitions/)
    expect(stderr).toMatch(/\n1 row in .+, scanned at most .+ in \d+ files, cost \$0\.00 \(estimate\)\n$/)
  })

  it('gives one document under --json', async () => {
    const {exit, stdout, stderr} = await query(
      'SELECT claim_id, claim_amount FROM claims_current ORDER BY 1',
      '--json',
      '--max-rows',
      '2',
    )
    expect([exit, stderr]).toEqual([0, ''])
    const {answer} = documentOf('query', stdout) as {answer: {rows: object[]; truncated: boolean; rowCount: number}}
    expect([answer.rows.length, answer.rowCount, answer.truncated]).toEqual([2, 2, true])
    expect(answer.rows[0]).toEqual({claim_id: expect.any(String) as string, claim_amount: expect.any(String) as string})
  })

  it('shows a plan and runs nothing with --dry-run, also as a document', async () => {
    const sql = 'SELECT max(created_at) FROM claims_current'
    const {stdout} = await query(sql, '--dry-run')
    expect(stdout).toContain('claims through claims_current: 3 of 3 partitions')
    const json = await query(sql, '--dry-run', '--json')
    expect(documentOf('query', json.stdout)).toMatchObject({answer: null, costUsd: '0.000000'})
  })

  it('takes the statement from a file or a pipe', async () => {
    writeFileSync(join(cwd, 'one.sql'), 'SELECT 1 AS a')
    expect((await query('--file', 'one.sql')).stdout).toBe('a\n1\n')
    for (const argv of [[], ['-'], ['--file', '-']]) {
      const child = startSluice(['query', ...argv], {cwd})
      child.stdin.write('SELECT 2 AS a')
      expect((await resultOf(child)).stdout).toBe('a\n2\n')
    }
  })

  it.each([
    ['no statement', []],
    ['two', ['SELECT 1', '--file', 'one.sql']],
    ['a file that is not there', ['--file', 'none.sql']],
    ['a parameter without a value', ['SELECT $a']],
    ['a value too many', ['SELECT 1', '--param', 'a=1']],
    ['a full scan', ['SELECT 1 FROM claims', '--require-partition']],
    ['a file of the machine', ["SELECT * FROM read_text('/etc/passwd')"]],
    ['a file by its name', ["SELECT * FROM '/etc/passwd'"]],
    ['a statement that writes', ["COPY claims TO 'stolen.csv'"]],
  ])('refuses %s with exit 2 and nothing on stdout', async (_, argv) => {
    const {exit, stdout, stderr} = await query(...argv)
    expect([exit, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^Error [A-Z_]+: /)
  })

  it('draws where an error is', async () => {
    const {stderr} = await query('SELECT claim_id,\n  statuss FROM claims_current')
    expect(stderr).toContain('  line 2, column 3\n      statuss FROM claims_current\n      ^\n')
    expect(stderr).toContain('Did you mean status?')
  })
})

describe('pipes and signals', () => {
  it.skipIf(!hasShell)('head ends the query quietly (skipped without sh)', () => {
    const {stdout, stderr} = shell(
      `(sluice query "${ENDLESS}" --output ndjson --no-lint; echo "exit $?" >&2) | head -n 1`,
    )
    expect([stdout, stderr]).toEqual(['{"i":0}\n', 'exit 0\n'])
  })

  it.skipIf(!hasJq)('jq reads NDJSON and the document (skipped without jq)', () => {
    const sql = 'SELECT claim_id, claim_amount, document_count FROM claims_current LIMIT 3'
    expect(
      shell(`sluice query "${sql}" --output ndjson --quiet | jq -s 'map(.document_count | type) | unique | .[]'`)
        .stdout,
    ).toBe('"number"\n')
    expect(shell(`sluice query "${sql}" --json | jq '.answer.rowCount'`).stdout).toBe('3\n')
  })

  for (const [name, sql] of [
    ['while it computes', `SELECT count(*) FROM (${ENDLESS}) x WHERE i % 7 = 8`],
    ['while rows stream', ENDLESS],
  ] as const) {
    it(`SIGINT stops it with 130 ${name}`, async () => {
      const child = startSluice(['query', sql, '--output', 'ndjson'], {cwd})
      const result = resultOf(child)
      // the warning of the linter says that the statement is about to run
      await once(child.stderr, 'data')
      child.kill('SIGINT')
      const {exit, stderr} = await result
      expect(exit).toBe(130)
      expect(stderr).toContain('Error INTERRUPTED')
    })
  }

  it.each([
    ['while it computes', `SELECT count(*) FROM (${ENDLESS}) x WHERE i % 7 = 8`, ['--json']],
    ['while rows stream', ENDLESS, ['--output', 'ndjson']],
  ])('--timeout stops it with an error of its own %s', async (_, sql, output) => {
    const {exit, stdout, stderr} = await query(sql, '--timeout', '2s', ...output)
    expect(exit).toBe(1)
    expect(output.includes('--json') ? stdout : stderr).toMatch(
      /QUERY_FAILED[^]*No whole answer within 2 s; it was stopped\./,
    )
  })

  it('--timeout leaves an answer in time alone', async () => {
    expect(await query('SELECT 5 AS a', '--timeout', '365d')).toMatchObject({exit: 0, stdout: 'a\n5\n'})
  })

  it('SIGINT stops it while the reader sleeps', async () => {
    const child = startSluice(['query', ENDLESS, '--output', 'csv'], {cwd})
    await once(child.stdout, 'readable')
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    expect((await ended)[0]).toBe(130)
  })
})
