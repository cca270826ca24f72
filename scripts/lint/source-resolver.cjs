/**
 * Where an import points, for the boundary rules: sources name the compiled `.js` file, the rooms are those of the
 * `.ts` file beside it. Whether that file exists is the compiler's question, so it is not asked here.
 */
const path = require('node:path')

exports.interfaceVersion = 2

exports.resolve = (source, file) => {
  if (!source.startsWith('.')) return {found: false}
  return {found: true, path: path.resolve(path.dirname(file), source.replace(/\.js$/, '.ts'))}
}
