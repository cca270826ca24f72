"""Runs a script, and waits for the processes that it leaves behind too: time(1) counts only what was waited for.

Usage: SCRIPT ARGUMENTS
"""

import ctypes
import os
import sys

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Linux only: elsewhere orphans go to the first process, uncounted."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_for_all(script):
    """The exit code of the script, once nothing of its tree is left."""
    code = 1
    while True:
        try:
            process, status = os.wait()
        except ChildProcessError:
            return code
        if process == script:
            code = os.waitstatus_to_exitcode(status)


adopt_orphans()
sys.exit(wait_for_all(os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ)))
