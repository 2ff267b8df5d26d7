"""The page "Upload clips" in Chromium, against the real server with its worker."""

import base64
import hashlib
import os
import re
import time
from contextlib import contextmanager

import pytest

from tests.browser import collect_complaints, open_context, violations
from tests.clips.films import make_film
from tests.uploads.real_server import RealServer

pytestmark = pytest.mark.xdist_group("upload_page")

BIG = 24 * 1024 * 1024  # bytes: three requests
CHUNK = 8 * 1024 * 1024  # bytes of one request
SLOW = 4 * 1024 * 1024  # bytes a second
HELD = 100 * 1024  # bytes a second: the rest of a film takes minutes

CLIPS = """
import django
django.setup()
from clips.models import Clip
for clip in Clip.objects.filter(kind="filmed"):
    slug = clip.exercise.slug if clip.exercise else clip.story
    print(slug, clip.variation, clip.made, clip.published, clip.original_filename)
"""
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


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = RealServer(tmp_path_factory.mktemp("site"), programme=True, UPLOAD_MAX_BYTES=str(40 * 2**20))
    server.start()
    server.start_worker()
    yield server
    server.stop_worker()
    server.kill()


@pytest.fixture
def context(chromium, server):
    context = open_context(chromium, viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": server.sessions["ana"], "url": server.url}])
    yield context
    context.close()


@pytest.fixture
def open_page(context, server):
    complaints: list[str] = []

    def opened(path="/admin/clips/upload/"):
        page = context.new_page()
        collect_complaints(page, complaints)
        page.goto(server.url + path)
        return page

    yield opened
    # A server that is away, or that refuses, is logged by the browser; whatever else it complains of is our fault.
    assert "\n".join(said for said in complaints if not said.startswith("Failed to load resource")) == ""


@pytest.fixture
def film(tmp_path):
    """Make a file to choose: a real film, or as many random bytes."""

    def made(name, kind="plain.mp4", size=0):
        path = tmp_path / name
        path.write_bytes(os.urandom(size) if size else make_film(tmp_path, kind).read_bytes())
        return path

    return made


def slowed(page, speed=SLOW):
    """Have a page send so many bytes a second from now on, also of what it is sending already."""
    if not hasattr(page, "line"):
        page.line = page.context.new_cdp_session(page)
    page.line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": speed},
    )
    return page


@contextmanager
def held(page):
    """Hold a page's films within this block: they are on their way, and none arrives."""
    slowed(page, HELD)
    yield
    slowed(page)


def row(page, name):
    return page.locator(".upload-row", has=page.get_by_role("heading", name=name, exact=True))


def wait_for_stage(page, name, stage):
    row(page, name).and_(page.locator(f"[data-stage={stage}]")).wait_for()


def choose(page, *films):
    page.set_input_files("#upload-files", films)


def sent(page, name):
    """How many bytes a row says have been sent."""
    return row(page, name).locator("progress").evaluate("bar => bar.value")


def wait_until_sent(page, name, least):
    page.wait_for_function(
        """([name, least]) => [...document.querySelectorAll(".upload-row")].some(
             (row) => row.querySelector("h3").textContent === name && row.querySelector("progress").value >= least)""",
        arg=[name, least],
    )


def clips(server):
    return [line.split(maxsplit=4) for line in server.python("-c", CLIPS).splitlines()]


def sha256_there(server, path):
    """Whether the very bytes of a file are among the originals."""
    wanted = hashlib.sha256(path.read_bytes()).digest()
    originals = (server.folder / "originals").rglob("*")
    return [hashlib.sha256(each.read_bytes()).digest() for each in originals if each.is_file()].count(wanted)


def test_films_become_clips_from_the_drop_to_the_visitor(open_page, server, film):
    page = open_page()
    page.check("[data-made][value=mirror]")

    choose(page, film("clapping hard 3.MOV"), film("Face_1.mov"), film("balloon up.mp4", "sound-only.mp4"))

    wait_for_stage(page, "clapping hard 3.MOV", "ready")
    wait_for_stage(page, "Face_1.mov", "ready")
    wait_for_stage(page, "balloon up.mp4", "failed")
    assert "only sound" in row(page, "balloon up.mp4").inner_text()
    assert row(page, "clapping hard 3.MOV").get_by_label("Variation").input_value() == "3"
    page.get_by_role("button", name="Publish all ready (2)").click()
    wait_for_stage(page, "clapping hard 3.MOV", "published")
    wait_for_stage(page, "Face_1.mov", "published")
    made = {(slug, number): (view, published) for slug, number, view, published, _name in clips(server)}
    assert made["clapping-hard", "3"] == made["face-one", "1"] == ("mirror", "True")


