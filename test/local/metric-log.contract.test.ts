import {MetricLog} from '../../src/lib/local/metric-log.js'
import {metricsContract} from '../contract/ports/metrics.js'
import {CountingIds, FixedClock} from '../fakes/fixed-clock.js'
import {MemoryObjectStore} from '../fakes/memory-object-store.js'

metricsContract('MetricLog', async () => {
  const clock = new FixedClock()
  const metrics = new MetricLog({store: new MemoryObjectStore(), clock, ids: new CountingIds()})
  return {metrics, now: clock.now(), namespace: 'icpa', close: async () => undefined}
})
