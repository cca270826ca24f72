import type {SourceFileWork} from './load-work.js'

/** A line of an export that was chosen to be compared. */
export interface SampledLine {
  readonly file: string
  /** 1 for the first line. */
  readonly line: number
  readonly format: SourceFileWork['format']
  /** Null for a line that is too long for any item. */
  readonly bytes: Buffer | null
}

/** Places of lines among those of a file that are not blank, ascending; 0 for the first one. */
export type SamplePlaces = ReadonlyMap<SourceFileWork['key'], readonly number[]>

/**
 * Up to `count` lines of an export, evenly over all of its lines and so over its files. Always the same ones for the
 * same export, so that a check can be repeated.
 */
export function samplePlaces(files: readonly Pick<SourceFileWork, 'key' | 'itemCount'>[], count: number): SamplePlaces {
  const total = files.reduce((sum, {itemCount}) => sum + itemCount, 0)
  const wanted = Math.min(count, total)
  const places = new Map<string, readonly number[]>()
  let before = 0
  let next = 0
  for (const {key, itemCount} of files) {
    const ofFile: number[] = []
    for (; next < wanted; next += 1) {
      // The middle of each of `wanted` equal stretches: neither always the first line nor always the last.
      const place = Math.floor(((2 * next + 1) * total) / (2 * wanted)) - before
      if (place >= itemCount) break
      ofFile.push(place)
    }
    places.set(key, ofFile)
    before += itemCount
  }
  return places
}
