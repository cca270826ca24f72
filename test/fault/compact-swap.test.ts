import {testCompaction} from './compact-faults.js'

// Each point of an undisturbed process. After a change: npx vitest run test/fault/compact -u
await testCompaction('swap', ['run', 'rollback', 'gc'])
