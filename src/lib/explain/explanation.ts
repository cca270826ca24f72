/** One thing to do: a command where there is one, and what it is for. */
export interface Step {
  readonly command: string | null
  readonly text: string
}

/** What a person who meets an error wants to know, without a lake at hand. */
export interface Explanation {
  /** Half a line, for the list of all codes. */
  readonly title: string
  readonly meaning: string
  /** Usual causes, the likeliest first. */
  readonly causes: readonly string[]
  /** What was and was not done when it appears, and whether the work can go on. */
  readonly state: string
  readonly next: readonly Step[]
}

/** A step that is a command to type. */
export function run(command: string, text: string): Step {
  return {command, text}
}

/** A step that no command can do. */
export function advice(text: string): Step {
  return {command: null, text}
}

/** What holds for everything that is refused before the first write. */
export const NOTHING_DONE = 'Nothing was changed: it is refused before anything is written.'
