"""How often somebody may be wrong."""

import threading

import pytest
from django.core.cache import caches
from django.db import connection
from django.urls import reverse

from tests.staff.conftest import PASSWORD

pytestmark = pytest.mark.django_db

WRONG = "This user name and password do not belong together."
LOCKED = "There were too many tries."


def tries_until_refused(sign_in, most=40, **each):
    """Return which wrong try was the first that was refused; `each` makes name or headers from the number."""
    for number in range(1, most):
        headers = each["headers"](number) if "headers" in each else {}
        name = each["name"](number) if "name" in each else "ana"
        response = sign_in(name, f"wrong {number}", **headers)
        if LOCKED in response.text or response.status_code == 429:
            return number
        assert WRONG in response.text
    return None


def test_an_account_is_locked_after_at_most_ten_tries(sign_in):
    assert tries_until_refused(sign_in) <= 10


def test_an_address_is_locked_after_at_most_twenty_tries_at_different_accounts(sign_in):
    assert tries_until_refused(sign_in, name=lambda number: f"person-{number}") <= 20


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "User-Agent"])
def test_no_header_begins_a_new_count(sign_in, header):
    assert tries_until_refused(sign_in, headers=lambda number: {header: f"192.0.2.{number}"}) <= 10


def test_no_port_in_the_host_begins_a_new_count(sign_in, settings):
    settings.ALLOWED_HOSTS = ["localhost"]

    assert tries_until_refused(sign_in, headers=lambda number: {"Host": f"localhost:{1000 + number}"}) <= 10


@pytest.mark.parametrize("name", ["ANA", " ana ", "Ana"])
def test_no_other_spelling_begins_a_new_count(sign_in, name):
    spelling = [name, "ana"]

    assert tries_until_refused(sign_in, name=lambda number: spelling[number % 2]) <= 10


def test_behind_a_proxy_each_visitor_has_a_count_of_their_own(sign_in, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert tries_until_refused(sign_in, name=lambda number: f"person-{number}", headers=attacker) <= 20

    response = sign_in(**{"X-Forwarded-For": "198.51.100.7"})

    assert response.status_code == 302


def attacker(number):
    """Return the header as a proxy hands it on: what the client made up, then where it really came from."""
    return {"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.9"}


def test_the_right_password_is_refused_while_the_account_is_locked(sign_in, client):
    tries_until_refused(sign_in)

    response = sign_in(password=PASSWORD)

    assert LOCKED in response.text
    assert "_auth_user_id" not in client.session


def test_a_known_name_is_answered_like_an_unknown_one(sign_in, client):
    answers_to_known = [sign_in("ana", "wrong") for _ in range(7)]
    for cache in caches.all():
        cache.clear()
    answers_to_unknown = [sign_in("eve", "wrong") for _ in range(7)]

    for known, unknown in zip(answers_to_known, answers_to_unknown, strict=True):
        assert known.status_code == unknown.status_code
        assert text_of(known) == text_of(unknown)
    assert LOCKED in text_of(answers_to_known[-1])


def text_of(response):
    """Return a page without its CSRF tokens, as it would be for ana."""
    return "\n".join(
        line for line in response.text.replace('value="eve"', 'value="ana"').splitlines() if "csrf" not in line
    )


def test_the_right_password_does_not_count_as_a_try(sign_in, client):
    for _ in range(12):
        assert sign_in().status_code == 302
        client.logout()


def test_codes_are_counted_too(sign_in, client, protected):
    sign_in()
    answers = [client.post(reverse("mfa_authenticate"), {"code": f"{number:06}"}).text for number in range(10)]

    assert any(LOCKED in text for text in answers)
    assert "_auth_user_id" not in client.session


def test_the_present_password_cannot_be_guessed_in_a_session_left_open(workshop):
    address = reverse("account_change_password")
    new = {"password1": "quiet morning light", "password2": "quiet morning light"}

    answers = [workshop.post(address, {"oldpassword": f"wrong {number}"} | new).status_code for number in range(10)]

    assert answers[0] == 200
    assert answers[-1] == 429


@pytest.mark.django_db(transaction=True)
def test_tries_are_counted_for_all_processes_together(settings):
    settings.CACHES = settings.CACHES | {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}
    }
    read = []

    def read_in_another_thread():
        read.append(caches["default"].get("tries"))
        connection.connection.close()  # Django's own close() leaves a database in memory open

    caches["default"].set("tries", 5)
    thread = threading.Thread(target=read_in_another_thread)
    thread.start()
    thread.join()

    assert read == [5]


def test_the_page_for_too_many_tries_is_ours(client):
    for _ in range(31):
        response = client.post(reverse("account_login"), {"login": "ana", "password": ""})

    assert response.status_code == 429
    assert "Please wait a moment" in response.text
