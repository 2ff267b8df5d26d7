"""Words typed into a form of the workshop are not lost: signed out, offline, or saved over by somebody else."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from exercises.models import Exercise
from faq.models import Problem, Question
from pages.models import Section
from tests.browser import cookies_of, violations
from tests.e2e.workshop.conftest import BAR, save, type_into
from tests.factories import make_exercise, make_problem, make_question, make_section
from tests.workshop.forms import address

pytestmark = pytest.mark.django_db(transaction=True)


def wait_for_draft(page, words):
    page.wait_for_function("words => Object.values(localStorage).some((kept) => kept.includes(words))", arg=words)


def sign_in(page, user="ana", password="a long password for ana"):  # noqa: S107
    page.locator("[name=login]").fill(user)
    page.locator("[name=password]").fill(password)
    with page.expect_navigation():
        page.locator("main button[type=submit]").first.click()


def sign_out_elsewhere(page, *, cookie):
    """End the session as time does: the browser drops the cookie, or the server the session."""
    if cookie:
        page.context.clear_cookies(name="sessionid")
    else:
        Session.objects.all().delete()


@pytest.mark.parametrize("cookie", [True, False])
@pytest.mark.parametrize("make", [make_problem, make_exercise])
def test_words_survive_the_end_of_the_session(open_page, workshop, make, cookie):
    row = make(written_by="Ana")
    page = open_page(address(row))
    type_into(page, "written_by", "An evening's words")
    sign_out_elsewhere(page, cookie=cookie)

    with page.expect_navigation():
        page.locator("input[name=_save]").first.click()
    assert urlsplit(page.url).path == reverse("account_login")
    sign_in(page)

    page.get_by_text("Your words are filled in. They are not saved yet.").wait_for()
    assert page.locator("[name=written_by]").input_value() == "An evening's words"
    row.refresh_from_db()
    assert row.written_by == "Ana"
    save(page)
    row.refresh_from_db()
    assert row.written_by == "An evening's words"
    page.goto(address(row))
    assert not page.locator(BAR).is_visible()
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('words:'))") == []


def test_a_window_closed_by_mistake_offers_its_words(open_page, workshop):
    question = make_question(answer="<p>Yes.</p>")
    page = open_page(address(question))
    page.locator(".ProseMirror").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" And more.")
    wait_for_draft(page, "And more.")

    other = page.context.new_page()
    page.close(run_before_unload=False)
    other.goto(address(question))
    bar = other.locator(BAR)
    assert "Your unsaved words of" in bar.inner_text()
    assert Question.objects.get().answer == "<p>Yes.</p>"
    with other.expect_navigation():
        bar.get_by_role("button", name="Bring them back").click()

    assert "And more." in other.locator(".ProseMirror").first.inner_text()
    assert not other.locator(BAR).is_visible()
    save(other)
    assert Question.objects.get().answer == "<p>Yes. And more.</p>"


def test_a_draft_brings_new_rows_back_and_knows_what_was_saved_meanwhile(open_page, workshop):
    section = make_section(heading="One")
    page = open_page(address(section.page))
    page.get_by_text("Add another Section").click()
    page.locator("[name=sections-1-heading]").fill("A second section")
    wait_for_draft(page, "A second section")
    Section.objects.update(heading="Changed by Maria")

    other = page.context.new_page()
    other.goto(address(section.page))
    with other.expect_navigation():
        other.get_by_role("button", name="Bring them back").click()

    assert other.locator("[name=sections-0-heading]").input_value() == "Changed by Maria"
    assert other.locator("[name=sections-1-heading]").input_value() == "A second section"


def test_a_draft_can_be_discarded(open_page, workshop):
    page = open_page(address(make_problem()))
    type_into(page, "summary", "Not worth it")
    wait_for_draft(page, "Not worth it")
    other = page.context.new_page()
    other.goto(page.url)

    other.get_by_role("button", name="Discard them").click()

    assert not other.locator(BAR).is_visible()
    assert other.evaluate("Object.values(localStorage).join().includes('Not worth it')") is False


def test_a_draft_belongs_to_one_person_and_one_form(open_page, workshop, client, django_user_model):
    one, other_row = make_problem(), make_problem()
    page = open_page(address(one))
    type_into(page, "summary", "Only for Ana")
    wait_for_draft(page, "Only for Ana")
    other = page.context.new_page()
    other.goto(address(other_row))
    assert not other.locator(BAR).is_visible()

    client.force_login(django_user_model.objects.create_superuser("maria", "", "a long password for maria"))
    page.context.add_cookies(cookies_of(client, urljoin(page.url, "/")))
    other.goto(address(one))
    assert not other.locator(BAR).is_visible()

    page.locator("input[name=_save]").first.click()
    page.get_by_text("Somebody else has signed in here meanwhile").wait_for()
    assert Problem.objects.get(pk=one.pk).summary == one.summary


@pytest.mark.parametrize("where", ["workshop", "account"])
def test_signing_out_removes_every_draft(open_page, workshop, where):
    page = open_page(address(make_problem()))
    type_into(page, "summary", "Private words")
    wait_for_draft(page, "Private words")
    page.on("dialog", lambda dialog: dialog.accept())

    leaving = page
    if where == "account":
        leaving = page.context.new_page()
        leaving.goto(reverse("mfa_index"))
    with leaving.expect_navigation():
        leaving.get_by_role("button", name="Sign out").click()

    assert "Private words" not in leaving.evaluate("Object.values(localStorage).join()")


def test_without_a_connection_the_page_stays_and_says_so(open_page, workshop):
    problem = make_problem()
    page = open_page(address(problem))
    type_into(page, "summary", "Written in the train")
    page.context.set_offline(True)

    page.locator("input[name=_save]").first.click()

    page.get_by_text("No connection to the site: nothing has been saved yet.").wait_for()
    assert page.locator("[name=summary]").input_value() == "Written in the train"
    page.context.set_offline(False)
    save(page)
    problem.refresh_from_db()
    assert problem.summary == "Written in the train"


def test_signing_in_again_in_another_window_is_enough(open_page, workshop):
    problem = make_problem()
    page = open_page(address(problem))
    type_into(page, "summary", "Typed before")
    sign_out_elsewhere(page, cookie=True)
    other = page.context.new_page()
    other.goto(reverse("account_login"))
    sign_in(other)  # and with it comes another token

    save(page)

    problem.refresh_from_db()
    assert problem.summary == "Typed before"


@pytest.mark.parametrize("scripts", [True, False])
def test_two_versions_are_chosen_from_with_and_without_scripts(open_page, workshop, scripts):
    problem = make_problem(summary="As it was.")
    page = open_page(address(problem), java_script_enabled=scripts)
    Problem.objects.update(summary="Maria's words.")
    type_into(page, "summary", "Ana's words.")

    save(page)
    assert page.get_by_role("heading", name="Two people have changed this text").is_visible()
    page.get_by_label("Keep mine").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()

    problem.refresh_from_db()
    assert problem.summary == "Ana's words."


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_bar_and_two_versions_break_no_rule_and_fit_a_phone(open_page, workshop, scheme):
    exercise = make_exercise(feel="A stretch.", steps="Sit.\nLift your chin.")
    page = open_page(address(exercise), scheme=scheme)
    type_into(page, "feel", "A stretch in the neck.")
    wait_for_draft(page, "in the neck")
    other = page.context.new_page()
    other.goto(address(exercise))
    assert violations(other, BAR) == []
    other.set_viewport_size({"width": 320, "height": 640})
    buttons = other.locator(f"{BAR} button").all()
    assert buttons
    assert all(button.bounding_box()["height"] >= 44 for button in buttons)
    Exercise.objects.update(feel="A stretch, and warmth.")

    save(page)

    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    small = page.locator(".conflict :is(button, .choice, .conflict-buttons a)")
    assert small.count() >= 3
    assert all(box.bounding_box()["height"] >= 43.9 for box in small.all())


def test_without_scripts_a_form_of_somebody_signed_out_comes_back_with_its_words(open_page, workshop):
    problem = make_problem()
    page = open_page(address(problem), java_script_enabled=False)
    type_into(page, "summary", "Typed without scripts")
    sign_out_elsewhere(page, cookie=False)
    save(page)
    assert page.get_by_role("heading", name="Not saved yet").is_visible()

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new window").click()
    sign_in(opened.value)
    for _press in range(2):  # signing in has made the token of this page old
        with page.expect_navigation():
            page.get_by_role("button", name="Put my words back into the form").click()

    assert page.locator("[name=summary]").input_value() == "Typed without scripts"
    assert Problem.objects.get().summary == problem.summary
    save(page)
    assert Problem.objects.get().summary == "Typed without scripts"


def test_without_scripts_and_without_a_cookie_going_back_has_the_words(open_page, workshop):
    row = make_exercise(written_by="Ana")
    page = open_page(address(row), java_script_enabled=False)
    type_into(page, "written_by", "Typed without scripts")
    sign_out_elsewhere(page, cookie=True)
    save(page)
    assert page.get_by_text("Go back with the “Back” of your browser").is_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new window").click()
    sign_in(opened.value)

    page.go_back()
    assert page.locator("[name=written_by]").input_value() == "Typed without scripts"
    save(page)  # with an old token
    if page.get_by_role("heading", name="Not saved yet").is_visible():
        with page.expect_navigation():
            page.get_by_role("button", name="Put my words back into the form").click()
        save(page)

    row.refresh_from_db()
    assert row.written_by == "Typed without scripts"
