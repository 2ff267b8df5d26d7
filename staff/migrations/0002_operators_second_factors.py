from django.contrib.auth.management import create_permissions
from django.db import migrations

CODENAMES = ["view_authenticator", "delete_authenticator"]


def allow(apps, schema_editor):
    """Let operators see who has a second factor, and take away a lost one."""
    # Django makes permissions only after all migrations, so that they do not exist yet on a new site.
    config = apps.get_app_config("mfa")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    found = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="mfa", codename__in=CODENAMES)
    for operator in apps.get_model("auth", "Group").objects.filter(name="Operator"):
        operator.permissions.add(*found)


def forbid(apps, schema_editor):
    found = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="mfa", codename__in=CODENAMES)
    for operator in apps.get_model("auth", "Group").objects.filter(name="Operator"):
        operator.permissions.remove(*found)


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_shared_cache"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("pages", "0003_roles"),
    ]

    operations = [migrations.RunPython(allow, forbid)]
