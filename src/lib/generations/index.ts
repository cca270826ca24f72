export {followObjects, generationsHolding, type FollowedObjects} from './follow.js'
export {
  encodeGeneration,
  generationKey,
  generationsPrefix,
  hasDoubledRows,
  listGenerations,
  partitionDigest,
  readGeneration,
  type Generation,
  type GenerationOutput,
  type GenerationState,
  type StoredGeneration,
} from './generation.js'
