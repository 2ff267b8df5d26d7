"""How somebody becomes staff."""

import io
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import signing
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from staff import invitations
from staff.models import Invitation

pytestmark = pytest.mark.django_db

CHOICE = {"username": "ana", "password1": "quiet morning light", "password2": "quiet morning light"}


def output_of(command, *arguments, **options):
    output = io.StringIO()
    call_command(command, *arguments, stdout=output, **options)
    return output.getvalue()


def link_in(output):
    """Return the path of the one link in the output of a command."""
    [link] = re.findall(r"https?://[^/\s]+(/admin/welcome/\S+)", output)
    return link


def test_a_fresh_site_gives_a_link_to_choose_a_password(client, django_user_model):
    link = link_in(output_of("welcome"))

    page = client.get(link)
    assert page.status_code == 200
    assert "Choose your user name and password" in page.text
    assert not django_user_model.objects.exists()

    response = client.post(link, CHOICE, follow=True)
    assert response.redirect_chain == [(reverse("admin:index"), 302)]
    assert "Welcome, ana. This is your workshop." in response.text
    assert django_user_model.objects.get().is_superuser


def test_the_link_is_said_again_at_every_start_until_it_is_used(client):
    first, second = link_in(output_of("welcome")), link_in(output_of("welcome"))

    assert client.get(first).status_code == client.get(second).status_code == 200
    assert Invitation.objects.count() == 1

    client.post(second, CHOICE)
    assert "/admin/welcome/" not in output_of("welcome")


def test_looking_at_the_link_does_not_use_it(client):
    link = link_in(output_of("welcome"))

    for _ in range(3):
        assert client.get(link).status_code == client.head(link).status_code == 200


def test_a_used_link_says_so(client, django_user_model):
    link = link_in(output_of("welcome"))
    client.post(link, CHOICE)
    client.logout()

    for response in (client.get(link), client.post(link, CHOICE | {"username": "eve"})):
        assert response.status_code == 410
        assert "This link has been used." in response.text
    assert django_user_model.objects.count() == 1


def test_the_first_link_ends_when_somebody_else_can_sign_in(client, therapist, django_user_model):
    therapist.is_active = False
    therapist.save()
    link = link_in(output_of("welcome"))
    therapist.is_active = True
    therapist.save()

    response = client.post(link, CHOICE)

    assert response.status_code == 410
    assert "Somebody can sign in already" in response.text
    assert django_user_model.objects.count() == 1


def test_a_link_is_too_old_after_three_days(client, settings):
    link = link_in(output_of("welcome"))
    settings.PASSWORD_RESET_TIMEOUT = -1

    response = client.get(link)

    assert response.status_code == 410
    assert "This link is too old." in response.text


def test_a_link_that_we_never_made_is_not_found(client):
    ours_but_unknown = signing.dumps("no such nonce", salt=invitations.SALT)

    for token in ("nonsense", "a:b:c", ours_but_unknown):
        assert client.get(reverse("first_sign_in", args=[token])).status_code == 404


def test_a_weak_password_is_refused_and_the_link_stays_good(client, django_user_model):
    link = link_in(output_of("welcome"))

    response = client.post(link, CHOICE | {"password1": "password", "password2": "password"})

    assert "This password is too short" in response.text
    assert not django_user_model.objects.exists()
    client.post(link, CHOICE)
    assert django_user_model.objects.count() == 1


def test_two_people_with_one_link_at_the_same_time_make_one_account(client, django_user_model):
    invitation = invitations.invite("", role="")
    form = invitations.FirstSignInForm(CHOICE)
    assert form.is_valid()
    Invitation.objects.update(used_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(invitations.InvitationError):
        form.accept(invitation)

    assert not django_user_model.objects.exists()


@pytest.mark.parametrize(
    ("role", "group", "may_see_the_staff"), [("therapist", "Therapist", False), ("operator", "Operator", True)]
)
def test_an_invited_colleague_gets_their_role(client, therapist, django_user_model, role, group, may_see_the_staff):
    link = link_in(output_of("invite", "ben", role=role))

    assert 'value="ben"' in client.get(link).text
    client.post(link, CHOICE | {"username": "ben"})

    ben = django_user_model.objects.get(username="ben")
    assert (ben.is_staff, ben.is_superuser) == (True, False)
    assert list(ben.groups.all()) == [Group.objects.get(name=group)]
    assert client.get(reverse("admin:exercises_exercise_changelist")).status_code == 200
    assert client.get(reverse("admin:exercises_exercise_add")).status_code == 200
    staff = client.get(reverse("admin:auth_user_changelist"))
    assert staff.status_code == (200 if may_see_the_staff else 403)


def test_nobody_is_invited_under_a_name_that_is_taken(therapist):
    with pytest.raises(CommandError, match="already an account"):
        call_command("invite", therapist.username)


def test_links_carry_the_address_of_the_site(settings, monkeypatch):
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104
    monkeypatch.setenv("PORT", "8123")
    assert "http://localhost:8123/admin/welcome/" in output_of("welcome")

    settings.SITE_URL = "https://exercises.example.org"
    assert "https://exercises.example.org/admin/welcome/" in output_of("welcome")


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        (["192.168.1.20"], "192.168.1.20"),
        (["*", ".clinic.example", "exercises.clinic.example"], "exercises.clinic.example"),
        (["*"], "localhost"),
    ],
)
def test_a_link_leads_to_a_host_that_the_site_answers(settings, monkeypatch, client, allowed, host):
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104
    monkeypatch.setenv("PORT", "8123")
    settings.ALLOWED_HOSTS = allowed

    address = re.search(rf"http://{re.escape(host)}:8123(/admin/welcome/\S+)", output_of("welcome"))

    assert address is not None
    assert client.get(address[1], headers={"Host": host}).status_code == 200
