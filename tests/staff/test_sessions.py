"""Sessions: strangers leave no row behind, and what is in their cookie signs in once."""

import time

import pytest
from allauth.account.forms import default_token_generator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.cache import caches
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils.http import int_to_base36

from clips.management.commands.work import clean_up
from staff import sessions
from tests.staff.codes import totp
from tests.staff.conftest import KEY, PASSWORD

pytestmark = pytest.mark.django_db

AJAX = {"X-Requested-With": "XMLHttpRequest"}


def ask_for_challenge(client, **extra):
    return client.get(reverse("mfa_login_webauthn"), headers=AJAX, **extra)


def cookie_of(client):
    return client.cookies["sessionid"].value


def codes_of(user):
    return RecoveryCodes(user.authenticator_set.get(type="recovery_codes")).get_unused_codes()


def rows():
    """Return the sessions in the database, but for the nonces that have been used up."""
    return Session.objects.exclude(session_key__startswith="used.")


def is_signed_in(client):
    return client.get(reverse("admin:index")).status_code == 200


def test_a_stranger_who_asks_for_passkeys_writes_no_row(client):
    for number in range(15):
        assert ask_for_challenge(Client(), REMOTE_ADDR=f"192.0.2.{number}").status_code == 200

    assert Session.objects.count() == 0


def test_a_password_that_waits_for_its_code_writes_no_row(sign_in, client, protected):
    assert sign_in().url == reverse("mfa_authenticate")
    assert Session.objects.count() == 0

    assert client.post(reverse("mfa_authenticate"), {"code": totp(KEY)}).url == reverse("admin:index")

    assert is_signed_in(client)
    assert rows().count() == 1


def test_a_link_to_a_new_password_writes_no_row(client, therapist):
    key = f"{int_to_base36(therapist.pk)}-{default_token_generator.make_token(therapist)}"
    address = f"/admin/account/password/reset/key/{key}/"

    page = client.get(address, follow=True)

    assert "New password" in page.text
    assert Session.objects.count() == 0


def test_wrong_passwords_write_no_row(sign_in):
    for _ in range(3):
        sign_in(password="wrong")

    assert Session.objects.count() == 0


def test_the_key_of_somebody_signed_in_was_never_in_a_cookie_before(sign_in, client, protected):
    sign_in()
    before = cookie_of(client)

    client.post(reverse("mfa_authenticate"), {"code": totp(KEY)})

    assert cookie_of(client) != before
    assert len(cookie_of(client)) == 32
    assert is_signed_in(client)


def test_a_copied_cookie_signs_nobody_in_a_second_time(sign_in, client, protected):
    sign_in()
    thief = Client()
    thief.cookies["sessionid"] = cookie_of(client)
    codes = codes_of(protected)
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302

    refused = thief.post(reverse("mfa_authenticate"), {"code": codes[1]})

    assert refused.status_code == 400
    assert not is_signed_in(thief)
    assert is_signed_in(client)


def test_a_challenge_answered_once_cannot_be_answered_again(client, therapist):
    """The challenge is in a nonce's session: whatever signs in with it, it does so once."""
    ask_for_challenge(client)
    store, copy = (sessions.SessionStore(cookie_of(client)) for _ in range(2))
    for session in (store, copy):
        session["_auth_user_id"] = str(therapist.pk)
    store.save()

    with pytest.raises(UpdateError):
        copy.save()


def test_a_cookie_is_good_for_ten_minutes(sign_in, client, protected, monkeypatch):
    sign_in()
    assert client.cookies["sessionid"]["max-age"] == 600
    later = time.time() + 601
    monkeypatch.setattr(time, "time", lambda: later)

    answer = client.post(reverse("mfa_authenticate"), {"code": codes_of(protected)[0]})

    assert answer.url == reverse("account_login")
    assert not is_signed_in(client)


@pytest.mark.parametrize("salt", [sessions.SALT, "django.contrib.sessions.backends.signed_cookies"])
def test_no_cookie_says_that_somebody_has_signed_in(client, therapist, salt):
    store = sessions.SessionStore()
    data = {
        "_auth_user_id": str(therapist.pk),
        "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
        "_auth_user_hash": therapist.get_session_auth_hash(),
    }
    client.cookies["sessionid"] = sessions.PREFIX + signing.dumps(data, salt=salt, serializer=store.serializer)

    assert not is_signed_in(client)


@pytest.mark.parametrize("value", ["signed.", "signed.x:y:z", "signed." + "a" * 4000, "used.x", "x" * 32])
def test_a_made_up_cookie_is_taken_away_again(client, value):
    client.cookies["sessionid"] = value

    response = client.get(reverse("account_login"))

    assert response.status_code == 200
    assert response.cookies["sessionid"].value == ""
    assert Session.objects.count() == 0


def test_cookies_fit_into_a_browser(sign_in, client, protected):
    ask_for_challenge(client)
    challenge = len(cookie_of(client))
    sign_in()

    assert challenge < 600
    assert len(cookie_of(client)) < 1500


def test_signing_out_ends_the_session_and_its_cookie(workshop):
    assert rows().count() == 1

    workshop.post(reverse("account_logout"))

    assert rows().count() == 0
    assert cookie_of(workshop) == ""


def test_the_cookie_of_a_stranger_is_protected_like_any_other(client, settings):
    settings.SESSION_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME = "__Host-sessionid"

    cookie = ask_for_challenge(client).cookies["__Host-sessionid"]

    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")


def test_old_sessions_are_cleared_every_day(workshop):
    Session.objects.update(expire_date="2020-01-01T00:00Z")

    clean_up()

    assert Session.objects.count() == 0


def test_a_locked_database_does_not_look_like_the_end_of_a_session(sign_in, client):
    client.raise_request_exception = False

    def locked(execute, sql, params, many, context):
        if "django_session" in sql and not sql.startswith("SELECT"):
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(locked):
        response = sign_in(password=PASSWORD)

    assert (response.status_code, response["Retry-After"]) == (503, "10")


def test_one_address_cannot_ask_for_challenges_for_ever(client):
    for _ in range(20):
        assert ask_for_challenge(client).status_code == 200

    refused = ask_for_challenge(client)

    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert "Please wait a moment" in refused.text
    assert ask_for_challenge(client, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_counting_strangers_writes_no_row(client, django_assert_num_queries):
    caches["pages"].clear()

    with django_assert_num_queries(0):
        ask_for_challenge(client)
