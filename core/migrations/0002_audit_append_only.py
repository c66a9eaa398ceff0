"""The record of acts can be added to, and nothing else: the database itself refuses."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER audit_event_is_not_changed BEFORE UPDATE ON core_auditevent
    BEGIN SELECT RAISE(ABORT, 'An audit event is never changed'); END""",
    """CREATE TRIGGER audit_event_is_not_deleted BEFORE DELETE ON core_auditevent
    BEGIN SELECT RAISE(ABORT, 'An audit event is never deleted'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION audit_event_stands() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'An audit event is never changed or deleted'
       USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER audit_event_is_not_changed BEFORE UPDATE OR DELETE
    ON core_auditevent FOR EACH ROW EXECUTE FUNCTION audit_event_stands()""",
]


def refuse_changes(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def allow_changes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP TRIGGER audit_event_is_not_changed ON core_auditevent"
        )
        schema_editor.execute("DROP FUNCTION audit_event_stands()")
        return
    schema_editor.execute("DROP TRIGGER audit_event_is_not_changed")
    schema_editor.execute("DROP TRIGGER audit_event_is_not_deleted")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_first_tables")]
    operations = [migrations.RunPython(refuse_changes, allow_changes)]
