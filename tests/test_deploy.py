"""The files in `deploy/` fit the site."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cdtrainer import front_door
from cdtrainer.front_door import URLENCODED
from clips.conversion import ffmpeg
from tests.deploy_nginx import Nginx
from tests.uploads.real_server import RealServer

pytestmark = pytest.mark.xdist_group("nginx")

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


# nginx -----------------------------------------------------------------------------------------------------------

UNITS_OF_SIZE = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
with_nginx = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed here")


def in_bytes(size):
    number, unit = re.fullmatch(r"(\d+)([kmg]?)", size).groups()
    return int(number) * UNITS_OF_SIZE[unit]


def locations():
    """Return path and directives of each location of the site in deploy/nginx.conf."""
    text = re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text())
    found = re.findall(r"location (\S+) {((?:[^{}]|{[^{}]*})*)}", text)
    return {path: directives for path, directives in found if "proxy_pass" in directives}


def test_nginx_and_the_front_door_take_the_same_bodies():
    most = re.findall(r"client_max_body_size (\w+);", (DEPLOY / "nginx.conf").read_text())[0]
    sizes = {path: re.findall(r"client_max_body_size (\w+)", text) for path, text in locations().items()}

    assert in_bytes(most) == 1  # no page takes a body but where a location says so
    assert {path: in_bytes(size[0]) for path, size in sizes.items() if size} == {
        room.path: room.most for room in front_door.rooms()
    }


def test_nginx_asks_for_a_session_where_the_front_door_does():
    asking = {path for path, text in locations().items() if "if ($is_stranger_sending) { return 403; }" in text}

    assert asking == {room.path for room in front_door.rooms() if room.session}


def test_nginx_puts_no_body_of_a_stranger_onto_the_disk():
    buffer = re.findall(r"client_body_buffer_size (\w+);", (DEPLOY / "nginx.conf").read_text())[0]

    for path, text in locations().items():
        size = re.findall(r"client_max_body_size (\w+)", text) or ["1"]
        assert in_bytes(size[0]) <= in_bytes(buffer) or "proxy_request_buffering off" in text, path


@pytest.mark.parametrize("status", [403, 413, 503])
def test_nginx_says_what_the_site_says(status, client, db):
    def words(html):
        return re.findall(r'<h1>(.*?)</h1>\s*<p class="lead">(.*?)</p>', html, re.DOTALL)

    template = re.sub(
        r'{% translate "(.*?)" %}', r"\1", (DEPLOY.parent / f"templates/errors/{status}.html").read_text()
    )

    assert words((DEPLOY / f"errors/{status}.html").read_text())[0] in words(template)


def test_nginxs_pages_have_the_sites_colours():
    styles = (DEPLOY / "errors/errors.css").read_text()
    tokens = (DEPLOY.parent / "static/css/tokens.css").read_text()

    used = set(re.findall(r"var\(--([\w-]+)\)", styles))
    assert used
    assert {name for name in used if f"--{name}:" not in tokens} == set()
    assert not re.search(r"#[0-9a-f]{3}", styles)
    assert all("/.errors/tokens.css" in page.read_text() for page in (DEPLOY / "errors").glob("*.html"))


@pytest.fixture(scope="module")
def behind_nginx(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    site = RealServer(
        folder,
        DEBUG="False",
        HTTPS="True",
        SSL_REDIRECT="False",
        BEHIND_PROXY="True",
        MEDIA_ACCEL_PREFIX="/protected",
        HSTS_SECONDS="7200",
    )
    nginx = Nginx(tmp_path_factory.mktemp("nginx"), site.port, folder / "media")
    site.start()
    nginx.start()
    yield site, nginx
    nginx.stop()
    site.kill()


@with_nginx
@pytest.mark.e2e
def test_nginx_loads_its_configuration(behind_nginx):
    _site, nginx = behind_nginx

    assert "test is successful" in nginx.check()


@with_nginx
@pytest.mark.e2e
def test_pages_come_through_nginx_with_the_sites_own_headers(behind_nginx):
    _site, nginx = behind_nginx

    status, headers, page = nginx.request("GET", "/stages/")

    assert status == 200
    assert headers["Strict-Transport-Security"] == "max-age=7200"
    assert headers["Server"] == "nginx"
    assert "site-header" in page


@with_nginx
@pytest.mark.e2e
@pytest.mark.parametrize("path", ["/", "/sides/", "/admin/account/login/"])
def test_nginx_refuses_large_bodies_in_the_sites_look(behind_nginx, path):
    _site, nginx = behind_nginx

    status, headers, page = nginx.request(
        "POST", path, bytes(100_000), Content_Type="application/x-www-form-urlencoded"
    )

    assert (status, headers["Cache-Control"]) == (413, "no-store")
    assert "That is too large" in page
    assert nginx.request("GET", "/.errors/errors.css")[0] == 200
    assert "--page" in nginx.request("GET", "/.errors/tokens.css")[2]


@with_nginx
@pytest.mark.e2e
@pytest.mark.parametrize("path", ["/admin/clips/clip/add/", "/admin/exercises/exercise/1/change/", "/admin/uploads/"])
def test_nginx_takes_no_film_without_a_session(behind_nginx, path):
    _site, nginx = behind_nginx

    status, _headers, page = nginx.request("POST", path, bytes(1_000_000), Cookie="other__Host-sessionid=x")

    assert status == 403
    assert "You may not do this here" in page
    assert [file for file in nginx.bodies.rglob("*") if file.is_file()] == []


@with_nginx
@pytest.mark.e2e
def test_a_visitors_form_comes_through_nginx(behind_nginx):
    _site, nginx = behind_nginx

    status, headers, _page = nginx.request("POST", "/sides/", b"side=left&next=/stages/", Content_Type=URLENCODED)

    assert status == 302
    assert "side=left" in headers["Set-Cookie"]


@with_nginx
@pytest.mark.e2e
def test_nginx_says_in_the_sites_look_that_the_site_is_away(behind_nginx):
    site, nginx = behind_nginx
    site.kill()

    status, headers, page = nginx.request("GET", "/stages/")

    assert (status, headers["Retry-After"]) == (502, "10")
    assert "We will be back in a moment" in page
    assert "127.0.0.1" not in (nginx.folder / "error.log").read_text()
