"""A close can be taken back for a while: what it made goes to the archive, and only from there is gone."""

import core.fields
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from core.sql_guards import Guard, GuardTable, Unique
from core.sql_guards_released import GuardReleasedTable, ReleasedGuard

USER = settings.AUTH_USER_MODEL


def archived(kind):
    """That a row is in the archive."""
    return (
        "EXISTS (SELECT 1 FROM core_archivedrow AS kept"
        f" WHERE kept.kind = '{kind}' AND kept.key = {{row}}.id)"
    )


def superseded(table, quarter):
    """That a row was superseded, and what superseded it is there."""
    return (
        f"NOT {{row}}.is_latest AND EXISTS (SELECT 1 FROM {table} AS later"
        f" WHERE later.indicator_id = {{row}}.indicator_id AND later.{quarter} = {{row}}.{quarter}"
        " AND later.number > {row}.number)"
    )


EXPLANATION = ReleasedGuard(
    table="escalation_explanation",
    sentence="An explanation is never changed or deleted: another supersedes it",
    never=(
        *("id", "indicator_id", "quarter", "number"),
        *("outcome", "sentence", "document", "told_at"),
    ),
    free=("is_latest",),
    closed=superseded("escalation_explanation", "quarter"),
    unique=(
        Unique(("indicator_id", "quarter", "number")),
        Unique(("indicator_id", "quarter"), where="{row}.is_latest"),
    ),
    released=archived("escalation.explanation"),
    may_go=True,
)
EARLY_WARNING = ReleasedGuard(
    table="escalation_earlywarning",
    sentence="An early warning is never changed or deleted: another takes its place",
    never=(
        *("id", "indicator_id", "closed", "known_until", "number", "made_at", "rating_id"),
        *("forecast_id", "silence", "gap", "leads", "chance_red", "soonest", "follows"),
        "inputs",
    ),
    free=("is_latest",),
    closed=superseded("escalation_earlywarning", "closed"),
    unique=(
        Unique(("indicator_id", "closed", "number")),
        Unique(("indicator_id", "closed"), where="{row}.is_latest"),
    ),
    released=archived("escalation.earlywarning"),
    may_go=True,
)
RECORDED_CLOSE = Guard(
    table="escalation_recordedclose",
    sentence="What a close did stands, and so does that it was taken back",
    never=(
        *("id", "quarter", "closed_at", "closed_by_id", "until", "summary", "made", "changed"),
        "last_event",
    ),
    free=("taken_back_at", "taken_back_by_id", "reason"),
    closed="{row}.taken_back_at IS NOT NULL",
    unique=(Unique(("quarter",), where="{row}.taken_back_at IS NULL"),),
)


def person():
    return models.ForeignKey(
        blank=True, null=True, on_delete=models.deletion.PROTECT, related_name="+", to=USER
    )


class Migration(migrations.Migration):
    dependencies = [
        ("escalation", "0007_rehearsals"),
        ("core", "0004_rows_taken_away_are_kept"),
        migrations.swappable_dependency(USER),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordedClose",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", core.fields.QuarterField()),
                ("closed_at", models.DateTimeField()),
                ("until", models.DateTimeField(help_text="Until when it can be taken back")),
                ("summary", models.TextField(help_text="What it did, in words")),
                (
                    "made",
                    models.JSONField(
                        default=dict, help_text="By model: the keys of the rows that it made"
                    ),
                ),
                (
                    "changed",
                    models.JSONField(
                        default=list,
                        help_text="Model, key and what was, of each row that it changed",
                    ),
                ),
                (
                    "last_event",
                    models.BigIntegerField(help_text="The latest entry of the audit record then"),
                ),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    models.TextField(blank=True, help_text="Why it was taken back"),
                ),
                ("closed_by", person()),
                ("taken_back_by", person()),
            ],
            options={
                "ordering": ["-closed_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("quarter",),
                        condition=Q(taken_back_at__isnull=True),
                        name="one_close_of_a_quarter_stands",
                    ),
                    models.CheckConstraint(
                        condition=Q(until__gt=F("closed_at")),
                        name="a_recorded_close_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            taken_back_at__isnull=True, taken_back_by__isnull=True, reason=""
                        )
                        | Q(taken_back_at__isnull=False, taken_back_by__isnull=False)
                        & ~Q(reason=""),
                        name="a_close_is_taken_back_by_somebody_with_a_reason",
                    ),
                ],
            },
        ),
        GuardTable(RECORDED_CLOSE),
        GuardReleasedTable(EXPLANATION),
        GuardReleasedTable(EARLY_WARNING),
        migrations.RemoveConstraint("earlyclose", "an_early_close_is_answered_by_somebody"),
        migrations.AlterField(
            "earlyclose",
            "state",
            models.CharField(
                choices=[
                    ("asked", "Waits for another person"),
                    ("agreed", "Agreed"),
                    ("refused", "Not agreed"),
                    ("taken_back", "Agreed, and the close was taken back"),
                ],
                default="asked",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            "earlyclose",
            models.CheckConstraint(
                condition=Q(
                    state="asked", answered_by__isnull=True, answered_at__isnull=True, answer=""
                )
                | Q(
                    state__in=["agreed", "taken_back"],
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                    answer="",
                )
                | Q(state="refused", answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answer=""),
                name="an_early_close_is_answered_by_somebody",
            ),
        ),
    ]
