"""nginx with the site's own configuration, on free ports and with a certificate of its own."""

import contextlib
import http.client
import socket
import ssl
import subprocess
import time
from pathlib import Path

from tests.uploads.real_server import free_port

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
MAIN = """
daemon off; pid {folder}/nginx.pid; error_log stderr crit; {user}
events {{ }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/bodies; proxy_temp_path {folder}/answers; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/site.conf;
}}
"""


class Nginx:
    """nginx before the site on `site_port`; what it may write is below `folder`."""

    def __init__(self, folder: Path, site_port: int, media: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.bodies = folder / "bodies"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True,
        )  # fmt: skip
        text = (DEPLOY / "nginx.conf").read_text()
        for written, here in {
            "127.0.0.1:8000": f"127.0.0.1:{site_port}",
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "    listen [::]:443 ssl http2;\n": "",
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "    listen [::]:80;\n": "",
            "exercises.example.org": "127.0.0.1",
            "/etc/ssl/certs/exercises.pem": str(folder / "cert.pem"),
            "/etc/ssl/private/exercises.key": str(folder / "key.pem"),
            "/var/log/nginx/cdtrainer.log": str(folder / "error.log"),
            "/srv/cdtrainer/media/": f"{media}/",
            "/srv/cdtrainer/deploy/errors/": f"{DEPLOY}/errors/",
            "/srv/cdtrainer/static/": f"{DEPLOY.parent}/static/",
        }.items():
            assert written in text, written
            text = text.replace(written, here)
        (folder / "site.conf").write_text(text)
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user="user root;"))
        self.process: subprocess.Popen | None = None

    def check(self) -> str:
        """Return what `nginx -t` says about the configuration."""
        command = ["nginx", "-t", "-c", self.folder / "nginx.conf", "-p", self.folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return str(done.stderr)

    def start(self) -> "Nginx":
        self.process = subprocess.Popen(["nginx", "-c", self.folder / "nginx.conf", "-p", self.folder])
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                self.connect().close()
                return self
            time.sleep(0.05)
        raise TimeoutError("nginx did not come up")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()

    def connect(self) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=30))

    def request(
        self, verb: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Send one request over https; return status, headers and text."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30)
        connection.sock = self.connect()
        try:
            connection.request(verb, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode(errors="replace")
        finally:
            connection.close()
