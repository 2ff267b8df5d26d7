"""The files of clips: who gets them, and which part."""

import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.utils.http import http_date

from tests.factories import make_clip, make_exercise, make_group, make_stage

pytestmark = pytest.mark.django_db

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)


@pytest.fixture
def clip():
    return make_clip(film=ContentFile(CONTENT, "film.mp4"))


def get(client, address, **headers):
    return client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_a_film_comes_whole_with_everything_a_player_needs(client, clip):
    response = client.get(clip.film.url)

    assert response.status_code == 200
    assert response.getvalue() == CONTENT
    assert response["Content-Type"] == "video/mp4"
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "public, max-age=31536000, s-maxage=1, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert re.fullmatch(r'"[^"]+"', response["ETag"])
    assert "Last-Modified" in response
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize(
    ("requested", "start", "end"),
    [
        ("bytes=0-1", 0, 2),
        ("bytes=0-", 0, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=-500", SIZE - 500, SIZE),
        ("bytes=100-199", 100, 200),
        (f"bytes={SIZE - 10}-{SIZE + 999}", SIZE - 10, SIZE),
    ],
)
def test_a_part_is_exactly_what_was_asked_for(client, clip, requested, start, end):
    response = get(client, clip.film.url, Range=requested)

    assert response.status_code == 206
    assert response.getvalue() == CONTENT[start:end]
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert response["Content-Length"] == str(end - start)
    assert response["Content-Type"] == "video/mp4"


def test_a_part_past_the_end_cannot_be_had(client, clip):
    response = get(client, clip.film.url, Range=f"bytes={SIZE}-")

    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{SIZE}"
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("requested", ["bytes=abc", "bytes=9-3", "lines=1-2", "bytes=0-9,20-29", "bytes=0-9,0-9,0-9"])
def test_nonsense_and_many_parts_get_the_whole_film(client, clip, requested):
    response = get(client, clip.film.url, Range=requested)

    assert response.status_code == 200
    assert response.getvalue() == CONTENT


def test_if_range_gives_a_part_only_of_the_same_film(client, clip):
    first = client.get(clip.film.url)
    first.close()
    modified = first["Last-Modified"]

    for same in [first["ETag"], modified]:
        assert get(client, clip.film.url, Range="bytes=0-9", If_Range=same).getvalue() == CONTENT[:10]
    for other in ['"other"', "W/" + first["ETag"], http_date(0), "nonsense"]:
        response = get(client, clip.film.url, Range="bytes=0-9", If_Range=other)
        assert response.status_code == 200
        assert response.getvalue() == CONTENT


def test_a_browser_that_has_it_gets_304(client, clip):
    first = client.get(clip.film.url)
    first.close()

    for requested in [
        {"If_None_Match": first["ETag"]},
        {"If_None_Match": f'"x", {first["ETag"]}', "Range": "bytes=0-9"},
        {"If_Modified_Since": first["Last-Modified"]},
    ]:
        response = get(client, clip.film.url, **requested)
        assert response.status_code == 304
        assert response.content == b""
        assert response["ETag"] == first["ETag"]
        assert "immutable" in response["Cache-Control"]
        assert "Content-Type" not in response
    assert get(client, clip.film.url, If_None_Match='"other"').getvalue() == CONTENT
    assert get(client, clip.film.url, If_Match='"other"').status_code == 412


def test_head_says_how_long_it_is_and_sends_nothing(client, clip):
    response = client.head(clip.film.url, headers={"Range": "bytes=0-9"})

    assert response.status_code == 200
    assert response.content == b""
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_done_to_a_film_but_reading(client, clip, method):
    assert getattr(client, method)(clip.film.url).status_code == 405


def test_films_are_never_compressed_on_the_way(client, clip):
    response = get(client, clip.film.url, Accept_Encoding="gzip, br", Range="bytes=0-4999")

    assert "Content-Encoding" not in response
    assert not response["ETag"].startswith("W/")
    assert response.getvalue() == CONTENT[:5000]


def test_parts_put_together_are_the_film(client, clip):
    step = SIZE // 7
    parts = [get(client, clip.film.url, Range=f"bytes={i}-{i + step - 1}").getvalue() for i in range(0, SIZE, step)]

    assert b"".join(parts) == CONTENT


def test_stills_and_captions_come_as_what_they_are(client):
    clip = make_clip(captions=ContentFile(b"WEBVTT\n", "words.vtt"))

    for file, content_type in [(clip.still, "image/webp"), (clip.captions, "text/vtt; charset=utf-8")]:
        response = client.get(file.url)
        assert response.getvalue() == file.read()
        assert response["Content-Type"] == content_type
        file.close()


def test_a_visitors_film_costs_one_query(client, clip, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(clip.film.url).close()


# Who gets it --------------------------------------------------------------------------


def hidden_clips():
    return {
        "draft": make_clip(published=False),
        "draft exercise": make_clip(exercise=make_exercise(published=False)),
        "draft stage": make_clip(exercise=make_exercise(group=make_group(stage=make_stage(published=False)))),
    }


@pytest.mark.parametrize("kind", ["draft", "draft exercise", "draft stage"])
def test_visitors_do_not_get_what_is_not_published_but_staff_do(client, therapist, kind):
    clip = hidden_clips()[kind]

    assert client.get(clip.film.url).status_code == 404

    client.force_login(therapist)
    response = client.get(clip.film.url)
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert "Cookie" in response["Vary"]
    response.close()


def test_signing_in_is_not_enough_to_see_drafts(client, django_user_model):
    clip = make_clip(published=False)
    client.force_login(django_user_model.objects.create_user("visitor"))

    assert client.get(clip.film.url).status_code == 404


def test_a_withdrawn_clip_is_gone_at_once(client, clip):
    client.get(clip.film.url).close()

    clip.published = False
    clip.save()

    assert client.get(clip.film.url).status_code == 404


def test_earlier_files_of_a_clip_are_not_served(client, clip):
    old = clip.film.url
    clip.film.save("new.mp4", ContentFile(b"new"))
    assert default_storage.exists(old.removeprefix("/media/"))

    assert client.get(old).status_code == 404
    assert client.get(clip.film.url).getvalue() == b"new"


@pytest.mark.parametrize(
    "name", ["..%2F..%2Fsecret.mp4", "../../secret.mp4", "film.mp4%00", "film.html", "film.svg", "", "nothing.mp4"]
)
def test_nothing_else_can_be_reached_through_a_clip(client, clip, settings, name):
    settings.MEDIA_ROOT.mkdir(exist_ok=True)
    (settings.MEDIA_ROOT / "secret.mp4").write_text("secret")

    response = client.get(f"/media/clips/{clip.public_id}/{name}")

    assert response.status_code in (400, 404)


def test_files_beside_the_clips_are_not_served(client, settings):
    settings.MEDIA_ROOT.mkdir(exist_ok=True)
    (settings.MEDIA_ROOT / "page.html").write_text("<script>")

    assert client.get("/media/page.html").status_code == 404


def test_a_file_that_is_missing_on_the_disk_is_missing(client, clip):
    default_storage.delete(clip.film.name)

    assert client.get(clip.film.url).status_code == 404


# Who sends it -------------------------------------------------------------------------


def test_nginx_sends_the_film_when_it_stands_in_front(client, clip, settings):
    settings.MEDIA_ACCEL_PREFIX = "/protected/"

    response = get(client, clip.film.url, Range="bytes=0-1")

    assert response.status_code == 200
    assert response.content == b""
    assert response["X-Accel-Redirect"] == f"/protected/{clip.film.name}"
    assert response["Content-Type"] == "video/mp4"
    assert "immutable" in response["Cache-Control"]
    clip.published = False
    clip.save()
    assert client.get(clip.film.url).status_code == 404


def test_object_storage_sends_its_own_films(client, clip, monkeypatch):
    class Elsewhere(Storage):
        def url(self, name):
            return f"https://storage.example.org/{name}?signed"

    address = clip.film.url
    monkeypatch.setattr("clips.views.default_storage", Elsewhere())

    response = client.get(address)

    assert response.status_code == 302
    assert response["Location"] == f"https://storage.example.org/{clip.film.name}?signed"
    assert response["Cache-Control"] == "private, max-age=300"


def test_a_visitor_who_leaves_early_leaves_no_file_open(client, clip):
    # An open file would raise a ResourceWarning, which fails the suite.
    for requested in ["bytes=0-1", f"bytes={SIZE}-", ""]:
        get(client, clip.film.url, Range=requested).close()
