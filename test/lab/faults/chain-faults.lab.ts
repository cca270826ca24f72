import {testLoadFaults} from './load-faults.js'

testLoadFaults('chain', {decisive: 1, changes: 1, looks: 0})
