export interface StreamImages {
  /** Default: the key `id` of one of the images. */
  readonly keys?: Readonly<Record<string, unknown>>
  readonly now?: Readonly<Record<string, unknown>>
  readonly before?: Readonly<Record<string, unknown>>
}

/** An event of a DynamoDB stream as a function gets it; without `now` the item is gone. */
export function streamEvent(time: string, sequence: string, {keys, now, before}: StreamImages) {
  const id = (now ?? before)?.['id']
  return {
    eventID: `event-${sequence}`,
    eventName: now === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    eventSourceARN: 'arn:aws:dynamodb:eu-west-1:111122223333:table/Items/stream/2026-01-01T00:00:00.000',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(Date.parse(time) / 1000),
      Keys: keys ?? {id},
      ...(now === undefined ? {} : {NewImage: now}),
      ...(before === undefined ? {} : {OldImage: before}),
      SequenceNumber: sequence,
      SizeBytes: 100,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  }
}
