"""What was published between two reports may be withdrawn, as an edition may: its content goes, its digest stays."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from core.sql_guards import Guard, GuardTable, Unique
from core.sql_guards_released import GuardReleasedTable, ReleasedGuard

USER = settings.AUTH_USER_MODEL
SMALL = ReleasedGuard(
    table="reports_smalledition",
    sentence="What was published is never changed or deleted: publish something after it",
    never=("id", "kind", "reference", "number", "sha256", "frozen_at", "approved_by_id"),
    unique=(Unique(("kind", "reference", "number")),),
    released="EXISTS (SELECT 1 FROM reports_smallwithdrawal WHERE small_id = {row}.id)",
    emptied=("document",),
)
WITHDRAWAL = Guard(
    table="reports_smallwithdrawal",
    sentence="A withdrawal stands: publish something after it",
    never=("id", "small_id", "reason", "withdrawn_at", "withdrawn_by_id"),
    unique=(Unique(("small_id",)),),
)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0004_publishing_takes_two"),
        migrations.swappable_dependency(USER),
    ]

    operations = [
        migrations.CreateModel(
            name="SmallWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(help_text="Everyone may read it")),
                ("withdrawn_at", models.DateTimeField()),
                ("small", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal", to="reports.smalledition")),
                ("withdrawn_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=USER)),
            ],
            options={
                "ordering": ["-withdrawn_at"],
                "constraints": [models.CheckConstraint(condition=~Q(reason=""), name="a_small_withdrawal_says_why")],
            },
        ),
        GuardReleasedTable(SMALL),
        GuardTable(WITHDRAWAL),
    ]
