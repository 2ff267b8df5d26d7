"""Pages that keep people safe cannot be deleted or withdrawn, whatever door somebody tries, and the reason is told."""

import pytest
from django.core.management import call_command
from django.db.models import ProtectedError
from django.test import Client

from pages.models import LINKED_EVERYWHERE, Page
from tests.factories import make_page
from tests.workshop.forms import address, changelist, filled_in
from texts.deletion import NotDeletedError, throw_away

pytestmark = pytest.mark.django_db

REASON = "This page stays: every other page links to it, and people look there for what keeps them safe."
KEPT = ["home", "before-you-start", "evidence", "accessibility", "privacy", "about", "new-to-cd"]


def selected(row, action):
    return {"action": action, "_selected_action": [row.pk], "post": "yes"}


DOORS = {
    "the button": lambda client, row: client.post(address(row, "delete"), {"post": "yes"}, follow=True),
    "the old question": lambda client, row: client.get(address(row, "delete")),
    "the list": lambda client, row: client.post(
        changelist("pages_page"), selected(row, "delete_selected"), follow=True
    ),
    "the small window": lambda client, row: client.post(
        address(row, "delete"), {"post": "yes", "_popup": "1"}, follow=True
    ),
}


@pytest.mark.parametrize("slug", KEPT)
@pytest.mark.parametrize("door", DOORS)
def test_it_cannot_be_deleted_and_the_reason_is_told(workshop, slug, door):
    page = make_page(slug=slug)

    response = DOORS[door](workshop, page)

    assert REASON in response.text
    assert Client().get(page.get_absolute_url()).status_code == 200
    assert Page.objects.get() == page


@pytest.mark.parametrize("slug", KEPT)
def test_its_form_offers_no_deleting_and_says_why(workshop, slug):
    page = workshop.get(address(make_page(slug=slug))).text

    assert 'class="deletelink"' not in page
    assert REASON in page


@pytest.mark.parametrize("slug", KEPT)
@pytest.mark.parametrize("door", ["the form", "the list"])
def test_it_cannot_be_withdrawn_and_the_reason_is_told(workshop, slug, door):
    page = make_page(slug=slug)

    if door == "the form":
        values = filled_in(workshop, page)
        values.pop("published")
        response = workshop.post(address(page), values)
    else:
        response = workshop.post(changelist("pages_page"), selected(page, "withdraw"), follow=True)

    assert (
        "Every page links to this one: change its words, but keep its address and leave it published." in response.text
    )
    assert Page.objects.get().published


def test_one_of_several_stays_and_the_others_go(workshop):
    kept, other = make_page(slug="privacy"), make_page(slug="news")

    fields = {"action": "delete_selected", "_selected_action": [kept.pk, other.pk]}
    response = workshop.post(changelist("pages_page"), fields, follow=True)

    assert Page.objects.get() == kept
    assert REASON in response.text
    assert f"“{other}” is deleted" in response.text


def test_neither_a_shell_nor_other_code_deletes_it():
    page = make_page(slug="before-you-start")

    for attempt in (page.delete, Page.objects.all().delete, lambda: throw_away(page, None)):
        with pytest.raises((ProtectedError, NotDeletedError)):
            attempt()
    assert Page.objects.get() == page


def test_any_other_page_can_be_deleted(workshop):
    page = make_page(slug="news")

    workshop.post(address(page, "delete"))

    assert not Page.objects.exists()


def test_the_list_is_that_of_the_site():
    assert set(KEPT) == LINKED_EVERYWHERE


def test_the_programme_loaded_again_keeps_them(workshop, tmp_path):
    call_command("load_programme", quiet=True, clips=tmp_path / "none")

    assert set(Page.objects.filter(published=True).values_list("slug", flat=True)) >= set(KEPT)


@pytest.fixture
def emergencies():
    """The site's one list of emergencies."""
    return make_page(slug="before-you-start").sections.create(key="emergency", heading="Call", body="<p>You faint.</p>")


@pytest.mark.parametrize("change", [{"DELETE": "on"}, {"body": ""}])
def test_the_list_of_emergencies_can_be_reworded_but_not_taken_away(workshop, emergencies, change):
    values = filled_in(workshop, emergencies.page)

    response = workshop.post(address(emergencies.page), values | {f"sections-0-{k}": v for k, v in change.items()})

    assert "This section stays: other pages show it or lead to it, and it keeps people safe." in response.text
    emergencies.refresh_from_db()
    assert emergencies.body == "<p>You faint.</p>"
    with pytest.raises(ProtectedError):
        emergencies.delete()

    workshop.post(address(emergencies.page), values | {"sections-0-body": "<p>You faint or choke.</p>"})
    emergencies.refresh_from_db()
    assert emergencies.body == "<p>You faint or choke.</p>"


def test_other_sections_of_such_a_page_can_go(workshop, emergencies):
    other = emergencies.page.sections.create(key="films", heading="Films", body="<p>Later.</p>", position=1)

    values = filled_in(workshop, emergencies.page)
    workshop.post(address(emergencies.page), values | {"sections-1-DELETE": "on"})

    assert list(emergencies.page.sections.all()) == [emergencies]
    assert not type(other).objects.filter(pk=other.pk).exists()
