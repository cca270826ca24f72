import {afterEach} from 'vitest'

/** Tests that wait for child processes block this one: between them, what it reports must get away. */
afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)))
