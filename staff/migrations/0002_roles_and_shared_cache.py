from django.core.management import call_command
from django.db import migrations

from staff.roles import OPERATOR, THERAPIST, make_roles

CACHE_TABLE = "shared_cache"


def make_groups(apps, schema_editor):
    """Make the groups Therapist (the whole programme) and Operator (the staff as well)."""
    make_roles(apps)


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=[THERAPIST, OPERATOR]).delete()


def make_table(apps, schema_editor):
    """Make the table of the cache that all processes share: it counts failed sign-ins."""
    call_command("createcachetable", CACHE_TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop_table(apps, schema_editor):
    if CACHE_TABLE in schema_editor.connection.introspection.table_names():
        schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(CACHE_TABLE)}")


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("stages", "0001_initial"),
        ("exercises", "0001_initial"),
        ("clips", "0001_initial"),
        ("faq", "0001_initial"),
        ("pages", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(make_groups, remove_groups),
        migrations.RunPython(make_table, drop_table),
    ]
