"""Left and right: every page for both sides, and films for the eight cases (on real frames in tests/clips)."""

import re

import pytest
from django.core.exceptions import ValidationError

from exercises.sides import Sides, View, sided, validate_no_bare_side_words, validate_side_markers
from tests.factories import make_clip, make_exercise, make_page, make_section, make_variation
from tests.walk import words

#: Parts that tell which side is set, how a clip is shown, or what happened to the author: true for everybody.
TRUE_FOR_BOTH = ("data-clip-caption", "data-author-story")
SWAP = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}


def swapped(text):
    return re.sub(r"\b([Ll]eft|[Rr]ight)\b", lambda match: SWAP[match[1]], text)


def about_exercises(address):
    return address.startswith(("/exercises/", "/stages/", "/search/"))


def test_every_page_is_mirrored_whole_and_no_sentence_keeps_the_wrong_side(every_address, fetch):
    mirrored = 0
    for address in every_address:
        joint = "&" if "?" in address else "?"
        right = words(fetch(f"{address}{joint}side=right").text, TRUE_FOR_BOTH)
        left = words(fetch(f"{address}{joint}side=left").text, TRUE_FOR_BOTH)

        if address == "/search/?q=left":
            continue  # the words searched for stay as they were typed; its results are tested below
        if about_exercises(address):
            assert left == swapped(right), address
            mirrored += left != right
        else:
            assert left == right, address
    assert mirrored > 15


@pytest.mark.parametrize("side", ["right", "left"])
def test_search_knows_the_exercises_by_the_names_of_the_visitors_side(programme, client, side):
    response = client.get(f"/search/?q=center+to+left&side={side}")

    first = response.context["results"][0]
    assert first.title == "Center to left (turn to the left and back)"
    assert first.url == ("/exercises/center-to-left/" if side == "right" else "/exercises/center-to-right/")


def test_a_shared_link_says_so_and_offers_to_keep_its_side(db, client):
    make_exercise(slug="turn", name="Center to {left}")

    html = client.get("/exercises/turn/?side=left").text
    assert "This link shows the exercises for a head that pulls to the left." in html
    assert "Keep this side" in html

    client.cookies["side"] = "left"
    assert "My side: left" in client.get("/exercises/turn/?side=left").text


def test_turning_the_view_keeps_the_side_of_a_shared_link(db, client):
    make_exercise(slug="turn", name="Center to {left}")

    response = client.post("/sides/", {"view": "facing", "next": "/exercises/turn/?side=left&view=mirror"})

    assert response["Location"] == "/exercises/turn/?side=left"


def test_setting_my_side_leads_back_to_the_filtered_list(db, client):
    make_exercise(lying=True)

    assert "/my-side/?next=%2Fexercises%2F%3Fposition%3Dlying" in client.get("/exercises/?position=lying").text


def test_cautions_and_introductions_change_sides_too(db, client):
    exercise = make_exercise(slug="turn", caution="<p>Keep your {left} hand free.</p>")
    exercise.group.introduction = "<p>To the {left} first.</p>"
    exercise.group.save()

    assert "Keep your right hand free." in client.get("/exercises/turn/?side=left").text
    stage = client.get(exercise.group.stage.get_absolute_url() + "?side=left").text
    assert "To the right first." in stage


def test_the_side_is_remembered_in_a_plain_cookie_and_the_visitor_goes_back(db, client):
    make_exercise(name="Center to {left}", slug="center-to-left")

    response = client.post("/sides/", {"side": "left", "next": "/exercises/center-to-left/?side=right"})

    assert response.status_code == 302
    assert response["Location"] == "/exercises/center-to-left/"
    assert response.cookies["side"].value == "left"
    assert response.cookies["side"]["samesite"] == "Lax"
    assert "Center to right" in client.get("/exercises/center-to-left/").text


def test_an_address_on_another_site_is_not_followed(db, client):
    for address in ["https://example.org/", "//example.org/", "javascript:alert(1)", "\\\\example.org"]:
        assert client.post("/sides/", {"side": "left", "next": address})["Location"] == "/"


def test_a_shared_link_carries_the_side_without_setting_a_cookie(db, client):
    make_exercise(name="Center to {left}", slug="center-to-left")

    response = client.get("/exercises/center-to-left/?side=left")

    assert "<h1>Center to right</h1>" in response.text
    assert not response.cookies


def test_unknown_sides_and_views_count_as_not_said(db, client):
    make_exercise(name="Center to {left}", slug="center-to-left")
    client.cookies["side"] = "up"

    response = client.get("/exercises/center-to-left/?view=sideways")

    assert response.wsgi_request.sides == Sides()
    assert "<h1>Center to left</h1>" in response.text


@pytest.mark.parametrize(
    ("made", "view", "side", "flipped"),
    [
        ("facing", "facing", "right", False),
        ("facing", "mirror", "right", True),
        ("mirror", "mirror", "right", False),
        ("mirror", "facing", "right", True),
        ("facing", "facing", "left", True),
        ("facing", "mirror", "left", False),
        ("mirror", "mirror", "left", True),
        ("mirror", "facing", "left", False),
    ],
)
def test_film_still_and_links_flip_together(db, client, made, view, side, flipped):
    exercise = make_exercise(slug="turn")
    clip = make_clip(exercise=exercise, made=View(made))

    html = client.get(f"/exercises/turn/?view={view}&side={side}").text

    shown = (clip.film_flipped, clip.still_flipped) if flipped else (clip.film, clip.still)
    hidden = (clip.film, clip.still) if flipped else (clip.film_flipped, clip.still_flipped)
    assert f'href="{shown[0].url}"' in html
    assert re.search(rf'<img\s+src="{re.escape(shown[1].url)}"', html)
    assert f'data-other-film="{hidden[0].url}"' in html
    assert f'data-other-still="{hidden[1].url}"' in html


def test_the_authors_story_is_never_mirrored_by_side(db, client):
    make_section(page=make_page(slug="home"), key="story-today", body="<p>The neck turned to the right.</p>")
    clip = make_clip(story="now", exercise=None, made="mirror", title="Center to {left}")

    html = client.get("/?side=left").text

    assert "The neck turned to the right." in html
    assert "Play the clip: Center to left." in html
    assert f'href="{clip.film.url}"' in html


def test_variations_are_told_apart_and_mirrored(db, client):
    exercise = make_exercise(name="Clapping hard", slug="clapping-hard")
    for number in range(1, 7):
        make_variation(exercise=exercise, number=number, title="head to the {left}")

    html = client.get("/exercises/clapping-hard/?side=left").text

    assert "3 of 6: head to the right" in html


def test_side_words_are_filled_in_by_one_function():
    assert sided("Turn {left}, then {right}.", Sides(side="right")) == "Turn left, then right."
    assert sided("{Left} hand", Sides(side="left")) == "Right hand"
    assert sided("{Left} hand", Sides(side="neither")) == "Left hand"


@pytest.mark.parametrize("text", ["Turn {lef}", "Turn {}", "Turn {left", "Turn left}"])
def test_a_marker_that_cannot_be_filled_in_is_refused(text):
    with pytest.raises(ValidationError):
        validate_side_markers(text)


def test_a_side_word_outside_braces_is_refused_with_what_to_write():
    with pytest.raises(ValidationError, match=r"Write \{left\} instead"):
        validate_no_bare_side_words("Turn to your left shoulder")
