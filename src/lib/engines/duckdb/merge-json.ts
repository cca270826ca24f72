import {SluiceError} from '../../errors.js'
import type {MergedFiles, MergeWork} from './merge-work.js'

export async function mergeJson(_work: MergeWork): Promise<MergedFiles> {
  throw new SluiceError('QUERY_FAILED', 'Merging lines is not built yet.')
}
