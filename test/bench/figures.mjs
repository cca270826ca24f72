import {availableParallelism, cpus, totalmem} from 'node:os'

/** The machine's shape: without it no figure means anything. */
export function machineLine() {
  const model = cpus()[0]?.model ?? 'unknown processor'
  const memoryGib = (totalmem() / 2 ** 30).toFixed(0)
  return `${availableParallelism()} cores (${model}), ${memoryGib} GiB, Node ${process.version}, ${process.platform}`
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(numbers) {
  const sorted = [...numbers].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** A Markdown table; the first column is text, the others are figures. */
export function markdownTable(head, rows) {
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** `1.18 × (1.12 .. 1.25)`: median, least and greatest. */
export function ratioText(ratios) {
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)]
  return `${median(ratios).toFixed(2)} × (${least.toFixed(2)} .. ${most.toFixed(2)})`
}

export const secondsText = (seconds) => `${seconds.toFixed(2)} s`
export const megabytesText = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`
