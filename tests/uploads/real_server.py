"""The site as it is served: gunicorn with our configuration, its own database and folders, and somebody signed in."""

import contextlib
import copy
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.prepared import ROOT, copy_static, copy_with_people

CSRF = "c" * 32


def free_port() -> int:
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class RealServer:
    """gunicorn on a free port, restartable, with everything it writes below `folder`.

    Its site is empty, or has the programme with its clips. Static files are collected where DEBUG is "False".
    """

    def __init__(self, folder: Path, *, programme: bool = False, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "cdtrainer.settings",
            "PYTHONPATH": str(ROOT),
            "DEBUG": "True",  # static files without collecting them
            "HTTPS": "False",
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "UPLOADS_ROOT": str(folder / "uploads"),
            "UPLOAD_FREE_BYTES": "0",
            "ORIGINALS_ROOT": str(folder / "originals"),
            "MEDIA_ROOT": str(folder / "media"),
            "STATIC_ROOT": str(folder / "static"),
            "PORT": str(self.port),
            "WEB_WORKERS": "2",
            **settings,
        }
        self.process: subprocess.Popen | None = None
        self.worker: subprocess.Popen | None = None
        self.log = folder / "server.log"
        self.connections: list[socket.socket] = []
        self.sessions = copy_with_people(folder, programme=programme)
        if self.environment["DEBUG"] == "False":
            copy_static(Path(self.environment["STATIC_ROOT"]))

    def second_host(self) -> "RealServer":
        """Return another host of the same site: it shares the database and the folders."""
        host = copy.copy(self)
        host.port = free_port()
        host.url = f"http://127.0.0.1:{host.port}"
        host.environment = self.environment | {"PORT": str(host.port)}
        host.connections, host.process, host.worker = [], None, None
        return host

    def python(self, *arguments: str) -> str:
        """Run Python with the site's settings and return what it prints."""
        return subprocess.run(
            [sys.executable, "-W", "ignore", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        ).stdout

    def start(self) -> "RealServer":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", "cdtrainer/gunicorn.py", "cdtrainer.wsgi"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_up()
        return self

    def start_worker(self) -> None:
        """Start what converts films; it ends with `stop_worker`."""
        with (self.folder / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "manage.py", "work"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop_worker(self) -> None:
        if self.worker:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()
            self.worker = None

    def wait_until_up(self, seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.request("OPTIONS", "/admin/uploads/")[0] == 204:
                    return
            time.sleep(0.05)
        raise TimeoutError(f"the server did not come up:\n{self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """`kill -9` for the server and all its workers."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers (Linux)."""
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def memory(self) -> float:
        """Return the resident memory of all workers together, in MiB."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.workers]
        return sum(pages) * os.sysconf("SC_PAGESIZE") / 2**20

    def headers(self, who: str = "ana") -> dict[str, str]:
        prefix = "__Host-" if self.environment["HTTPS"] == "True" else ""
        return {
            "Cookie": f"{prefix}sessionid={self.sessions[who]}; {prefix}csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "Tus-Resumable": "1.0.0",
        }

    def request(
        self, verb: str, path: str, body: bytes | None = None, who: str = "ana", **headers: object
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Send one request on a connection of its own; return status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        if body is not None:
            headers.setdefault("Content_Type", "application/offset+octet-stream")
        all_headers = self.headers(who) | {name.replace("_", "-"): str(v) for name, v in headers.items()}
        try:
            connection.request(verb, path, body=body, headers=all_headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def raw(self, text: bytes, who: str = "ana") -> socket.socket:
        """Open a connection and send `text`, in which `{auth}` stands for the headers of somebody signed in."""
        auth = "".join(f"{name}: {value}\r\n" for name, value in self.headers(who).items()).encode()
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        self.connections.append(connection)
        connection.sendall(text.replace(b"{auth}", b"Host: 127.0.0.1\r\n" + auth))
        return connection

    def hang_up(self) -> None:
        """Close the connections that `raw` has opened."""
        while self.connections:
            self.connections.pop().close()

    def begin(self, length: int, **headers: str) -> str:
        status, response, _body = self.request("POST", "/admin/uploads/", None, "ana", Upload_Length=length, **headers)
        assert status == 201, status
        return str(response["Location"])

    def offset(self, path: str) -> int:
        return int(self.request("HEAD", path)[1]["Upload-Offset"])

    def file_of(self, path: str) -> Path:
        return self.folder / "uploads" / path.rstrip("/").rpartition("/")[2]
