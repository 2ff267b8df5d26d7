"""Settings of gunicorn. Its workers are gevent's, so that slow viewers of films do not hold up everybody's pages."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gevent"
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_connections = 1000
forwarder_headers = ""  # a SCRIPT_NAME header from a visitor beside a trusted proxy would be answered with 500
timeout = 60  # seconds; a worker that hangs for longer is replaced
graceful_timeout = 10  # seconds
keepalive = 5  # seconds
loglevel = "warning"
