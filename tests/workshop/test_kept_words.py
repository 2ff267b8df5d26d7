"""Forms of the workshop that could not be taken: their words go back to the browser, and nobody else's do."""

from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from cdtrainer.front_door import REFUSED
from exercises.models import Exercise
from faq.models import Problem
from tests.factories import make_exercise, make_problem
from tests.workshop.forms import address
from tests.workshop.two_people import answers, fields_of, opens, sends
from texts.models import Deletion

pytestmark = pytest.mark.django_db
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
WORDS = "An evening's words"


@pytest.fixture
def strict(therapist):
    """A browser in which the therapist has signed in, and whose forms need their token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(therapist)
    return client


def form_of(client, row):
    return opens(client, row) | {"summary": [WORDS]}


def test_an_expired_token_costs_no_words(strict):
    problem = make_problem()
    form = form_of(strict, problem)
    strict.get(reverse("account_login"))
    strict.cookies["csrftoken"] = "b" * 32

    page = strict.post(address(problem), form, headers=FROM_HERE)

    assert page.status_code == 403
    assert "Not saved yet" in page.text
    look = strict.post(address(problem), fields_of(page) | {"_look": ["1"]}, headers=FROM_HERE)
    assert "Your words are filled in. They are not saved yet." in look.text
    assert Problem.objects.get().summary == problem.summary
    assert strict.post(address(problem), fields_of(look), headers=FROM_HERE).status_code == 302
    assert Problem.objects.get().summary == WORDS


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
        {"Origin": "https://evil.example", "Accept": "text/html"},
        {"Origin": "null", "Accept": "text/html"},
    ],
)
def test_no_other_site_can_have_its_words_shown_here(strict, client, headers):
    problem = make_problem()
    form = form_of(strict, problem) | {"csrfmiddlewaretoken": ["b" * 32]}

    for browser in (strict, client):
        response = browser.post(address(problem), form, headers=headers)
        assert WORDS not in response.text
        assert "_look" not in response.text


@pytest.mark.parametrize(
    "path", ["/admin/account/login/", "/admin/auth/user/add/", "/admin/welcome/x/", "/admin/logout/", "/admin/uploads/"]
)
def test_a_password_is_never_shown_again(strict, path):
    response = strict.post(path, {"password": "a secret of hers"}, headers=FROM_HERE)

    assert "a secret of hers" not in response.text


@pytest.mark.parametrize("headers", [FROM_HERE, {"Origin": "http://testserver", "Accept": "text/html,*/*"}])
def test_somebody_who_has_been_signed_out_gets_her_words_and_the_way_to_sign_in(workshop, headers):
    problem = make_problem()
    form = form_of(workshop, problem)
    Session.objects.all().delete()

    sent = urlencode(form, doseq=True)
    page = workshop.post(address(problem), sent, "application/x-www-form-urlencoded", headers=headers)

    assert page.status_code == 403
    assert fields_of(page)["summary"] == [WORDS]
    assert f"{reverse('account_login')}?next=" in page.text
    assert "no-store" in page["Cache-Control"]
    assert not Session.objects.exists()


@pytest.mark.parametrize("is_signed_in", [True, False])
@pytest.mark.parametrize("door", ["delete", "for good", "undo", "list"])
def test_a_button_that_was_not_taken_is_never_pressed_by_the_page_that_says_so(strict, workshop, door, is_signed_in):
    exercise, deleted = make_exercise(), make_exercise()
    workshop.post(address(deleted, "delete"))
    record = Deletion.objects.get()
    action = {"action": "delete_selected", "_selected_action": exercise.pk}
    doors = {
        "delete": (address(exercise, "delete"), {}),
        "for good": (reverse("admin:delete_for_good", args=[record.pk]), {}),
        "undo": (reverse("admin:bring_back"), {"deletions": record.pk}),
        "list": (reverse("admin:exercises_exercise_changelist"), action),
    }
    path, form = doors[door]
    if not is_signed_in:
        Session.objects.all().delete()
    sent = urlencode(form | {"csrfmiddlewaretoken": "b" * 32})

    page = strict.post(path, sent, "application/x-www-form-urlencoded", headers=FROM_HERE)

    assert page.status_code == 403
    assert "Nothing has changed" in page.text
    assert "_look" not in page.text
    assert ('?next=%2Fadmin%2F"' in page.text) is not is_signed_in  # most of these addresses take no GET
    assert Exercise.objects.get() == exercise
    assert Deletion.objects.get() == record


def test_a_form_refused_at_the_door_says_where_its_words_are(client):
    page = client.post(address(make_problem()), headers=FROM_HERE, **{REFUSED: 403})

    assert page.status_code == 403
    assert "your words are still in the form" in page.text


def test_a_form_with_files_of_somebody_signed_out_is_not_read(client, workshop):
    exercise = make_exercise()
    workshop.logout()

    page = client.post(address(exercise), {"purpose": WORDS}, headers=FROM_HERE)

    assert page.status_code == 403
    assert WORDS not in page.text
    assert "your words are still in the form" in page.text


def test_a_save_that_the_database_refuses_keeps_words_and_what_they_were_opened_with(workshop, monkeypatch):
    problem = make_problem()
    form = opens(workshop, problem)

    def locked(*_args, **_kwargs):
        raise OperationalError("database is locked")

    with monkeypatch.context() as while_locked:
        while_locked.setattr(Problem, "save", locked)
        page = sends(workshop, problem, form, summary="Mine.")
    assert page.status_code == 503
    Problem.objects.update(summary="Maria's.")

    again = workshop.post(address(problem), fields_of(page))

    assert [part.heading for part in again.context["page_parts"]] == ["In one line"]
    answers(workshop, problem, again, everything="mine")
    assert Problem.objects.get().summary == "Mine."


def test_a_text_deleted_meanwhile_gives_the_words_back(workshop):
    exercise = make_exercise()
    form = opens(workshop, exercise)
    Exercise.objects.all().delete()

    page = sends(workshop, exercise, form, purpose=WORDS)

    assert page.status_code == 410
    assert "Somebody deleted this text while you were writing." in page.text
    look = workshop.post(reverse("admin:exercises_exercise_add"), fields_of(page, "purpose") | {"_look": ["1"]})
    assert look.status_code == 200
    assert fields_of(look, "purpose")["purpose"] == [WORDS]
    assert not Exercise.objects.exists()


def test_filling_in_a_new_form_saves_nothing(workshop):
    fields = {"name": "Aches", "slug": "aches", "summary": WORDS, "position": "1", "what_it_is": "x"}

    look = workshop.post(reverse("admin:faq_problem_add"), fields | {"_look": "1"})

    assert fields_of(look, "summary")["summary"] == [WORDS]
    assert not Problem.objects.exists()


def test_the_browser_learns_which_draft_was_saved_and_never_anything_else(workshop):
    problem = make_problem()

    response = sends(workshop, problem, opens(workshop, problem), summary=WORDS, _draft="a-1_B")
    assert response.cookies["saved_words"].value == "a-1_B"
    for forged in ("a; b", "x" * 41, "ä", ""):
        workshop.cookies.pop("saved_words", None)
        assert "saved_words" not in sends(workshop, problem, opens(workshop, problem), _draft=forged).cookies
