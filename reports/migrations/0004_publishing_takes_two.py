"""An edition is checked by one person and approved by another; a published one may be withdrawn."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from core.sql_guards import Guard, GuardTable, Unique, UnguardTable
from core.sql_guards_released import GuardReleasedTable, ReleasedGuard

USER = settings.AUTH_USER_MODEL
WITHDRAWN = "EXISTS (SELECT 1 FROM reports_withdrawal WHERE edition_id = {row}.id)"
EDITION = ReleasedGuard(
    table="reports_edition",
    sentence="A frozen document is never changed, nor anything of a published edition: freeze another",
    never=("id", "report_id", "number", "sha256", "public_sha256", "frozen_at", "frozen_by_id"),
    free=(
        *("state", "checked_at", "checked_by_id", "approved_at", "approved_by_id"),
        *("publish_at", "published_at", "published_by_id"),
    ),
    closed="{row}.state = 'published'",
    unique=(Unique(("report_id", "number")),),
    deletable=True,
    released=WITHDRAWN,
    emptied=("document", "public_document"),
)
FILE = Guard(
    table="reports_editionfile",
    sentence="The file of a published edition is never changed: freeze another edition",
    never=("id", "edition_id", "name"),
    free=("size", "sha256"),
    closed="(SELECT state FROM reports_edition WHERE id = {row}.edition_id{held}) = 'published'",
    unique=(Unique(("edition_id", "name")),),
)
WITHDRAWAL = Guard(
    table="reports_withdrawal",
    sentence="A withdrawal stands: build the report again to say something new",
    never=("id", "edition_id", "reason", "addresses", "withdrawn_at", "withdrawn_by_id"),
    free=("files_gone_at",),
    closed="{row}.files_gone_at IS NOT NULL",
    unique=(Unique(("edition_id",)),),
)


def moment(**options):
    return models.DateTimeField(blank=True, null=True, **options)


def person():
    return models.ForeignKey(
        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=USER
    )


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0003_small_editions"),
        migrations.swappable_dependency(USER),
    ]

    operations = [
        # SQLite makes the table of editions anew, and the guard of their files looks at it.
        UnguardTable(FILE),
        migrations.AddField("edition", "checked_at", moment()),
        migrations.AddField("edition", "checked_by", person()),
        migrations.AddField("edition", "approved_at", moment()),
        migrations.AddField("edition", "approved_by", person()),
        migrations.AddField(
            "edition",
            "publish_at",
            moment(help_text="When it is to be published, once it is approved"),
        ),
        migrations.AlterField(
            "edition",
            "state",
            models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("checked", "Checked"),
                    ("approved", "Approved"),
                    ("published", "Published"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint("edition", "a_published_edition_says_when"),
        migrations.AddConstraint(
            "edition",
            models.CheckConstraint(
                condition=Q(
                    state="draft",
                    checked_at__isnull=True,
                    approved_at__isnull=True,
                    publish_at__isnull=True,
                    published_at__isnull=True,
                )
                | Q(
                    state="checked",
                    checked_at__isnull=False,
                    checked_by__isnull=False,
                    approved_at__isnull=True,
                    publish_at__isnull=True,
                    published_at__isnull=True,
                )
                | Q(
                    state="approved",
                    checked_by__isnull=False,
                    approved_at__isnull=False,
                    approved_by__isnull=False,
                    publish_at__isnull=False,
                    published_at__isnull=True,
                )
                | Q(state="published", published_at__isnull=False),
                name="an_edition_takes_one_step_after_another",
            ),
        ),
        migrations.AddConstraint(
            "edition",
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(checked_by__isnull=False) & ~Q(approved_by=F("checked_by")),
                name="an_edition_is_approved_by_another_than_checked_it",
            ),
        ),
        migrations.AddConstraint(
            "edition",
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(frozen_by__isnull=True)
                | ~Q(approved_by=F("frozen_by")),
                name="an_edition_is_approved_by_another_than_built_it",
            ),
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(help_text="Everyone may read it")),
                ("addresses", models.JSONField(default=list, help_text="Of the pages that it had, so that they say what became of them")),
                ("withdrawn_at", models.DateTimeField()),
                ("files_gone_at", models.DateTimeField(blank=True, null=True)),
                ("edition", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal", to="reports.edition")),
                ("withdrawn_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=USER)),
            ],
            options={
                "ordering": ["-withdrawn_at"],
                "constraints": [models.CheckConstraint(condition=~Q(reason=""), name="a_withdrawal_says_why")],
            },
        ),
        GuardReleasedTable(EDITION),
        GuardTable(FILE),
        GuardTable(WITHDRAWAL),
    ]
