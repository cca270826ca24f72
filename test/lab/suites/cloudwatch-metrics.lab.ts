import {expect, it} from 'vitest'
import {CloudWatchMetrics} from '../../../src/lib/aws/cloudwatch-metrics.js'
import {systemClock} from '../../../src/lib/local/system.js'
import {metricsContract} from '../../contract/ports/metrics.js'
import {armFault} from '../checks/gateway-control.js'
import {ownName} from '../checks/lab-clients.js'
import {labSettings} from '../lab-settings.js'

const open = (): CloudWatchMetrics => new CloudWatchMetrics(labSettings(), systemClock)

metricsContract('CloudWatchMetrics', async () => ({
  metrics: open(),
  now: systemClock.now(),
  namespace: ownName('metrics'),
  close: async () => undefined,
}))

it('a refused publication names the permission', async () => {
  const namespace = ownName('metrics')
  const fault = {status: 403, code: 'AccessDenied', message: 'not authorized to perform: cloudwatch:PutMetricData'}
  await armFault({match: {service: 'monitoring', body: namespace}, fault: 'status', ...fault})
  const value = {namespace, name: 'Rate', dimensions: {}, unit: 'None', at: systemClock.now(), value: 1} as const
  await expect(open().publish([value])).rejects.toMatchObject({
    code: 'AWS_ACCESS_DENIED',
    details: {action: 'cloudwatch:PutMetricData'},
  })
})
