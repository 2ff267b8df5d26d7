"""Films go on after everything that can come between: a killed server, a closed window, the end of a session."""

import base64
import time

import pytest

from tests.e2e.uploads.page import (
    BIG,
    CHUNK,
    HELD,
    SLOW,
    choose,
    clips,
    held,
    row,
    sent,
    sha256_there,
    slowed,
    wait_for_stage,
    wait_until_sent,
)

pytestmark = pytest.mark.xdist_group("upload_page")

SIGN_IN = """
import django
django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from staff.sessions import SessionStore
ben = get_user_model().objects.get(username="ben")
session = SessionStore()
session[SESSION_KEY] = str(ben.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = ben.get_session_auth_hash()
session.save()
print(session.session_key)
"""
SIGN_OUT = """
import sys
import django
django.setup()
from django.contrib.sessions.models import Session
Session.objects.get(pk=sys.argv[1]).delete()
"""


def test_a_film_goes_on_when_the_server_is_killed_and_comes_back(open_page, server, film):
    page = slowed(open_page())
    page.check("[data-made][value=facing]")
    path = film("arms and neck 1.mov", size=BIG)
    choose(page, path)
    wait_until_sent(page, path.name, 6_000_000)

    server.kill()
    wait_for_stage(page, path.name, "away")
    assert "goes on by itself" in row(page, path.name).inner_text()
    server.start()

    wait_for_stage(page, path.name, "failed")  # it is no film, but it has come whole
    assert sha256_there(server, path) == 1


def test_a_closed_window_goes_on_from_the_last_byte(open_page, server, film):
    first = slowed(open_page())
    path = film("arms and neck 2.mov", size=BIG)
    choose(first, path)
    wait_until_sent(first, path.name, 10_000_000)
    first.close(run_before_unload=False)

    page = open_page()
    wait_for_stage(page, path.name, "again")
    assert "Choose the same file again" in row(page, path.name).inner_text()
    there = sent(page, path.name)
    assert there >= 8 * 1024 * 1024
    requests = []
    page.on("request", lambda request: requests.extend([request.headers] if request.method == "PATCH" else []))
    page.check("[data-made][value=facing]")
    choose(page, path)

    wait_for_stage(page, path.name, "failed")
    assert int(requests[0]["upload-offset"]) >= there
    assert page.locator(".upload-row", has_text=path.name).count() == 1
    assert sha256_there(server, path) == 1

    choose(page, path)  # a third time: it is there already
    page.wait_for_timeout(500)
    assert page.locator(".upload-row", has_text=path.name).count() == 1


def end_session(server, page, key):
    with held(page):
        server.python("-c", SIGN_OUT, key)


def sign_out(server, page, key):
    with held(page):
        other = page.context.new_page()
        other.goto(f"{server.url}/admin/")
        other.locator("#logout-form button").click()
        other.close()


def lose_both(server, page, key):
    page.route("**/admin/uploads/**", lambda route: route.abort("connectionfailed"))
    page.locator(".upload-row[data-stage=away]").wait_for()
    server.python("-c", SIGN_OUT, key)
    page.unroute("**/admin/uploads/**")


@pytest.mark.parametrize("leave", [end_session, sign_out, lose_both])
def test_after_signing_in_again_a_film_goes_on_from_the_last_byte(open_page, server, film, context, leave):
    key = server.python("-c", SIGN_IN).splitlines()[-1]
    context.add_cookies([{"name": "sessionid", "value": key, "url": server.url}])
    page = slowed(open_page())
    requests = []
    page.on("request", lambda request: requests.append(request) if "/admin/uploads/" in request.url else None)
    page.check("[data-made][value=facing]")
    path = film(f"legs and neck {leave.__name__}.mov", size=BIG)
    choose(page, path)
    wait_until_sent(page, path.name, 9_000_000)

    leave(server, page, key)
    wait_for_stage(page, path.name, "signedOut")
    link = page.get_by_role("link", name="Sign in again (in a new window)")
    with context.expect_page() as opened:
        link.click()
    signing_in = opened.value
    signing_in.get_by_label("User name").fill("ben")
    signing_in.get_by_label("Password", exact=True).fill("a long password")
    signing_in.get_by_role("button", name="Sign in", exact=True).click()

    wait_for_stage(page, path.name, "failed")  # it is no film, but it has come whole
    assert sha256_there(server, path) == 1
    offsets = [int(request.headers["upload-offset"]) for request in requests if request.method == "PATCH"]
    assert sum(min(CHUNK, BIG - offset) for offset in offsets) - BIG <= CHUNK  # bytes sent twice
    begun = [request.response() for request in requests if request.method == "POST"]
    assert [response.status for response in begun if response].count(201) == 1

    page.reload()
    wait_for_stage(page, path.name, "failed")
    assert page.locator(".upload-row", has_text=path.name).count() == 1


