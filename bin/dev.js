#!/usr/bin/env node
// Runs the compiled commands as production does, but discovers them anew and prints stacks: keep `tsc -w` running.
import {execute} from '@oclif/core/execute'

await execute({development: true, dir: import.meta.url})
