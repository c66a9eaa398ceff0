"""What a level does is its duty, and the table is named for that. It is guarded as it was before.

`sorp_rows_stand` of PostgreSQL stays the function of `0002_approved_versions_stand`, and what SQLite
refuses is in its words.
"""

import django.db.models.deletion
from django.db import migrations, models

from core.sql_guards import StatementsByDatabase

BEFORE, NOW = "sorp_ladderrule", "sorp_levelduty"
BOUND = "('approved', 'in_force', 'superseded')"
SAID = "A version of the SORP that was approved does not change: draft another"
ACTS = {"insert": ["NEW"], "update": ["OLD", "NEW"], "delete": ["OLD"]}


def laid(table):
    """A trigger for each act on SQLite, one for all of them on PostgreSQL."""
    sqlite = []
    for act, rows in ACTS.items():
        looked_up = [
            f"EXISTS (SELECT 1 FROM sorp_version WHERE id = {row}.version_id AND state IN {BOUND})"
            for row in rows
        ]
        if act != "delete":  # the row that OR REPLACE would take away
            looked_up.append(
                f"EXISTS (SELECT 1 FROM {table} AS was WHERE was.id = NEW.id AND EXISTS (SELECT 1"
                f" FROM sorp_version WHERE id = was.version_id AND state IN {BOUND}))"
            )
        sqlite.append(
            f"CREATE TRIGGER {table}_{act}_of_bound BEFORE {act} ON {table}"
            f" WHEN {' OR '.join(looked_up)} BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
        )
    postgresql = [
        f"CREATE TRIGGER {table}_stands BEFORE INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION sorp_rows_stand()"
    ]
    return {"sqlite": sqlite, "postgresql": postgresql}


def lifted(table):
    return {
        "sqlite": [f"DROP TRIGGER {table}_{act}_of_bound" for act in ACTS],
        "postgresql": [f"DROP TRIGGER {table}_stands ON {table}"],
    }


class Migration(migrations.Migration):
    dependencies = [("sorp", "0002_approved_versions_stand")]
    operations = [
        StatementsByDatabase(lifted(BEFORE), laid(BEFORE)),
        migrations.RenameModel("LadderRule", "LevelDuty"),
        migrations.AlterField(
            "levelduty",
            "version",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="level_duties",
                to="sorp.version",
            ),
        ),
        StatementsByDatabase(laid(NOW), lifted(NOW)),
    ]
