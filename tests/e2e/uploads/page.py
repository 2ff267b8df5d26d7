"""What somebody does on the page “Upload clips” and what the server then has; lines can be slowed down."""

import hashlib
from contextlib import contextmanager

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
