import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'

/** Writes objects one after another; data files as multipart uploads of one part, as DynamoDB does. */
export async function writeObjects(s3, Bucket, objects) {
  for (const {key, body, inParts = false} of objects) {
    if (inParts) await uploadInOnePart(s3, {Bucket, Key: key}, body)
    else await s3.send(new PutObjectCommand({Bucket, Key: key, Body: body}))
  }
}

async function uploadInOnePart(s3, place, Body) {
  const {UploadId} = await s3.send(new CreateMultipartUploadCommand(place))
  const {ETag} = await s3.send(new UploadPartCommand({...place, UploadId, PartNumber: 1, Body}))
  const MultipartUpload = {Parts: [{PartNumber: 1, ETag}]}
  await s3.send(new CompleteMultipartUploadCommand({...place, UploadId, MultipartUpload}))
}
