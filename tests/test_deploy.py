"""The files in `deploy/` fit the site."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from clips.conversion import ffmpeg

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
GIGABYTE = 1024**3


class Unit(configparser.ConfigParser):
    """A file of systemd's, whose names keep their capitals."""

    def optionxform(self, optionstr):
        return optionstr


def service(path):
    """Return the section [Service] of a systemd unit."""
    unit = Unit(strict=False, interpolation=None)
    unit.read_string(path.read_text())
    return unit["Service"]


def test_a_worker_may_use_more_memory_than_its_ffmpeg():
    most = re.fullmatch(r"(\d+)G", service(DEPLOY / "cdtrainer-worker.service")["MemoryMax"])

    assert int(most[1]) * GIGABYTE >= ffmpeg.MAX_MEMORY + GIGABYTE / 2


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_service_is_started_again_whatever_ended_it(unit):
    assert service(unit)["Restart"] == "always"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_understands_the_services(unit, tmp_path):
    text = unit.read_text().replace("/srv/cdtrainer/.venv/bin/", "/usr/bin/").replace("User=cdtrainer", "User=root")
    text = re.sub(r"ExecStart=/usr/bin/\w+", "ExecStart=/usr/bin/env", text)
    (tmp_path / unit.name).write_text(text)

    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / unit.name], capture_output=True, text=True, check=False
    )

    assert "Unknown" not in done.stderr, done.stderr
