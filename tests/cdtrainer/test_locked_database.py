"""The real server while another process holds the database's lock."""

import http.client
import itertools
import re
import threading
import time
from html import unescape
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.utils.text import slugify

from tests.cdtrainer.locks import held_lock
from tests.uploads.real_server import CSRF, RealServer
from tests.workshop.two_people import fields_of
from tools.visitors import Visits, visitors

pytestmark = pytest.mark.e2e  # not a browser, but as slow as one

PAGES = ["/", "/stages/", "/exercises/", "/faq/"]
URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = RealServer(tmp_path_factory.mktemp("site"), DEBUG="False")
    yield running.start()
    running.kill()


def save(server, name, answers):
    """Add a body part in the workshop; put aside status, page and the seconds it took."""
    form = {"name": name, "slug": slugify(name), "position": 1, "csrfmiddlewaretoken": CSRF}
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = server.headers() | {"Content-Type": URLENCODED}
    connection.request("POST", "/admin/exercises/bodypart/add/", urlencode(form), headers)
    response = connection.getresponse()
    answers.append((response.status, unescape(response.read().decode()), time.monotonic() - begun))
    connection.close()


def worst_wait(server, seconds):
    """Return the longest that one of three visitors waited for a page that is kept."""
    visits = Visits("")
    with visitors(server.port, visits, itertools.cycle(PAGES), 3):
        time.sleep(seconds)
    assert set(visits.answers) == {"200"}
    return visits.worst


def worst_wait_beside_saves(server, number, answers):
    """Return the longest that a visitor waited while four saves waited for a lock of six seconds."""
    names = [f"{name} {number}" for name in ("Knee", "Elbow", "Wrist", "Hip")]
    saves = [threading.Thread(target=save, args=(server, name, answers)) for name in names]
    with held_lock(server.folder / "db.sqlite3"):
        for each in saves:
            each.start()
        busy = worst_wait(server, 6)
    for each in saves:
        each.join()
    return busy


def test_saves_that_wait_keep_nobody_else_waiting_and_succeed(server):
    for path in PAGES * 6:  # for each process
        Visits("").visit(server.port, path)
    quiet = worst_wait(server, 2)
    answers: list[tuple[int, str, float]] = []

    # Whoever waits for the lock holds visitors up each time; what else this machine does, does not.
    for number in range(3):
        answers.clear()
        if worst_wait_beside_saves(server, number, answers) < quiet + 0.5:
            break
    else:
        pytest.fail("visitors waited for the lock three times")
    assert [status for status, _page, _seconds in answers] == [302] * 4
    assert min(seconds for _status, _page, seconds in answers) > 5


def test_a_save_that_cannot_wait_longer_says_so_and_keeps_the_words(server):
    answers: list[tuple[int, str, float]] = []

    with held_lock(server.folder / "db.sqlite3"):
        save(server, "Shoulder", answers)

    [(status, page, seconds)] = answers
    assert (status, 18 < seconds < 24) == (503, True)
    assert "Not saved yet" in page
    assert 'name="name" value="Shoulder"' in page


def ask(server, method, path, form=None, who="ana"):
    """Return status and page of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = server.headers(who) | ({"Content-Type": URLENCODED} if form else {})
    connection.request(method, path, urlencode(form, doseq=True) if form else None, headers)
    response = connection.getresponse()
    page = response.read().decode()
    connection.close()
    return response.status, SimpleNamespace(text=page)


def test_a_change_waits_for_the_lock_and_is_still_merged(server):
    save(server, "Finger", [])
    _status, listed = ask(server, "GET", "/admin/exercises/bodypart/?q=Finger")
    path = re.search(r"/admin/exercises/bodypart/\d+/change/", listed.text)[0]
    forms = {who: fields_of(ask(server, "GET", path, who=who)[1]) for who in ("ana", "ben")}
    answers: dict[str, int] = {}

    def change(who):
        changed = forms[who] | {"name": f"Finger of {who}", "csrfmiddlewaretoken": CSRF}
        answers[who], _page = ask(server, "POST", path, changed, who)

    saves = [threading.Thread(target=change, args=(who,)) for who in forms]
    with held_lock(server.folder / "db.sqlite3"):
        for each in saves:
            each.start()
        time.sleep(3)
        assert answers == {}
    for each in saves:
        each.join()

    assert sorted(answers.values()) == [302, 409]  # one is saved, and the other asked


def test_nobody_takes_the_database_for_themselves_while_it_is_served(server):
    with pytest.raises(Exception, match="locked"), held_lock(server.folder / "db.sqlite3", "exclusive"):
        pass


def test_pages_say_when_to_come_back_while_even_reading_is_impossible(tmp_path, monkeypatch):
    server = RealServer(tmp_path, DEBUG="False")
    with held_lock(tmp_path / "db.sqlite3", "exclusive"):
        monkeypatch.setattr(server, "wait_until_up", lambda: None)
        server.start()
        try:
            health, pages = Visits("health"), [Visits("a page") for _ in range(3)]
            while "200" not in health.answers:
                health.visit(server.port, "/healthz")
                time.sleep(0.1)
            for page in pages:
                page.visit(server.port, "/stages/")
                assert page.answers == {"503": 1}
            assert min(page.worst for page in pages) < 4  # what else this machine does may take its time once
        except BaseException:
            server.kill()
            raise
    try:
        page = Visits("a page")
        page.visit(server.port, "/stages/")
        assert page.answers == {"200": 1}
    finally:
        server.kill()
