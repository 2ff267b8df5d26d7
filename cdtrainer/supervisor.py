"""Runs what a Procfile names, and starts again whatever ends: `python -m cdtrainer.supervisor [PROCFILE]`.

One that dies takes nobody along. One that dies at once, again and again, is tried after 1, 2, 4 … 30 seconds. Ctrl-C
(or SIGTERM) ends all, and so does the end of this process, however it came: the kernel tells its children. In
production, systemd does all this (`deploy/`); `docs/decisions.md` says why no library does it here.
"""

import contextlib
import ctypes
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

LOOK_EVERY = 0.2  # seconds
STEADY = 10.0  # seconds; what has run for so long has started well
LONGEST_PAUSE = 30.0  # seconds
GRACE = 12.0  # seconds to end in; gunicorn gives its requests ten
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Program:
    """One line of a Procfile, and the process that runs it at the moment."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.due_at = 0.0
        self.failures = 0  # in a row

    def look_after(self) -> None:
        """Start the program when its time has come; when it has ended, say so and when it will start again."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start()
        elif (ended := self.process.poll()) is not None:
            self.failures = 0 if now - self.started_at >= STEADY else self.failures + 1
            pause = min(2.0 ** max(0, self.failures - 1), LONGEST_PAUSE)
            self.due_at = now + pause
            self.signal_group(signal.SIGTERM)  # what it has left behind
            self.process = None
            say(f"{self.name} has ended ({reason(ended)}){self.how_often()}. It is started again in {pause:.0f} s.")

    def how_often(self) -> str:
        return f", {self.failures} times in a row" if self.failures > 1 else ""

    def start(self) -> None:
        self.started_at = time.monotonic()
        try:
            self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=end_with_parent)
        except OSError as error:
            self.failures += 1
            self.due_at = self.started_at + LONGEST_PAUSE
            say(f"{self.name} cannot be started: {error}. It is tried again in {LONGEST_PAUSE:.0f} s.")

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process and self.is_running():
            self.process.terminate()

    def signal_group(self, number: int) -> None:
        """Send a signal to every process that this program has started and not moved into a session of its own."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def end_with_parent() -> None:
    """Have the kernel end this process when the supervisor dies, even if it was killed with -9."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def reason(code: int) -> str:
    """Return how a process ended, from its exit code."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def say(sentence: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {sentence}\n")
    sys.stderr.flush()


def read(procfile: Path) -> list[Program]:
    """Return the programs of a Procfile; $NAMES come from the environment."""
    programs = []
    for line in procfile.read_text().splitlines():
        name, colon, command = line.partition(":")
        if colon and not name.startswith("#"):
            programs.append(Program(name.strip(), shlex.split(os.path.expandvars(command))))
    return programs


def supervise(programs: list[Program]) -> None:
    """Keep `programs` running until SIGINT, SIGTERM or SIGHUP; a second one ends them without waiting."""
    stopping, hurry = threading.Event(), threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        (hurry if stopping.is_set() else stopping).set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    while not stopping.wait(LOOK_EVERY):
        for program in programs:
            program.look_after()
    for program in programs:
        program.stop()
    deadline = time.monotonic() + GRACE
    while any(program.is_running() for program in programs) and time.monotonic() < deadline and not hurry.is_set():
        time.sleep(0.05)
    for program in programs:
        program.signal_group(signal.SIGKILL)
        if program.process:
            program.process.wait()


if __name__ == "__main__":
    os.environ["PYTHONUNBUFFERED"] = "1"  # lines in the order in which they were written
    supervise(read(Path(sys.argv[1] if len(sys.argv) > 1 else "Procfile")))
