import {readdirSync, readFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {fileURLToPath} from 'node:url'
import {LAB_SOURCE} from './pins.mjs'

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url))

/** Files of tests that run against the lab. */
export function labSuites() {
  const names = readdirSync(LAB_SOURCE, {recursive: true}).map(String)
  return names
    .filter((name) => name.endsWith('.lab.ts'))
    .map((name) => relative(PROJECT, join(LAB_SOURCE, name)))
    .sort()
}

/** Those that ask Athena for answers: by their name, or because they look whether Trino is there. */
export function suitesOnTrino() {
  return labSuites().filter(
    (file) => /athena/.test(file) || /\bhasTrino\b/.test(readFileSync(join(PROJECT, file), 'utf8')),
  )
}
