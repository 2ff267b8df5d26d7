"""The staff look at drafts as visitors will see them; nobody else does, by any address."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests.factories import (
    make_clip,
    make_exercise,
    make_group,
    make_page,
    make_problem,
    make_question,
    make_section,
    make_stage,
    make_topic,
)

pytestmark = pytest.mark.django_db
DRAFT = "This is a draft."


def preview_of(row, **query):
    return reverse("admin:preview", args=[row._meta.app_label, row._meta.model_name, row.pk], query=query)


def drafts():
    """Return one draft of each kind, every one with the word "Secret" on its page."""
    stage = make_stage(name="Secret stage", published=False)
    exercise = make_exercise(group=make_group(stage=stage, name="Secret group"), name="Secret turn", published=False)
    return {
        "stage": stage,
        "group": exercise.group,
        "exercise": exercise,
        "clip": make_clip(exercise=exercise, published=False),
        "question": make_question(question="Secret question?", published=False),
        "problem": make_problem(name="Secret problem", published=False),
        "page": make_section(page=make_page(title="Secret page", published=False)).page,
        "home": make_page(slug="home", title="Secret home", published=False),
        "story": make_clip(story="now", title="Secret story", published=False),
    }


KINDS = ["stage", "group", "exercise", "clip", "question", "problem", "page", "home"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_draft_can_be_previewed_from_its_form(workshop, kind):
    row = drafts()[kind]
    form = workshop.get(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]))
    assert f'href="{preview_of(row)}"' in form.text

    response = workshop.get(preview_of(row))

    assert "Secret" in response.text
    assert DRAFT in response.text or kind == "group"  # a group has no draft of its own
    assert response["Cache-Control"] == "private, no-store"
    assert "noindex" in response["X-Robots-Tag"]


def test_an_unpublished_film_is_in_the_preview_of_its_exercise(workshop):
    exercise = make_exercise()
    drawn = make_clip(exercise=exercise, kind="drawn")
    film = make_clip(exercise=exercise, published=False)

    assert film.public_id in workshop.get(preview_of(exercise)).text
    assert drawn.public_id in workshop.get(exercise.get_absolute_url()).text


def test_the_preview_of_a_clip_shows_just_that_clip(workshop):
    exercise = make_exercise()
    old = make_clip(exercise=exercise, published=False)
    new = make_clip(exercise=exercise)

    assert old.public_id in workshop.get(preview_of(old)).text
    assert new.public_id in workshop.get(preview_of(new)).text


def test_a_clip_of_the_story_is_previewed_on_the_home_page(workshop):
    rows = drafts()
    make_section(page=rows["home"], key="story-today")

    assert rows["story"].public_id in workshop.get(preview_of(rows["story"])).text


def test_a_published_text_is_previewed_with_the_drafts_around_it(workshop):
    stage = make_stage()
    make_exercise(group=make_group(stage=stage), name="Secret turn", published=False)

    response = workshop.get(preview_of(stage))

    assert "Secret turn" in response.text
    assert DRAFT not in response.text
    assert f'href="{stage.get_absolute_url()}"' in response.text


def test_a_preview_can_be_seen_for_either_side(workshop):
    exercise = make_exercise(name="Turn {right}", published=False)

    assert "Turn right" in workshop.get(preview_of(exercise, side="right")).text
    assert "Turn left" in workshop.get(preview_of(exercise, side="left")).text


def test_what_is_on_no_page_has_no_preview(workshop):
    unanswered, topic = make_question(answer=""), make_topic()

    for row in (unanswered, topic):
        assert workshop.get(preview_of(row)).status_code == 404
        form = workshop.get(reverse(f"admin:faq_{row._meta.model_name}_change", args=[row.pk]))
        assert "previewlink" not in form.text
    for address in ("/admin/preview/auth/user/1/", "/admin/preview/faq/nothing/1/", "/admin/preview/faq/problem/999/"):
        assert workshop.get(address).status_code == 404


@pytest.mark.parametrize("who", ["nobody", "a visitor", "staff who may see nothing"])
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_nobody_else_sees_a_preview_by_any_method(client, django_user_model, who, method):
    rows = drafts()
    if who != "nobody":
        client.force_login(django_user_model.objects.create_user("somebody", is_staff=who.startswith("staff")))

    for row in rows.values():
        response = getattr(client, method)(preview_of(row))
        assert response.status_code in (404, 405)
        assert "Secret" not in response.text


def test_no_address_of_a_visitors_shows_a_draft_whatever_it_asks_for(client):
    rows = drafts()
    pages = [row.get_absolute_url().partition("#")[0] for row in rows.values()]

    for page in {*pages, "/", "/stages/", "/exercises/", "/faq/", "/problems/", "/search/?q=secret", "/sitemap.xml"}:
        for query in ("preview=1", "preview=true&drafts=1", "draft=1", "_preview=1"):
            response = client.get(f"{page}{'&' if '?' in page else '?'}{query}")
            assert "Secret" not in response.text.replace("“secret”", "")
            assert "preview-bar" not in response.text


def test_a_preview_never_lands_in_the_cache_of_pages(workshop, client):
    rows = drafts()
    cache.clear()
    for row in rows.values():
        assert workshop.get(preview_of(row)).status_code == 200
    assert not [key for key in getattr(cache, "_cache", {}) if "page-" in key]

    client.logout()
    client.cookies.clear()

    for row in rows.values():
        assert "Secret" not in client.get(row.get_absolute_url().partition("#")[0]).text
        assert client.get(preview_of(row)).status_code == 404


def test_the_page_after_a_preview_has_no_drafts(workshop):
    exercise = make_exercise(name="Secret turn", published=False)
    workshop.get(preview_of(exercise))

    assert workshop.get(exercise.get_absolute_url()).status_code == 404
    assert "Secret" not in workshop.get("/exercises/").text
