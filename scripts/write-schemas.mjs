/**
 * Writes schemas/<command id>.json from the zod result schemas of every topic, and definition.json from the lake's.
 * `--check` writes nothing and fails when a file is missing, stale or left over.
 */
import {existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'
import {z} from 'zod'

const library = fileURLToPath(new URL('../dist/lib', import.meta.url))
const folder = fileURLToPath(new URL('../schemas', import.meta.url))

/** File name → text, sorted. */
async function schemaFiles() {
  const files = new Map()
  for (const topic of readdirSync(library).sort()) {
    const file = join(library, topic, 'result-schemas.js')
    if (!existsSync(file)) continue
    const {resultSchemas} = await import(pathToFileURL(file).href)
    for (const [id, schema] of Object.entries(resultSchemas)) {
      addOnce(files, `${id.replaceAll(/[: ]/g, '.')}.json`, withTitle(id, z.toJSONSchema(schema, {io: 'output'})))
    }
  }
  const definition = join(library, 'lake/json-schema.js')
  if (existsSync(definition)) {
    const {definitionJsonSchema} = await import(pathToFileURL(definition).href)
    addOnce(files, 'definition.json', definitionJsonSchema())
  }
  return files
}

function withTitle(id, schema) {
  const {$schema, ...rest} = schema
  return {
    $schema,
    title: id === 'error' ? 'Any command that fails, --json' : `${id.replaceAll(':', ' ')} --json`,
    ...rest,
  }
}

function addOnce(files, name, schema) {
  if (files.has(name)) throw new Error(`two topics define ${name}`)
  files.set(name, `${JSON.stringify(schema, null, 2)}\n`)
}

function staleNames(files) {
  const present = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  const changed = [...files].filter(
    ([name, text]) => !present.includes(name) || readFileSync(join(folder, name), 'utf8') !== text,
  )
  return {changed: changed.map(([name]) => name), leftOver: present.filter((name) => !files.has(name))}
}

async function main(isCheck) {
  const files = await schemaFiles()
  const {changed, leftOver} = staleNames(files)
  if (isCheck) {
    for (const name of [...changed, ...leftOver]) console.error(`schemas/${name} is not fresh: run npm run schemas`)
    process.exitCode = changed.length + leftOver.length === 0 ? 0 : 1
    return
  }
  mkdirSync(folder, {recursive: true})
  for (const name of changed) writeFileSync(join(folder, name), files.get(name))
  for (const name of leftOver) rmSync(join(folder, name))
  console.log(`${files.size} schemas, ${changed.length} written, ${leftOver.length} removed`)
}

await main(process.argv.includes('--check'))
