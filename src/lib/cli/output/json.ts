/** DEL, C1 and bidi marks: legal in JSON, but a terminal would act on them. C0 is escaped by JSON itself. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** One JSON document as text: bigints as decimal strings, nothing that a terminal would act on, nothing lost. */
export function jsonText(value: unknown, indent = 2): string {
  return escaped(JSON.stringify(value, exact, indent))
}

function exact(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}

function escaped(json: string): string {
  return json.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
