"""The record of acts can be added to, and nothing else: the database itself refuses."""

from django.db import migrations

from core.sql_guards import Guard, GuardTable

AUDIT_EVENT = Guard(
    table="core_auditevent",
    sentence="An audit event is never changed or deleted",
    never=(
        *("id", "at", "actor_id", "actor_name", "act"),
        *("subject_kind", "subject_key", "subject_name", "detail"),
    ),
)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_first_tables")]
    operations = [GuardTable(AUDIT_EVENT)]
