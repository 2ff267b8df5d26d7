"""What the logs say, and what they do not."""

import io
import logging
import re
import socket
import sys
import time

import pytest
from django.core.exceptions import DisallowedHost

from cdtrainer.logs import LineFormatter
from tests.uploads.real_server import RealServer


@pytest.fixture
def logged():
    """Return a function that logs an exception as Django does, and returns what is written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(LineFormatter("%(levelname)s %(name)s: %(message)s"))
    log = logging.Logger("django.security.DisallowedHost")
    log.addHandler(handler)

    def write(error):
        try:
            raise error
        except type(error):
            log.error(str(error), exc_info=sys.exc_info()[1])
        return written.getvalue()

    return write


def test_a_foreign_host_costs_one_line(logged):
    text = logged(DisallowedHost("Invalid HTTP_HOST header: 'evil.example'."))

    assert text == "ERROR django.security.DisallowedHost: Invalid HTTP_HOST header: 'evil.example'.\n"


def test_a_stranger_cannot_make_a_line_long_or_two_of_one(logged):
    text = logged(DisallowedHost("Invalid HTTP_HOST header: 'a\nERROR root: made up" + "x" * 8000))

    assert text.count("\n") == 1
    assert len(text) < 400


def test_our_own_mistakes_keep_their_traceback(logged):
    assert "Traceback (most recent call last)" in logged(ZeroDivisionError("division by zero"))


def test_the_site_formats_its_lines_so(settings):
    assert settings.LOGGING["formatters"]["line"]["()"] == "cdtrainer.logs.LineFormatter"


@pytest.mark.e2e
def test_the_real_server_logs_no_address_and_one_line_for_each_refusal(tmp_path):
    server = RealServer(tmp_path, DEBUG="False")
    server.start()
    try:
        before = server.log.read_text()
        for request in (
            b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Name: x\r\n\r\n",
            b"nonsense\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
                connection.sendall(request)
                assert connection.recv(100).startswith(b"HTTP/1.1 4")
        time.sleep(0.5)
        lines = server.log.read_text().removeprefix(before).splitlines()
    finally:
        server.kill()

    assert [line for line in lines if re.search(r"127\.0\.0\.1(?!\S*ALLOWED_HOSTS)", line)] == []
    assert len(lines) == 4
    assert "evil.example" in lines[0]
    assert "Invalid request: Request Line is too large" in lines[1]
