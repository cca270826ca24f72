const VAGUE = /(^|[.-])(utils?|helpers?|common|manager|misc)([.-]|$)/
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/

/** A file is called by what it exports: kebab-case, and never by a word that would fit any file. */
export const fileName = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      vague: '"{{name}}" says nothing: call the file by what it exports.',
      kebab: '"{{name}}" is not kebab-case.',
    },
  },
  create(context) {
    const name = context.filename.split(/[/\\]/).at(-1)
    const messageId = VAGUE.test(name) ? 'vague' : KEBAB.test(name) ? undefined : 'kebab'
    return messageId === undefined ? {} : {Program: (node) => context.report({node, messageId, data: {name}})}
  },
}
