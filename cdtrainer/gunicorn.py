"""Settings of gunicorn. Its workers are gevent's, so that slow viewers of films do not hold up everybody's pages."""

import os
from typing import Any

from gunicorn.glogging import Logger

from cdtrainer.logs import NoAddresses

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gevent"
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_connections = 1000
forwarder_headers = ""  # a SCRIPT_NAME header from a visitor beside a trusted proxy would be answered with 500
timeout = 60  # seconds; a worker that hangs for longer is replaced
graceful_timeout = 10  # seconds
keepalive = 5  # seconds
loglevel = "warning"


class ServerLog(Logger):  # type: ignore[misc]
    """gunicorn's log, without visitors' addresses."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(NoAddresses())


logger_class = ServerLog

MANY_BODIES = "/admin/uploads/"  # a film comes in many requests, best on one connection


def pre_request(worker: Any, request: Any) -> None:
    """Close the connection after a request with a body.

    Otherwise gunicorn reads whatever the site left of it, 1 KiB at a time out of a buffer of 1 MiB that it copies
    each time, without letting anybody else run: 40 ms of the whole process per megabyte (27.0.1, `finish_body`).
    """
    headers = dict(request.headers)
    has_body = headers.get("CONTENT-LENGTH", "0") != "0" or "TRANSFER-ENCODING" in headers
    if has_body and not request.path.startswith(MANY_BODIES):
        request.force_close()


def post_request(worker: Any, request: Any, environ: dict[str, Any], response: Any) -> None:
    """Keep a connection for the next piece of an upload, but only when this piece has been read to its end."""
    reader = getattr(request.body, "reader", None)
    if getattr(reader, "length", 0) or getattr(reader, "parser", None):  # of bytes, or of chunks still to come
        request.force_close()


def post_worker_init(worker: Any) -> None:
    """Keep the database open in each web process, so that a full disk does not keep it from being read."""
    from cdtrainer.sqlite.base import keep_open  # Django is ready only now

    keep_open()
