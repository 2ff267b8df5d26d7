"""Signing in and out, and what is open to whom."""

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.factories import make_clip
from tests.staff.conftest import PASSWORD
from tests.test_guards import METHODS, OPEN_PATHS, SIGN_IN, addresses, rows

pytestmark = pytest.mark.django_db


def test_django_s_own_sign_in_form_is_closed(client, therapist):
    address = reverse("admin:login")

    for response in (client.get(address), client.post(address, {"username": "ana", "password": PASSWORD})):
        assert response.status_code == 302
        assert response.url.startswith("/admin/account/login/?next=")
    assert "_auth_user_id" not in client.session


def test_nobody_can_guess_at_it_from_inside(workshop, django_user_model):
    django_user_model.objects.create_superuser("eve", password="the password of eve")

    response = workshop.post(reverse("admin:login"), {"username": "eve", "password": "the password of eve"})

    assert response.url == reverse("admin:index")
    assert workshop.get(reverse("admin:index")).context["user"].username == "ana"


def test_the_admins_way_to_change_a_password_leads_to_ours(workshop):
    for method in (workshop.get, workshop.post):
        assert method(reverse("admin:password_change")).url == reverse("account_change_password")


def test_after_sign_in_the_page_that_was_asked_for_is_shown(client, therapist):
    changelist = reverse("admin:exercises_exercise_changelist")
    page = client.get(changelist, follow=True)
    assert page.request["PATH_INFO"] == reverse("account_login")
    assert f'name="next" value="{changelist}"' in page.text

    response = client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD, "next": changelist})

    assert response.url == changelist


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_never_leads_away_from_the_site(sign_in, client, elsewhere):
    response = client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD, "next": elsewhere})

    assert response.url == reverse("admin:index")


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_email_verification_sent"])
def test_signing_up_and_changing_addresses_have_no_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_nobody_can_sign_up(client, django_user_model):
    new = {"username": "eve", "password1": "quiet morning light", "password2": "quiet morning light"}

    client.post("/admin/account/signup/", new)
    client.post("/accounts/signup/", new)

    assert not django_user_model.objects.exists()


@pytest.mark.parametrize("state", [{"is_active": False}, {"is_staff": False}])
def test_an_account_without_access_does_not_come_in(sign_in, client, therapist, state):
    for name, value in state.items():
        setattr(therapist, name, value)
    therapist.save()

    response = sign_in(follow=True)

    assert "This account is closed" in response.text
    assert "_auth_user_id" not in client.session


def test_a_session_ends_after_twelve_hours(sign_in, client):
    sign_in()

    assert client.session.get_expiry_age() <= 12 * 60 * 60
    assert client.cookies["sessionid"]["max-age"] == 12 * 60 * 60


def test_signing_out_leads_to_the_sign_in(workshop):
    response = workshop.post(reverse("admin:logout"))

    assert response.url == reverse("account_login")
    assert "_auth_user_id" not in workshop.session


@pytest.fixture
def visitors(django_user_model):
    """A stranger, a visitor who has chosen a side, and an account without access to the workshop."""
    stranger, visitor, outsider = Client(), Client(), Client()
    visitor.post("/sides/", {"side": "left", "next": "/"})
    outsider.force_login(django_user_model.objects.create_user("outsider"))
    return {"stranger": stranger, "visitor": visitor, "outsider": outsider}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("who", ["stranger", "visitor", "outsider"])
def test_no_address_of_the_staffs_answers_a_visitor_by_any_method(visitors, who, method):
    make_clip()
    before = rows()
    requests = 0

    for path in addresses():
        if not path.startswith("/admin/") or path.startswith(tuple(OPEN_PATHS)) or path == "/admin/jsi18n/":
            continue
        if who == "outsider" and path.startswith("/admin/account/"):
            continue  # about their own account, which they would not have been let into
        response = getattr(visitors[who], method)(path)
        requests += 1
        assert response.status_code in (302, 401, 403, 404, 405), (path, response.status_code)
        if response.status_code == 302:
            assert response.url.startswith(SIGN_IN), (path, response.url)

    assert requests > 60
    assert rows() == before


def test_strangers_leave_nothing_in_the_sessions(client):
    for path in addresses():
        if path.startswith("/admin/account/"):
            client.post(path, {"credential": "{}", "code": "123456", "name": "x"})

    assert not Session.objects.exists()


def test_a_visitors_page_sets_no_cookie_because_of_the_sign_in(client):
    for path in ("/", "/exercises/", "/faq/"):
        assert not client.get(path).cookies


def test_sign_in_pages_are_kept_by_nobody_and_not_searched(client):
    response = client.get(reverse("account_login"))

    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in response.text


def test_without_mail_a_forgotten_password_is_a_matter_for_the_operator(client):
    address = reverse("account_reset_password")

    assert "manage.py changepassword" in client.get(address).text
    assert client.post(address, {"email": "ana@example.org"}).status_code == 405
    assert not mail.outbox


@pytest.fixture
def with_mail(settings):
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.SITE_URL = "https://exercises.example.org"
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}  # for Django 6.1


def test_with_mail_a_link_sets_a_new_password(client, therapist, with_mail):
    client.post(reverse("account_reset_password"), {"email": "ana@example.org"}, headers={"Host": "testserver:666"})

    [message] = mail.outbox
    [link] = [word for word in message.body.split() if word.startswith("http")]
    assert link.startswith("https://exercises.example.org/admin/account/password/reset/key/")

    form = client.get(link.removeprefix("https://exercises.example.org"), follow=True)
    new = {"password1": "quiet morning light", "password2": "quiet morning light"}
    response = client.post(form.request["PATH_INFO"], new, follow=True)

    assert "You have a new password" in response.text
    therapist.refresh_from_db()
    assert therapist.check_password("quiet morning light")
    assert "_auth_user_id" not in client.session


def test_a_stranger_s_address_gets_the_same_answer_and_no_mail(client, therapist, with_mail):
    answers = [
        client.post(reverse("account_reset_password"), {"email": address}, follow=True).text
        for address in ("ana@example.org", "eve@example.org")
    ]

    assert answers[0] == answers[1]
    assert len(mail.outbox) == 1


def test_thirty_times_forgotten_is_a_few_letters(client, therapist, with_mail):
    for _ in range(30):
        client.post(reverse("account_reset_password"), {"email": "ana@example.org"})

    assert len(mail.outbox) <= 5
