"""What `make run` starts stays up, one without the other, and ends together."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Notes its process id in a file and stays, or ends at once.
STAYS = '{python} -c "import os, time; open({file!r}, {a!r}).write(str(os.getpid()) + chr(10)); time.sleep(1000)"'
ENDS = '{python} -c "import os; open({file!r}, {a!r}).write(str(os.getpid()) + chr(10)); raise SystemExit(3)"'
#: Starts a child of its own and leaves it behind.
LEAVES = 'sh -c "sleep 1000 & echo $! >> {file}; wait"'


class Supervised:
    """A supervisor of two programs, and what they noted."""

    def __init__(self, folder, first, second):
        self.folder = folder
        names = [str(folder / name) for name in ("first", "second")]
        lines = [
            command.format(file=file, a="a", python=sys.executable)
            for command, file in zip((first, second), names, strict=True)
        ]
        (folder / "Procfile").write_text("first: {}\nsecond: {}\n".format(*lines))
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cdtrainer.supervisor", str(folder / "Procfile")], cwd=ROOT, stderr=self.log
        )

    def pids(self, name):
        with suppress(FileNotFoundError):
            return [int(line) for line in (self.folder / name).read_text().splitlines()]
        return []

    def wait_for(self, name, number):
        """Return the process id that a program noted when it started for the `number`-th time."""
        deadline = time.monotonic() + 30
        while len(self.pids(name)) < number:
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)
        return self.pids(name)[number - 1]

    @property
    def words(self):
        return (self.folder / "log").read_text()


@pytest.fixture
def supervised(tmp_path):
    running = []

    def start(first=STAYS, second=STAYS):
        running.append(Supervised(tmp_path, first, second))
        return running[-1]

    yield start
    for each in running:
        each.process.kill()
        each.process.wait()
        each.log.close()


def is_alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def gone(pids, seconds):
    deadline = time.monotonic() + seconds
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(is_alive(pid) for pid in pids)


def test_a_killed_program_is_started_again_and_takes_nobody_along(supervised):
    both = supervised()
    killed, neighbour = both.wait_for("first", 1), both.wait_for("second", 1)
    began = time.monotonic()

    os.kill(killed, signal.SIGKILL)
    both.wait_for("first", 2)

    assert time.monotonic() - began < 5
    assert is_alive(neighbour)
    assert both.pids("second") == [neighbour]
    assert "first has ended (killed by SIGKILL)." in both.words
    assert "It is started again in 1 s." in both.words


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_everything(supervised, signal_number):
    both = supervised(second=LEAVES)
    pids = [both.wait_for("first", 1), both.wait_for("second", 1)]

    both.process.send_signal(signal_number)

    assert both.process.wait(timeout=20) == 0
    assert gone(pids, 1)


def test_the_end_of_the_supervisor_ends_its_programs(supervised):
    both = supervised()
    pids = [both.wait_for("first", 1), both.wait_for("second", 1)]

    both.process.kill()

    assert gone(pids, 5)


def test_a_program_that_dies_at_once_is_tried_less_and_less_often(supervised):
    both = supervised(first=ENDS)
    both.wait_for("first", 3)
    time.sleep(3)

    assert len(both.pids("first")) == 3
    assert "first has ended (exit code 3), 3 times in a row. It is started again in 4 s." in both.words
    assert is_alive(both.pids("second")[0])


def test_what_a_dead_program_has_started_ends_with_it(supervised):
    both = supervised(first=LEAVES)
    left = both.wait_for("first", 1)
    shell = int(Path(f"/proc/{left}/stat").read_text().rpartition(")")[2].split()[1])

    os.kill(shell, signal.SIGKILL)

    assert gone([left], 5)


def test_a_program_that_is_not_there_is_named(supervised):
    both = supervised(first="/nowhere/at/all")
    both.wait_for("second", 1)
    time.sleep(0.5)

    assert "first cannot be started: [Errno 2] No such file or directory" in both.words
    assert is_alive(both.pids("second")[0])
