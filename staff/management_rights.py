"""Who may manage whom among the staff, and whether anybody still could."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

#: Whoever has this permission, and may sign in to the workshop, can manage the staff.
CODENAME, APP = "change_user", "auth"


def permissions_of(user: Any) -> QuerySet[Permission]:
    """Return every permission of a user, active or not: her own, her groups', or all of them."""
    if user.is_superuser:
        return Permission.objects.all()
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()


def may_manage(manager: Any, user: Any) -> bool:
    """Whether `manager` has every right that `user` has; otherwise a new password for `user` would give her more."""
    if manager.is_superuser:
        return True
    return not user.is_superuser and has_all(manager, permissions_of(user))


def may_manage_group(manager: Any, group: Group) -> bool:
    """Whether `manager` has every right that a group gives."""
    return manager.is_superuser or has_all(manager, group.permissions.all())


def has_all(user: Any, permissions: QuerySet[Permission]) -> bool:
    return not permissions.exclude(pk__in=permissions_of(user).values("pk")).exists()


def groups_for(manager: Any) -> QuerySet[Group]:
    """Return the groups that give nothing that `manager` has not: those that she may put somebody into."""
    if manager.is_superuser:
        return Group.objects.all()
    beyond = Permission.objects.exclude(pk__in=permissions_of(manager).values("pk"))
    return Group.objects.exclude(permissions__in=beyond)


def managers(without_groups: Iterable[Group] = ()) -> QuerySet[Any]:
    """Return the people who can manage the staff, leaving out what `without_groups` give them."""
    right = Permission.objects.filter(codename=CODENAME, content_type__app_label=APP)
    groups = Group.objects.filter(permissions__in=right).exclude(pk__in=[group.pk for group in without_groups])
    users = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    return users.filter(Q(is_superuser=True) | Q(user_permissions__in=right) | Q(groups__in=groups)).distinct()


def leaves_nobody(leaving: Iterable[Any] = (), without_groups: Iterable[Group] = ()) -> bool:
    """Whether nobody could manage the staff any more without the people `leaving` and the rights of some groups.

    In a transaction, whoever could is locked first: two managers who take the right from each other at the same
    moment are looked at one after the other.
    """
    if transaction.get_connection().in_atomic_block:
        people = get_user_model()._default_manager.filter(pk__in=managers().values("pk"))
        list(people.select_for_update().values_list("pk", flat=True))
    if not managers().exists():
        return False  # it is so already, and no reason to refuse anything
    return not managers(without_groups).exclude(pk__in=[user.pk for user in leaving]).exists()


def gives_management(permissions: Iterable[Permission], groups: Iterable[Group]) -> bool:
    """Whether these permissions and groups let somebody manage the staff."""
    pks = [permission.pk for permission in permissions]
    held = Permission.objects.filter(Q(pk__in=pks) | Q(group__in=list(groups)))
    return held.filter(codename=CODENAME, content_type__app_label=APP).exists()


def last_manager_text() -> str:
    return _(
        "After this, nobody could manage the staff any more. "
        "First give somebody else the right to change users, for instance in the group “Operator”."
    )
