import {FAILURES} from './fault-points.js'
import {testFaults, testFullDisk} from './load-faults.js'

await testFaults('single', 'failures', FAILURES)
await testFullDisk('single')
