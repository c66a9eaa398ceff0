"""What is said of a milestone is kept, with who said it and when; the database itself refuses to change it."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.clock import now
from core.sql_guards import Guard, GuardTable, Unique

GUARD = Guard(
    table="strategy_milestoneupdate",
    sentence="What was said of a milestone is never changed or deleted: say something after it",
    never=(
        *("id", "milestone_id", "number", "forecast_on", "done_on", "progress"),
        *("said_at", "said_by_id"),
    ),
    unique=(Unique(("milestone_id", "number")),),
)


def keep_what_stands(apps: Any, schema_editor: Any) -> None:
    """What had been said before now is kept as the first update; by whom and when, only the audit knows."""
    milestones = apps.get_model("strategy", "Milestone").objects.exclude(
        forecast_on=None, done_on=None, progress=""
    )
    updates = apps.get_model("strategy", "MilestoneUpdate").objects
    for each in milestones.order_by("pk"):
        updates.create(
            milestone=each,
            number=1,
            forecast_on=each.forecast_on,
            done_on=each.done_on,
            progress=each.progress,
            said_at=now(),
        )


class Migration(migrations.Migration):
    dependencies = [
        ("strategy", "0001_first_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="MilestoneUpdate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("forecast_on", models.DateField(blank=True, null=True)),
                ("done_on", models.DateField(blank=True, null=True)),
                ("progress", models.CharField(blank=True, max_length=500)),
                ("said_at", models.DateTimeField()),
                (
                    "milestone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="updates",
                        to="strategy.milestone",
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["milestone", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("milestone", "number"), name="milestone_updates_are_numbered"
                    )
                ],
            },
        ),
        migrations.RunPython(keep_what_stands, migrations.RunPython.noop, elidable=False),
        GuardTable(GUARD),
    ]
