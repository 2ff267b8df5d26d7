"""Runs one command that dies with its parent: launcher.py PARENT_PID CPU_SECONDS BYTES COMMAND [ARGUMENT...].

A worker that is killed has no chance to stop its ffmpeg, so the kernel does it. Doing this in a fresh process
instead of `preexec_fn` keeps it safe beside the worker's threads.
"""

import os
import sys

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
SIGKILL = 9
NICENESS = 10  # visitors' pages come first
LARGEST_FILE = 256 * 1024 * 1024  # bytes; a little more than a conversion may write (convert.MOST_BYTES)
NOT_STARTED = 127  # as shells say it
GRACE = 5  # seconds of processor time between the signal that can be told from a kill and the kill


def main(parent: int, cpu_seconds: int, memory: int, command: list[str]) -> None:
    if sys.platform == "linux":
        import ctypes
        import resource

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
        if os.getppid() != parent:  # the parent died before the line above
            sys.exit(1)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + GRACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
        # What is written to, not what is merely reserved: libraries reserve far more than they ever use.
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        go_first_when_memory_is_short()
    os.nice(NICENESS)
    try:
        os.execv(command[0], command)  # noqa: S606 - the command is a list made by our own code
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error}\n")
        sys.exit(NOT_STARTED)


def go_first_when_memory_is_short() -> None:
    """Have the kernel end this process rather than its worker, the web server or the database."""
    try:
        with open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123 - starts with every child: no pathlib
            score.write("1000")
    except OSError:
        pass


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
