from django.contrib.auth.management import create_permissions
from django.db import migrations

PROGRAMME = {
    "stages": ["stage"],
    "exercises": ["bodypart", "equipment", "exercise", "exercisegroup", "variation"],
    "clips": ["clip"],
    "faq": ["topic", "question", "problem"],
    "pages": ["page", "section"],
}
STAFF = {"auth": ["user", "group"]}


def make_roles(apps, schema_editor):
    """Make the groups Therapist (the whole programme) and Operator (the staff as well)."""
    Group = apps.get_model("auth", "Group")
    therapist, _ = Group.objects.get_or_create(name="Therapist")
    therapist.permissions.set(permissions(apps, PROGRAMME))
    operator, _ = Group.objects.get_or_create(name="Operator")
    operator.permissions.set(permissions(apps, PROGRAMME | STAFF))


def permissions(apps, models):
    Permission = apps.get_model("auth", "Permission")
    found = []
    for app, names in models.items():
        # Django makes permissions only after all migrations, so that they do not exist yet on a new site.
        config = apps.get_app_config(app)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
        found += Permission.objects.filter(content_type__app_label=app, content_type__model__in=names)
    return found


def remove_roles(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=["Therapist", "Operator"]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("stages", "0001_initial"),
        ("exercises", "0001_initial"),
        ("clips", "0001_initial"),
        ("faq", "0001_initial"),
        ("pages", "0002_invitations"),
    ]

    operations = [migrations.RunPython(make_roles, remove_roles)]