def test_a_half_upload_of_the_same_file_hides_no_finished_clip(open_page, server, film):
    page = open_page()
    page.check("[data-made][value=facing]")
    path = film("face three.mov")
    choose(page, path)
    wait_for_stage(page, path.name, "ready")
    changed = str(int(path.stat().st_mtime * 1000))
    facts = {"filename": path.name, "filetype": "video/quicktime", "modified": changed}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in facts.items())
    server.begin(path.stat().st_size, **{"Upload-Metadata": metadata})

    page.reload()

    wait_for_stage(page, path.name, "again")
    assert row(page, path.name).and_(page.locator("[data-stage=ready]")).count() == 1
    assert page.get_by_role("button", name="Publish all ready").is_visible()


def test_a_new_film_that_is_half_way_here_leads_to_its_clip_which_stays(open_page, server, film):
    page = open_page()
    page.check("[data-made][value=facing]")
    choose(page, film("face two.mov"))
    wait_for_stage(page, "face two.mov", "ready")
    pk = row(page, "face two.mov").get_by_role("link").get_attribute("href").split("/")[-3]
    replacing = slowed(open_page(f"/admin/clips/upload/{pk}/"))
    replacing.check("[data-made][value=facing]")
    path = film("face two anew.mov", size=BIG)
    choose(replacing, path)
    wait_until_sent(replacing, path.name, 9_000_000)
    replacing.close(run_before_unload=False)

    page.reload()
    wait_for_stage(page, path.name, "elsewhere")
    wait_for_stage(page, "face two.mov", "ready")
    assert "to replace the film of a clip" in row(page, path.name).inner_text()
    with page.expect_navigation():
        row(page, path.name).get_by_role("link").click()
    page.check("[data-made][value=facing]")
    choose(page, path)

    wait_for_stage(page, path.name, "failed")
    assert sha256_there(server, path) == 1


def test_two_windows_on_one_film_make_one_clip(open_page, server, film):
    one, other = slowed(open_page(), HELD), slowed(open_page())
    path = film("slow chest motion.mov", size=BIG)
    for page in (one, other):
        page.check("[data-made][value=facing]")
        choose(page, path)

    wait_for_stage(other, path.name, "busy")
    assert "another window" in row(other, path.name).inner_text()
    slowed(one)
    wait_for_stage(one, path.name, "failed")
    wait_for_stage(other, path.name, "failed")
    assert sha256_there(server, path) == 1
    assert [name for *_rest, name in clips(server)].count(path.name) == 1


def test_cancelling_can_be_undone_for_ten_seconds(open_page, server, film):
    page = slowed(open_page(), SLOW / 4)
    path = film("extreme position.mov", size=BIG)
    choose(page, path)
    wait_until_sent(page, path.name, 1_000_000)

    row(page, path.name).get_by_role("button", name="Cancel").press("Enter")
    assert row(page, path.name).get_by_role("button", name="Undo").evaluate("it => it === document.activeElement")
    page.keyboard.press("Enter")
    wait_until_sent(page, path.name, 2_000_000)

    before = len(list((server.folder / "uploads").iterdir()))
    row(page, path.name).get_by_role("button", name="Cancel").click()
    row(page, path.name).wait_for(state="detached")
    deadline = time.monotonic() + 60
    while len(list((server.folder / "uploads").iterdir())) != before - 1:
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)
