const SUBRESOURCES = [
  'acl',
  'cors',
  'encryption',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'object-lock',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'replication',
  'requestPayment',
  'retention',
  'legal-hold',
  'tagging',
  'versioning',
  'website',
  'ownershipControls',
  'inventory',
  'metrics',
  'analytics',
  'accelerate',
]
const VERBS = {GET: 'Get', HEAD: 'Head', PUT: 'Put', DELETE: 'Delete', POST: 'Post'}

/** Name of an S3 call: S3 has no operation header, and only some calls of the SDK carry `x-id`. */
export function s3Operation(method, url, headers) {
  const query = url.searchParams
  const key = url.pathname.split('/').slice(2).join('/')
  if (url.pathname === '/') return 'ListBuckets'
  const part = SUBRESOURCES.find((name) => query.has(name))
  if (part !== undefined) return `${VERBS[method]}${key === '' ? 'Bucket' : 'Object'}${pascal(part)}`
  return key === '' ? bucketOperation(method, query) : objectOperation(method, query, headers)
}

function bucketOperation(method, query) {
  if (query.has('versions')) return 'ListObjectVersions'
  if (query.has('uploads')) return 'ListMultipartUploads'
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects'
  if (method === 'GET') return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects'
  return {HEAD: 'HeadBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket'}[method] ?? 'PostObject'
}

function objectOperation(method, query, headers) {
  if (query.has('attributes')) return 'GetObjectAttributes'
  if (query.has('uploads')) return 'CreateMultipartUpload'
  if (query.has('uploadId')) return uploadOperation(method, headers)
  if (method === 'PUT' && headers['x-amz-copy-source'] !== undefined) return 'CopyObject'
  return {GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject'}[method] ?? 'PostObject'
}

function uploadOperation(method, headers) {
  if (method === 'PUT') return headers['x-amz-copy-source'] === undefined ? 'UploadPart' : 'UploadPartCopy'
  return {GET: 'ListParts', POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload'}[method]
}

const pascal = (text) =>
  text
    .split('-')
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join('')
