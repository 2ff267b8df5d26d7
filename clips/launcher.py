"""Runs one command that dies with its parent: launcher.py PARENT_PID CPU_SECONDS COMMAND [ARGUMENT...].

A worker that is killed has no chance to stop its ffmpeg, so the kernel does it. Doing this in a fresh process
instead of `preexec_fn` keeps it safe beside the worker's threads.
"""

import os
import sys

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
SIGKILL = 9
NICENESS = 10  # visitors' pages come first


def main(parent: int, cpu_seconds: int, command: list[str]) -> None:
    if sys.platform == "linux":
        import ctypes
        import resource

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
        if os.getppid() != parent:  # the parent died before the line above
            sys.exit(1)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    os.execv(command[0], command)  # noqa: S606 - the command is a list made by our own code


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
