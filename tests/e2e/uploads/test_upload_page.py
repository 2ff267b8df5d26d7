"""The page "Upload clips" in Chromium, against the real server with its worker."""

import re

import pytest

from tests.browser import open_context, violations
from tests.e2e.uploads.page import choose, clips, row, wait_for_stage

pytestmark = pytest.mark.xdist_group("upload_page")


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
