import {testLoadFaults} from './load-faults.js'

testLoadFaults('single', {decisive: 2, statements: 1, changes: 2, looks: 1})
