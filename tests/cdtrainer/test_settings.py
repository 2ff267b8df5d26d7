"""What the environment says, read as the operator's page explains it."""

import json
import os
import subprocess
import sys

import pytest

SHOW = """import json, sys
from cdtrainer import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))"""


def settings_with(*names, **environment):
    """Return the settings called `names` of a site with this environment."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *names], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "smtp+tls://ana:a%40b@mail.example.org:587",
            {"EMAIL_HOST": "mail.example.org", "EMAIL_PORT": 587, "EMAIL_HOST_USER": "ana",
             "EMAIL_HOST_PASSWORD": "a@b", "EMAIL_USE_TLS": True, "EMAIL_USE_SSL": False},
        ),
        ("smtp+ssl://mail.example.org", {"EMAIL_PORT": None, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True}),
        ("consolemail://", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
    ],
)  # fmt: skip
def test_one_address_says_how_mail_is_sent(url, expected):
    assert settings_with(*expected, EMAIL_URL=url) == expected
