"""More than a password."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.urls import reverse

from staff.adapters import SIGNED_IN_AT
from staff.second_factor import passkeys_work
from tests.factories import make_clip
from tests.staff.codes import totp
from tests.staff.conftest import KEY, PASSWORD
from tests.test_guards import addresses

pytestmark = pytest.mark.django_db

OFFER = "Protect your account (2 minutes)"


def test_the_known_code_of_the_standard():
    assert totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", at=59) == "287082"  # RFC 6238, appendix B


def test_the_start_page_offers_a_second_factor_until_there_is_one(workshop, therapist):
    assert OFFER in workshop.get(reverse("admin:index")).text

    Authenticator.objects.create(user=therapist, type=Authenticator.Type.TOTP, data={"secret": KEY})

    assert OFFER not in workshop.get(reverse("admin:index")).text


def test_an_app_is_set_up_right_after_sign_in_and_asked_for_at_the_next(sign_in, client):
    sign_in()
    page = client.get(reverse("mfa_activate_totp"))
    key = re.findall(r'<code class="secret">(\w+)</code>', page.text)[0]
    assert f"secret={key}" in page.text
    assert '<svg class="qr-code"' in page.text
    assert "data:image" not in page.text
    assert "style=" not in page.text

    refused = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "This code is not right." in refused.text
    assert key in refused.text

    response = client.post(reverse("mfa_activate_totp"), {"code": totp(key)}, follow=True)
    assert "Recovery codes" in response.text
    assert len(re.findall(r"<code>\d{8}</code>", response.text)) == 10

    client.logout()
    assert sign_in().url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("admin:index")).status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": totp(key)}).url == reverse("admin:index")
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_code_works_once(sign_in, client, protected):
    code = totp(KEY)
    sign_in()
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert "_auth_user_id" in client.session
    client.logout()
    sign_in()

    response = client.post(reverse("mfa_authenticate"), {"code": code})

    assert "This code is not right." in response.text


def test_a_code_of_two_minutes_ago_is_refused(sign_in, client, protected):
    sign_in()

    client.post(reverse("mfa_authenticate"), {"code": totp(KEY, at=time.time() - 120)})

    assert "_auth_user_id" not in client.session


def test_a_recovery_code_works_once(sign_in, client, protected):
    codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    sign_in()
    assert client.post(reverse("mfa_authenticate"), {"code": codes[3]}).url == reverse("admin:index")
    client.logout()
    sign_in()

    assert "This code is not right." in client.post(reverse("mfa_authenticate"), {"code": codes[3]}).text
    assert client.post(reverse("mfa_authenticate"), {"code": codes[4]}).url == reverse("admin:index")


def test_recovery_codes_can_be_downloaded(sign_in, client, protected):
    sign_in()
    client.post(reverse("mfa_authenticate"), {"code": totp(KEY)})

    response = client.get(reverse("mfa_download_recovery_codes"))

    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    assert len(re.findall(r"^\d{8}$", response.text, re.MULTILINE)) == 10


def test_later_the_password_is_asked_for_again_before_anything_changes(sign_in, client):
    sign_in()
    session = client.session
    session[SIGNED_IN_AT] -= 3600
    session.save()

    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        response = client.get(reverse(name))
        assert response.url.startswith(reverse("account_reauthenticate"))
    response = client.post(response.url, {"password": PASSWORD}, follow=True)

    assert "Add a passkey" in response.text


def test_half_a_sign_in_can_be_given_up(sign_in, client, protected):
    sign_in()

    client.post(reverse("account_logout"), {"next": reverse("account_login")})

    assert client.get(reverse("mfa_authenticate")).url == reverse("account_login")


def test_passkeys_are_offered_where_browsers_allow_them():
    def ask(host, secure=False):
        return RequestFactory(headers={"Host": host}).get("/", secure=secure)

    assert passkeys_work(ask("localhost:8000"))
    assert passkeys_work(ask("localhost"))
    assert not passkeys_work(ask("127.0.0.1:8000"))
    assert not passkeys_work(ask("[::1]:8000"))
    assert not passkeys_work(ask("[::1]", secure=True))
    assert not passkeys_work(ask("testserver"))
    assert passkeys_work(ask("testserver", secure=True))


# Required ----------------------------------------------------------------------------


@pytest.fixture
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_where_it_is_required_no_address_of_the_workshop_answers_a_password_alone(workshop, required, method):
    make_clip()
    open_paths = ("/admin/account/", "/admin/login/", "/admin/logout/", "/admin/welcome/")
    closed_paths = [path for path in addresses() if path.startswith("/admin/") and not path.startswith(open_paths)]
    assert len(closed_paths) > 60

    for path in closed_paths:
        response = getattr(workshop, method)(path)
        if method in ("get", "head"):
            assert (response.status_code, response.url) == (302, reverse("mfa_index")), path
        else:
            assert response.status_code == 403, path


def test_where_it_is_required_a_draft_is_hidden_from_a_password_alone(workshop, required, therapist):
    clip = make_clip(published=False)
    assert workshop.get(clip.film_url).status_code == 404

    Authenticator.objects.create(user=therapist, type=Authenticator.Type.TOTP, data={"secret": KEY})

    response = workshop.get(clip.film_url)
    response.close()
    assert response.status_code == 200


def test_where_it_is_required_it_can_be_set_up_and_then_the_workshop_opens(sign_in, client, required):
    page = sign_in(follow=True)
    assert page.request["PATH_INFO"] == reverse("mfa_index")

    key = re.findall(r'"secret">(\w+)<', client.get(reverse("mfa_activate_totp")).text)[0]
    client.post(reverse("mfa_activate_totp"), {"code": totp(key)})

    assert client.get(reverse("admin:index")).status_code == 200


def test_where_it_is_required_visitors_notice_nothing(client, required, django_assert_max_num_queries):
    client.get("/faq/")

    with django_assert_max_num_queries(3):
        response = client.get("/faq/")

    assert response.status_code == 200
    assert not response.cookies


# Lost --------------------------------------------------------------------------------


def test_who_lost_everything_is_let_in_by_the_operator_s_command(sign_in, client, protected):
    call_command("reset_second_factor", "ana")

    assert sign_in().url == reverse("admin:index")
    assert not Authenticator.objects.exists()


def test_the_command_knows_only_people_it_knows(db):
    with pytest.raises(CommandError, match="no account"):
        call_command("reset_second_factor", "nobody")


def test_an_operator_sees_second_factors_and_takes_away_lost_ones_but_no_secrets(client, protected, django_user_model):
    django_user_model.objects.filter(pk=protected.pk).update(is_superuser=False)  # those look after each other
    operator = django_user_model.objects.create_user("ola", is_staff=True)
    operator.groups.add(Group.objects.get(name="Operator"))
    client.force_login(operator)
    app = Authenticator.objects.get(type=Authenticator.Type.TOTP)

    assert "ana" in client.get(reverse("admin:mfa_authenticator_changelist")).text
    page = client.get(reverse("admin:mfa_authenticator_change", args=[app.pk]))
    assert page.status_code == 200
    assert KEY not in page.text
    client.post(reverse("admin:mfa_authenticator_delete", args=[app.pk]), {"post": "yes"})
    assert not Authenticator.objects.filter(pk=app.pk).exists()
    assert client.get(reverse("admin:mfa_authenticator_add")).status_code == 403


def test_a_therapist_does_not_see_them(client, protected, django_user_model):
    colleague = django_user_model.objects.create_user("ben", is_staff=True)
    colleague.groups.add(Group.objects.get(name="Therapist"))
    client.force_login(colleague)

    assert client.get(reverse("admin:mfa_authenticator_changelist")).status_code == 403
    assert not Permission.objects.filter(group__name="Therapist", content_type__app_label="mfa").exists()
