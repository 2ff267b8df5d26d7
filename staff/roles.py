"""What a therapist and an operator may do in the workshop: two groups that `staff/migrations/` makes.

An operator can give a group more or less under *Groups*; a new installation begins with these.
"""

from typing import Any

from django.contrib.auth.management import create_permissions

THERAPIST, OPERATOR = "Therapist", "Operator"
#: The groups by the word that `manage.py invite --role` takes.
ROLES = {"therapist": THERAPIST, "operator": OPERATOR}

#: A therapist edits the whole programme: may view, add, change and delete these models, by app.
PROGRAMME = {
    "stages": ["stage"],
    "exercises": ["bodypart", "equipment", "exercise", "exercisegroup", "variation"],
    "clips": ["clip"],
    "faq": ["topic", "question", "problem"],
    "pages": ["page", "section"],
}
#: An operator manages the staff as well.
STAFF = {"auth": ["user", "group"]}
#: An operator sees who has a second factor and can take away a lost one, but never adds or changes one.
SECOND_FACTORS = ["view_authenticator", "delete_authenticator"]


def make_roles(apps: Any) -> None:
    """Create both groups with their permissions; `apps` is the registry of a migration."""
    Group = apps.get_model("auth", "Group")
    therapist, _created = Group.objects.get_or_create(name=THERAPIST)
    therapist.permissions.set(permissions_of(apps, PROGRAMME))
    operator, _created = Group.objects.get_or_create(name=OPERATOR)
    operator.permissions.set(permissions_of(apps, PROGRAMME | STAFF))
    make_permissions(apps, "mfa")
    operator.permissions.add(*apps.get_model("auth", "Permission").objects.filter(codename__in=SECOND_FACTORS))


def permissions_of(apps: Any, models: dict[str, list[str]]) -> list[Any]:
    """Return every permission on `models`, given as names by app."""
    permissions: list[Any] = []
    for app, names in models.items():
        make_permissions(apps, app)
        rows = apps.get_model("auth", "Permission").objects
        permissions += rows.filter(content_type__app_label=app, content_type__model__in=names)
    return permissions


def make_permissions(apps: Any, app: str) -> None:
    """Create the permissions of an app now: Django does so only after all migrations, too late for a new site."""
    config = apps.get_app_config(app)
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
