import {FAILURES} from './fault-points.js'
import {testFaults, testFullDisk} from './load-faults.js'

await testFaults('chain', 'failures', FAILURES)
await testFullDisk('chain')
