"""A published edition is never changed and never deleted: the database itself refuses."""

from django.db import migrations

SQLITE = [
    """CREATE TRIGGER published_edition_is_not_changed BEFORE UPDATE ON reports_edition
    WHEN OLD.state = 'published'
    BEGIN SELECT RAISE(ABORT, 'A published edition is never changed: freeze another'); END""",
    """CREATE TRIGGER published_edition_is_not_deleted BEFORE DELETE ON reports_edition
    WHEN OLD.state = 'published'
    BEGIN SELECT RAISE(ABORT, 'A published edition is never deleted'); END""",
    """CREATE TRIGGER frozen_document_is_not_changed
    BEFORE UPDATE OF document, public_document, sha256, public_sha256 ON reports_edition
    WHEN OLD.sha256 <> NEW.sha256 OR OLD.public_sha256 <> NEW.public_sha256
    OR OLD.document <> NEW.document OR OLD.public_document <> NEW.public_document
    BEGIN SELECT RAISE(ABORT, 'A frozen document is never changed: freeze another'); END""",
]
POSTGRESQL = [
    """CREATE FUNCTION edition_stands() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF OLD.state = 'published' THEN
        RAISE EXCEPTION 'A published edition is never changed or deleted: freeze another'
        USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
      IF OLD.document <> NEW.document OR OLD.public_document <> NEW.public_document
         OR OLD.sha256 <> NEW.sha256 OR OLD.public_sha256 <> NEW.public_sha256 THEN
        RAISE EXCEPTION 'A frozen document is never changed: freeze another'
        USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER edition_stands BEFORE UPDATE OR DELETE ON reports_edition
    FOR EACH ROW EXECUTE FUNCTION edition_stands()""",
]


def refuse_changes(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def allow_changes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER edition_stands ON reports_edition")
        schema_editor.execute("DROP FUNCTION edition_stands()")
        return
    for name in ("published_edition_is_not_changed", "published_edition_is_not_deleted",
                 "frozen_document_is_not_changed"):
        schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_first_tables")]
    operations = [migrations.RunPython(refuse_changes, allow_changes)]
