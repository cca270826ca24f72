/** Kinds of errors about the statement and its names, or about files: their texts hold no value of the data. */
const WITHOUT_VALUES = /^(binder|parser|catalog|syntax|permission|parameter not|io\b|http|$)/i

/**
 * How the engine's messages about values begin. What follows may be a value, or a text that a value was made of, so no
 * more than this is shown; a message that begins otherwise may be a value from its first character on.
 */
const HEADS = [
  'could not (?:convert|decode|parse|cast) (?:string|value|blob)',
  'could not cast',
  '(?:date|time|timestamp) field value out of range',
  'invalid (?:date|time|timestamp|interval|timezone) (?:field )?(?:format|value|string)',
  'failed to (?:cast|convert|parse)(?: (?:decimal|value|string))?',
  'unimplemented type for cast',
  'epoch (?:milli|micro)?seconds out of range',
  'overflow (?:in|on) (?:hugeint )?(?:addition|subtraction|multiplication|division|negation|abs)',
  'cannot take (?:square root|logarithm) of (?:a negative number|zero)',
  'substring offset outside of supported range',
  'division by zero',
  'sum is out of range',
  'more than one row returned by a subquery used as an expression',
  'map keys (?:must be unique|can not be null)',
  'slice step cannot be zero',
  'malformed json',
  'json path error',
  'invalid (?:utf8 codepoint|input for hex digit|type specifier|unicode|utf-?8)',
  'invalid (?:escape sequence|character class|repetition|named capture|perl operator|regular expression)',
  '(?:missing|unexpected) (?:closing )?[)\\]]',
  'no argument for repetition operator',
  'unknown time ?zone',
  'extract specifier',
  'strptime format must be a constant',
  'not implemented',
].map((head) => new RegExp(`^${head}(?!\\w)`, 'i'))

/** The type at the end of a failed cast: a closed set, so nothing of the data. */
const CAST_TYPE =
  / to (U?INT(?:8|16|32|64|128)|U?HUGEINT|BOOL(?:EAN)?|FLOAT|DOUBLE|DATE|TIME|TIMESTAMP|INTERVAL|UUID|DECIMAL\(\d{1,2},\s?\d{1,2}\))$/

/** One line of the engine's message, of errors about values no more than is known to be its own words. */
export function safeMessage(kind: string, line: string): string {
  if (WITHOUT_VALUES.test(kind)) return line
  const head = HEADS.map((pattern) => pattern.exec(line)?.[0]).find((text) => text !== undefined)
  if (head === undefined) return 'The engine could not use a value.'
  if (/^[.!]?$/.test(line.slice(head.length))) return line
  const type = CAST_TYPE.exec(line)?.[1]
  return type === undefined ? `${head} …` : `${head} … to ${type}`
}
