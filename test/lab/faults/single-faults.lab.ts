import {testLoadFaults} from './load-faults.js'

testLoadFaults('single')
