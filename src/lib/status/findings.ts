import {SluiceError} from '../errors.js'
import type {Finding, Health} from './types.js'

type Next = readonly [command: string, purpose: string]

/** What is told about the lake, and the guard that keeps one broken part from hiding the others. */
export class Findings {
  private readonly list: Finding[] = []

  note(about: string, text: string, next?: Next): void {
    this.add('note', about, text, next)
  }

  warn(about: string, text: string, next?: Next): void {
    this.add('warn', about, text, next)
  }

  /** Says that something could not be looked at, and why. */
  unknown(about: string, what: string, error: unknown): void {
    const code = error instanceof SluiceError ? error.code : 'UNEXPECTED'
    const why = error instanceof Error ? error.message : String(error)
    const next: Next = [`sluice explain ${code}`, 'what that means']
    this.add('unknown', about, `${what} cannot be read: ${why.replace(/\.$/, '')}`, next)
  }

  /** What `look` finds; null, and a finding, where it cannot. An abort still ends the command. */
  async attempt<Value>(
    about: string,
    what: string,
    look: () => Promise<Value>,
    signal?: AbortSignal,
  ): Promise<Value | null> {
    try {
      return await look()
    } catch (error) {
      signal?.throwIfAborted()
      this.unknown(about, what, error)
      return null
    }
  }

  all(): readonly Finding[] {
    return this.list
  }

  health(): Health {
    return healthOf(this.list)
  }

  private add(level: Finding['level'], about: string, text: string, next: Next | undefined): void {
    this.list.push({level, about, text, next: next === undefined ? null : {command: next[0], purpose: next[1]}})
  }
}

/** `unknown` beats `warn`: what nobody could look at may be worse. */
export function healthOf(findings: readonly Finding[]): Health {
  if (findings.some(({level}) => level === 'unknown')) return 'unknown'
  return findings.some(({level}) => level === 'warn') ? 'warn' : 'pass'
}
