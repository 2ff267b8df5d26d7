"""Waiting for the disk, with and without gevent."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys
if sys.argv[1] == "gevent":
    from gevent import monkey
    monkey.patch_all()
import threading
from uploads.files import in_background
thread = in_background(threading.get_ident)
print("gevent" in sys.modules, thread == threading.get_ident())
"""


@pytest.mark.parametrize(("server", "output"), [("gevent", "True False"), ("plain", "False True")])
def test_a_call_waits_in_another_thread_only_where_gevent_serves(server, output):
    finished = subprocess.run([sys.executable, "-c", SCRIPT, server], capture_output=True, text=True, check=True)

    assert finished.stdout.strip() == output
