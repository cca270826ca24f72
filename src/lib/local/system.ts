import {readFileSync, readlinkSync} from 'node:fs'
import {hostname, uptime, userInfo} from 'node:os'
import {setTimeout as wait} from 'node:timers/promises'
import {ulid} from 'ulid'
import type {Clock, Host, Ids, ProcessIdentity} from '../ports/clock.js'
import {errnoOf} from './store-errors.js'

// Linux gives the first pid namespace of every boot this inode number (PROC_PID_INIT_INO).
const FIRST_PID_NAMESPACE = 'pid:[4026531836]'
const BOOT_TIME_TOLERANCE_SECONDS = 300

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: sleepUnlessAborted,
}

/** Fresh ULIDs. */
export const systemIds: Ids = {next: () => ulid()}

/** This process and what can be known about others on this machine. */
export function systemHost(): Host {
  const identity: ProcessIdentity = {
    host: hostName(),
    bootId: bootId(),
    pid: process.pid,
    startedAt: startOf(process.pid)?.startedAt ?? String(Math.round(performance.timeOrigin)),
    user: userName(),
  }
  return {identity, fateOf: (other) => fateOf(other, identity)}
}

async function sleepUnlessAborted(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, signal === undefined ? {} : {signal})
  } catch (error) {
    throw signal?.reason ?? error
  }
}

function fateOf(other: ProcessIdentity, own: ProcessIdentity): 'alive' | 'gone' | 'unknown' {
  if (other.host !== own.host) return 'unknown'
  if (!isSameBoot(other.bootId, own.bootId)) return 'gone'
  if (!isRunning(other.pid)) return 'gone'
  const start = startOf(other.pid)
  if (start === null) return 'alive'
  return start.isOver || start.startedAt !== other.startedAt ? 'gone' : 'alive'
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errnoOf(error) !== 'ESRCH'
  }
}

/** Start in clock ticks since boot; null where the system does not tell. A zombie is over though its pid stands. */
function startOf(pid: number): {readonly startedAt: string; readonly isOver: boolean} | null {
  const stat = readOrNull(`/proc/${pid}/stat`)
  if (stat === null) return null
  // The second field is the program's name, which may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const startedAt = fields[19]
  return startedAt === undefined ? null : {startedAt, isOver: fields[0] === 'Z' || fields[0] === 'X'}
}

// Containers may share a host name and a boot id, but a pid means nothing outside its namespace.
function hostName(): string {
  try {
    const namespace = readlinkSync('/proc/self/ns/pid')
    return namespace === FIRST_PID_NAMESPACE ? hostname() : `${hostname()}#${namespace.replace(/\D/g, '')}`
  } catch {
    return hostname()
  }
}

function bootId(): string {
  const known = readOrNull('/proc/sys/kernel/random/boot_id')
  return known === null ? `booted-${Math.round(Date.now() / 1000 - uptime())}` : known.trim()
}

function isSameBoot(left: string, right: string): boolean {
  if (left === right) return true
  const [leftSeconds, rightSeconds] = [bootSeconds(left), bootSeconds(right)]
  if (leftSeconds === null || rightSeconds === null) return false
  return Math.abs(leftSeconds - rightSeconds) <= BOOT_TIME_TOLERANCE_SECONDS
}

function bootSeconds(id: string): number | null {
  const match = /^booted-(\d+)$/.exec(id)
  return match === null ? null : Number(match[1])
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run as a user id without an entry in the user list.
    return process.env['USER'] ?? `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