def test_an_unnamed_film_waits_for_its_exercise_and_both_can_be_changed(open_page, server, film):
    page = open_page()
    choose(page, film("IMG_0042.MOV"))
    wait_for_stage(page, "IMG_0042.MOV", "needsMade")
    page.check("[data-made][value=facing]")
    wait_for_stage(page, "IMG_0042.MOV", "needsExercise")

    row(page, "IMG_0042.MOV").get_by_label("Exercise").select_option(label="The author today")
    wait_for_stage(page, "IMG_0042.MOV", "ready")
    with page.expect_response(lambda response: response.request.method == "POST"):
        row(page, "IMG_0042.MOV").get_by_label("Made").select_option("mirror")

    assert ["now", "1", "mirror", "False", "IMG_0042.MOV"] in clips(server)


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


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("letter.pdf", 10, "This is not a film"),
        ("empty.mov", 0, "The file is empty"),
        ("too long.mov", 40 * 2**20 + 1, "is the most"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once_and_says_why(open_page, tmp_path, name, size, reason):
    page = open_page()
    path = tmp_path / name
    path.write_bytes(bytes(size))

    choose(page, path)

    wait_for_stage(page, name, "refused")
    assert reason in row(page, name).inner_text()
    assert reason in page.locator("[role=status]").inner_text()


def test_films_refused_at_the_same_moment_are_each_heard(open_page, tmp_path):
    page = open_page()
    for name in ("first letter.pdf", "second letter.pdf"):
        (tmp_path / name).write_bytes(b"a letter")

    choose(page, tmp_path / "first letter.pdf", tmp_path / "second letter.pdf")

    for name in ("first letter.pdf", "second letter.pdf"):
        wait_for_stage(page, name, "refused")
        assert name in page.locator("[role=status]").inner_text()


def test_a_new_film_takes_the_place_of_another(open_page, server, film):
    page = open_page()
    page.check("[data-made][value=facing]")
    choose(page, film("balloon down.mov"))
    wait_for_stage(page, "balloon down.mov", "ready")
    address = row(page, "balloon down.mov").get_by_role("link", name=re.compile("Open the clip")).get_attribute("href")
    pk = address.split("/")[-3]
    before = len(clips(server))

    page = open_page(f"/admin/clips/upload/{pk}/")
    assert "Balloon down" in page.locator("#content").inner_text()
    page.check("[data-made][value=mirror]")
    choose(page, film("another take.mov", "marked.mp4"))

    wait_for_stage(page, "another take.mov", "replaced")
    assert len(clips(server)) == before
    assert ["balloon-down", "1", "mirror", "False", "another take.mov"] in clips(server)


def test_everything_can_be_done_by_keyboard(open_page, film):
    page = open_page()
    page.get_by_role("radio", name="Facing the camera").focus()
    page.keyboard.press("Space")
    assert page.get_by_role("radio", name="Facing the camera").is_checked()
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("radio", name="Like a mirror").is_checked()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "upload-files"
    choose(page, film("holiday.mov"))
    wait_for_stage(page, "holiday.mov", "needsExercise")

    reached = []
    for _press in range(80):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.closest('.upload-row') && document.activeElement.dataset.part")
        )
    assert [each for each in dict.fromkeys(reached) if each] >= ["exercise", "variation", "made", "cancel"]
    row(page, "holiday.mov").get_by_role("button", name="Cancel").press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_page_breaks_no_rule_of_accessibility(open_page, film, width, scheme):
    page = open_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    choose(page, film("a rather long name without any meaning at all.mov"), film("letter.txt", size=10))
    wait_for_stage(page, "letter.txt", "refused")

    assert violations(page, preload=False) == []  # its preloading injects styles, which our policy refuses
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        """() => [...document.querySelectorAll(".upload :is(button, select, a, input:not([type=radio]))")]
          .filter((it) => it.checkVisibility() && it.getBoundingClientRect().height < 44)
          .map((it) => it.outerHTML)"""
    )
    assert small == []


def test_without_scripts_the_page_leads_to_the_form(chromium, server):
    context = open_context(chromium, java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": server.sessions["ana"], "url": server.url}])
    page = context.new_page()

    page.goto(f"{server.url}/admin/clips/upload/")

    assert (
        page.get_by_role("link", name="Add one clip by a form instead").get_attribute("href")
        == "/admin/clips/clip/add/"
    )
    context.close()


def test_a_clips_own_form_has_the_same_uploader(open_page, server, film):
    page = open_page()
    page.check("[data-made][value=facing]")
    choose(page, film("up-down bottle 2.mov"))
    wait_for_stage(page, "up-down bottle 2.mov", "ready")
    link = row(page, "up-down bottle 2.mov").get_by_role("link", name=re.compile("Open the clip"))

    page = open_page(link.get_attribute("href"))
    page.get_by_role("radio", name="Like a mirror").check()
    choose(page, film("better take.mov", "marked.mp4"))
    wait_for_stage(page, "better take.mov", "replaced")
    assert violations(page, ".upload", preload=False) == []
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).first.click()

    assert "was changed successfully" in page.locator(".messagelist").inner_text()
    assert ["up-down-bottle", "2", "mirror", "False", "better take.mov"] in clips(server)
