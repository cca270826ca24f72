import type {Verdict} from './types.js'

export function pass(text: string): Verdict {
  return {state: 'pass', text}
}

export function warn(text: string, fix: string): Verdict {
  return {state: 'warn', text, fix}
}

export function fail(text: string, fix: string): Verdict {
  return {state: 'fail', text, fix}
}

export function unknown(text: string, fix: string): Verdict {
  return {state: 'unknown', text, fix}
}

export function skipped(text: string): Verdict {
  return {state: 'skipped', text}
}

/** One question, asked once however many checks wait for its answer. */
export function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let answer: Promise<Value> | null = null
  return () => (answer ??= ask())
}

/** One answer a key, however many checks need it. */
export function remembered<Value>(ask: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const answers = new Map<string, Promise<Value>>()
  return (key) => {
    const answer = answers.get(key) ?? ask(key)
    answers.set(key, answer)
    return answer
  }
}
