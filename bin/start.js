/** Runs the CLI whose package.json is nearest to `root`, a file URL; lets every byte out before it leaves. */
export async function start(argv, root) {
  survivePipes()
  const {run} = await import('@oclif/core/run')
  try {
    // neither execute() nor flush(): they give a slow reader ten seconds and then drop the rest
    await run(argv, root)
  } catch (error) {
    // not oclif's handle(): it leaves with process.exit, and what a pipe has not taken yet is lost
    const {showOutsideError} = await import('../dist/lib/cli/outside-error.js')
    showOutsideError(error, argv, 'sluice')
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
