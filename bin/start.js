/** Runs the CLI whose package.json is nearest to `root`, a file URL; lets every byte out before it leaves. */
export async function start(argv, root) {
  survivePipes()
  const {run} = await import('@oclif/core/run')
  try {
    // neither execute() nor flush(): they give a slow reader ten seconds and then drop the rest
    await run(argv, root)
  } catch (error) {
    // handle() leaves with process.exit: everything that was printed must be out before
    await new Promise((done) => process.stdout.write('', () => done()))
    const {handle} = await import('@oclif/core/handle')
    await handle(error)
  }
}

/** A reader that went away is no failure; a disk that is full is one, and must not look like success. */
function survivePipes() {
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') return
    process.stderr.write(`Error ${error.code === 'ENOSPC' ? 'DISK_FULL' : 'UNEXPECTED'}: stdout: ${error.message}\n`)
    process.exit(1)
  })
  process.stderr.on('error', () => {})
}
