import {KILLS} from './fault-points.js'
import {testFaults, testPoints, testRunAgain} from './load-faults.js'

await testPoints('single')
await testFaults('single', 'kills', KILLS)
await testRunAgain('single')
