/** A word as a shell takes it: quoted where it has to be, control characters as escapes. */
export function shellWord(text: string): string {
  if (/^[\w./:=@%+,-]+$/.test(text)) return text
  // eslint-disable-next-line no-control-regex -- a name may hold them, and a terminal must not
  if (!/[\u0000-\u001f\u007f]/.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`
  const escaped = text.replaceAll(/[\\']/g, '\\$&')
  // eslint-disable-next-line no-control-regex -- as above
  return `$'${escaped.replaceAll(/[\u0000-\u001f\u007f]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)}'`
}
