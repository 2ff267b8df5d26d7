"""How long browsers are told to insist on https: an hour, unless the operator says more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import json
from django.conf import settings
names = ["SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"]
print(json.dumps([getattr(settings, name) for name in names]))
"""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, [3600, False, False]),
        (
            {"HSTS_SECONDS": "63072000", "HSTS_SUBDOMAINS": "True", "HSTS_PRELOAD": "True"},
            [63072000, True, True],
        ),
    ],
)
def test_more_than_an_hour_and_other_names_only_when_the_operator_says_so(environment, expected):
    own = {"HTTPS": "True", "DJANGO_SETTINGS_MODULE": "cdtrainer.settings", "ALLOWED_HOSTS": "example.org"}

    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=os.environ | own | environment,
        check=True,
        capture_output=True,
        text=True,
    )

    assert json.loads(done.stdout) == expected
