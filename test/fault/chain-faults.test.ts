import {KILLS} from './fault-points.js'
import {testFaults, testPoints, testRunAgain} from './load-faults.js'

await testPoints('chain')
await testFaults('chain', 'kills', KILLS)
await testRunAgain('chain')
