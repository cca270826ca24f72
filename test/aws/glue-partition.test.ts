import type {Partition} from '@aws-sdk/client-glue'
import {describe, expect, it} from 'vitest'
import {changedPartitionInput, readPartition} from '../../src/lib/aws/glue-partition.js'
import {withoutFileStatistics} from '../../src/lib/ports/catalog.js'

const LOCATIONS = {
  uriOf: (key: string): string => `s3://lake/${key}`,
  prefixOf: (uri: string): string | null => (uri.startsWith('s3://lake/') ? uri.slice('s3://lake/'.length) : null),
}
/** As a crawler leaves it: without a final slash, with statistics and things that sluice knows nothing of. */
const THEIRS: Partition = {
  Values: ['2026-01-14'],
  LastAccessTime: new Date('2026-01-20T00:00:00Z'),
  StorageDescriptor: {
    Columns: [{Name: 'id', Type: 'string', Comment: 'theirs'}],
    Location: 's3a://lake/events/day=2026-01-14',
    SerdeInfo: {Name: 'theirs', Parameters: {'their.option': 'kept'}},
    Parameters: {'their.storage': 'kept'},
  },
  Parameters: {'their.partition': 'kept', numRows: '600', totalSize: '1', COLUMN_STATS_ACCURATE: '{}'},
}

function moved(partition: Partition, location: string): Partition {
  const {parameters, values} = readPartition(partition, LOCATIONS)
  const kept = withoutFileStatistics(parameters)
  return changedPartitionInput({values, location, parameters: kept}, partition, 'mark', LOCATIONS)
}

describe('a partition of others that is moved', () => {
  it('keeps all but its location and what engines said of the files there', () => {
    const there = moved(THEIRS, 'events__compact/1/')
    const {Location, ...descriptor} = there.StorageDescriptor!
    expect(Location).toBe('s3://lake/events__compact/1/')
    expect({...descriptor, Location: THEIRS.StorageDescriptor!.Location}).toEqual(THEIRS.StorageDescriptor)
    expect(there.LastAccessTime).toEqual(THEIRS.LastAccessTime)
    expect(there.Parameters).toEqual({
      'their.partition': 'kept',
      'sluice.version': '1.mark',
      'sluice.location-before': 's3a://lake/events/day=2026-01-14',
    })
  })

  it('is moved back letter for letter', () => {
    const back = moved(moved(THEIRS, 'events__compact/1/'), 'events/day=2026-01-14/')
    expect(back.StorageDescriptor).toEqual(THEIRS.StorageDescriptor)
    expect(back.Parameters).toEqual({'their.partition': 'kept', 'sluice.version': '2.mark'})
  })

  it('is moved back to the place before, when it was moved twice', () => {
    const twice = moved(moved(THEIRS, 'events__compact/1/'), 'events__compact/2/')
    expect(twice.Parameters).toMatchObject({'sluice.location-before': 's3://lake/events__compact/1/'})
    expect(moved(twice, 'events__compact/1/').StorageDescriptor!.Location).toBe('s3://lake/events__compact/1/')
    expect(moved(twice, 'events/day=2026-01-14/').StorageDescriptor!.Location).toBe('s3://lake/events/day=2026-01-14/')
  })

  it('keeps statistics and location where it is not moved', () => {
    const changed = moved(THEIRS, 'events/day=2026-01-14/')
    expect(changed.StorageDescriptor).toEqual(THEIRS.StorageDescriptor)
    expect(changed.Parameters).toEqual({...THEIRS.Parameters, 'sluice.version': '1.mark'})
  })
})
