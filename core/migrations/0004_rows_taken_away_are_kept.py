"""Rows that are taken away are kept; a close may be taken back, and its notices wait."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from core.sql_guards import Guard, GuardTable, Unique

ARCHIVED_ROW = Guard(
    table="core_archivedrow",
    sentence="What is in the archive stands: it is never changed or deleted",
    never=("id", "kind", "key", "name", "content", "act_id"),
    unique=(Unique(("kind", "key")),),
)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_files_brought")]

    operations = [
        migrations.CreateModel(
            name="ArchivedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        help_text="Of which model, as escalation.explanation", max_length=80
                    ),
                ),
                ("key", models.BigIntegerField()),
                ("name", models.CharField(max_length=300)),
                ("content", models.JSONField()),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.auditevent",
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "key"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key"), name="a_row_is_archived_once")
                ],
            },
        ),
        GuardTable(ARCHIVED_ROW),
        migrations.AddField(
            "notice",
            "held_until",
            models.DateTimeField(
                blank=True,
                help_text="Until when nobody is told: what it tells of may be undone",
                null=True,
            ),
        ),
        migrations.AddField(
            "reportingquarter",
            "undo_until",
            models.DateTimeField(
                blank=True,
                help_text="Until when its close can be taken back, if it ever could",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            "reportingquarter",
            models.CheckConstraint(
                condition=Q(undo_until__isnull=True) | Q(undo_until__gt=F("closed_at")),
                name="a_close_is_taken_back_after_it",
            ),
        ),
    ]
