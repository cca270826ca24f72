const WIDTH = 80

/** Words in lines of a terminal's width; the first line begins with `lead`, the others stand below its end. */
export function wrapWords(text: string, lead = ''): string {
  const lines: string[] = []
  let line = lead
  for (const word of text.split(' ')) {
    const isFirst = line.length === lead.length
    const longer = isFirst ? line + word : `${line} ${word}`
    if (longer.length <= WIDTH || isFirst) line = longer
    else {
      lines.push(line)
      line = ' '.repeat(lead.length) + word
    }
  }
  return [...lines, line].join('\n')
}
