// Loaded with `node --import`: leaves what the process used where SLUICE_BENCH_USAGE says, in time(1)'s form.
import {writeFileSync} from 'node:fs'

process.on('exit', () => {
  const {userCPUTime, systemCPUTime, maxRSS} = process.resourceUsage()
  writeFileSync(process.env.SLUICE_BENCH_USAGE, `${userCPUTime / 1e6} ${systemCPUTime / 1e6} ${maxRSS}`)
})
