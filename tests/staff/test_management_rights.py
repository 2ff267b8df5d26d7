"""Nobody gives herself more than she has, and somebody can always manage the staff."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from staff.management_rights import leaves_nobody, managers

pytestmark = pytest.mark.django_db

LAST = "After this, nobody could manage the staff any more."


@pytest.fixture
def operator(django_user_model):
    user = django_user_model.objects.create_user("olga", "olga@example.org", "a long password", is_staff=True)
    user.groups.add(Group.objects.get(name="Operator"))
    return user


@pytest.fixture
def office(client, operator):
    """A browser in which the operator has signed in."""
    client.force_login(operator)
    return client


@pytest.fixture
def colleague(django_user_model):
    user = django_user_model.objects.create_user("tom", "tom@example.org", "a long password", is_staff=True)
    user.groups.add(Group.objects.get(name="Therapist"))
    return user


def page_of(thing, page="change"):
    return reverse(f"admin:auth_{thing._meta.model_name}_{page}", args=[thing.pk])


def save(browser, user, **changes):
    """Send the form of a user, as it is but for `changes`."""
    fields = {
        "username": user.username,
        "is_active": user.is_active,
        "is_staff": user.is_staff,
        "is_superuser": user.is_superuser,
        "groups": [group.pk for group in user.groups.all()],
        "user_permissions": [permission.pk for permission in user.user_permissions.all()],
        "date_joined_0": "2026-01-01",
        "date_joined_1": "12:00",
    }
    fields |= changes
    return browser.post(page_of(user), {name: value for name, value in fields.items() if value is not False})


def test_an_operator_cannot_make_herself_a_superuser(office, operator):
    save(office, operator, is_superuser="on")

    operator.refresh_from_db()
    assert not operator.is_superuser
    assert 'name="is_superuser"' not in office.get(page_of(operator)).text


def test_nor_anybody_else(office, colleague):
    assert save(office, colleague, is_superuser="on", first_name="Tom").status_code == 302

    colleague.refresh_from_db()
    assert (colleague.first_name, colleague.is_superuser) == ("Tom", False)


def test_nobody_gives_a_permission_that_she_has_not(office, operator, colleague):
    beyond = Permission.objects.get(codename="delete_session")

    for user in (operator, colleague):
        response = save(office, user, user_permissions=[beyond.pk])
        assert response.status_code == 200
        assert "is not one of the available choices" in response.text
        assert not user.user_permissions.exists()


def test_nobody_puts_herself_into_a_group_with_more(office, operator):
    everything = Group.objects.create(name="Everything")
    everything.permissions.set(Permission.objects.all())

    response = save(office, operator, groups=[*operator.groups.values_list("pk", flat=True), everything.pk])

    assert response.status_code == 200
    assert everything not in operator.groups.all()
    assert ">Everything<" not in office.get(page_of(operator)).text


def test_nobody_gives_her_own_group_more(office, operator):
    group = operator.groups.get()
    beyond = Permission.objects.get(codename="delete_session")

    office.post(page_of(group), {"name": group.name, "permissions": [beyond.pk]})

    assert beyond not in group.permissions.all()
    assert office.post(reverse("admin:auth_group_add"), {"name": "New", "permissions": [beyond.pk]}).status_code == 200
    assert not Group.objects.filter(name="New").exists()


@pytest.mark.parametrize("is_active", [True, False])
def test_an_operator_cannot_touch_a_superuser(office, therapist, is_active):
    therapist.is_active = is_active
    therapist.save()
    factor = Authenticator.objects.create(user=therapist, type=Authenticator.Type.TOTP, data={})
    new = {"password1": "a stolen long password", "password2": "a stolen long password", "usable_password": "true"}

    assert save(office, therapist, email="olga@example.org").status_code == 403
    assert office.post(page_of(therapist, "password_change"), new).status_code == 403
    assert office.post(page_of(therapist, "delete"), {"post": "yes"}).status_code == 403
    assert office.post(reverse("admin:mfa_authenticator_delete", args=[factor.pk]), {"post": "yes"}).status_code == 403
    selected = {"action": "delete_selected", "_selected_action": [therapist.pk], "post": "yes"}
    office.post(reverse("admin:auth_user_changelist"), selected)

    therapist.refresh_from_db()
    assert therapist.check_password("a long password for ana")
    assert therapist.email == "ana@example.org"


def test_nor_somebody_with_one_permission_more(office, colleague):
    colleague.user_permissions.add(Permission.objects.get(codename="delete_session"))

    assert save(office, colleague, email="olga@example.org").status_code == 403


def test_an_operator_still_manages_her_colleagues(office, colleague):
    factor = Authenticator.objects.create(user=colleague, type=Authenticator.Type.TOTP, data={})
    operators = Group.objects.get(name="Operator")

    assert save(office, colleague, groups=[operators.pk]).status_code == 302
    assert office.post(reverse("admin:mfa_authenticator_delete", args=[factor.pk]), {"post": "yes"}).status_code == 302
    assert operators in colleague.groups.all()
    assert office.post(page_of(colleague, "delete"), {"post": "yes"}).status_code == 302


def test_a_superuser_may_do_all_of_it(workshop, colleague):
    assert save(workshop, colleague, is_superuser="on").status_code == 302

    colleague.refresh_from_db()
    assert colleague.is_superuser


@pytest.mark.parametrize(
    "changes",
    [{"is_active": False}, {"is_staff": False}, {"groups": []}],
    ids=["deactivate", "no longer staff", "demote"],
)
def test_the_last_manager_cannot_lock_herself_out(office, operator, colleague, changes):
    response = save(office, operator, **changes)

    assert response.status_code == 200
    assert LAST in response.text
    assert operator in managers()


def test_the_last_superuser_cannot_demote_herself(workshop, therapist):
    response = save(workshop, therapist, is_superuser=False)

    assert LAST in response.text
    assert therapist in managers()


def test_the_last_manager_cannot_be_deleted_by_page_or_by_list(office, operator):
    pages = [
        office.post(page_of(operator, "delete"), {"post": "yes"}, follow=True),
        office.post(
            reverse("admin:auth_user_changelist"),
            {"action": "delete_selected", "_selected_action": [operator.pk], "post": "yes"},
            follow=True,
        ),
    ]

    assert all(LAST in page.text for page in pages)
    assert operator in managers()


def test_the_group_of_the_last_manager_keeps_its_right(office, operator):
    group = operator.groups.get()
    others = list(group.permissions.exclude(codename="change_user").values_list("pk", flat=True))

    changed = office.post(page_of(group), {"name": group.name, "permissions": others})
    deleted = office.post(page_of(group, "delete"), {"post": "yes"}, follow=True)
    selected = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
    listed = office.post(reverse("admin:auth_group_changelist"), selected, follow=True)

    assert all(LAST in page.text for page in (changed, deleted, listed))
    assert operator in managers()


def test_two_groups_together_are_no_way_around_it(operator, colleague):
    deputies = Group.objects.create(name="Deputies")
    deputies.permissions.set(Permission.objects.filter(codename="change_user"))
    colleague.groups.add(deputies)

    assert not leaves_nobody(without_groups=[deputies])
    assert leaves_nobody(without_groups=[deputies, operator.groups.get()])


def test_whoever_is_not_the_last_may_go(office, operator, therapist):
    assert save(office, operator, is_staff=False).status_code == 302

    operator.refresh_from_db()
    assert not operator.is_staff


def test_other_changes_of_the_last_manager_are_saved(office, operator):
    assert save(office, operator, first_name="Olga").status_code == 302

    operator.refresh_from_db()
    assert operator.first_name == "Olga"
