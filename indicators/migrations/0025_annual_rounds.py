"""The annual round: next year's set as it is proposed, challenged, seen and agreed."""

import core.clock
import core.fields
import django.db.models.deletion
import indicators.rules.rounds
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable

REMARK = Guard(
    table="indicators_roundremark",
    sentence="A remark stands as it was put, and an answer as it was given",
    never=("id", "line_id", "kind", "said_for", "text", "put_by_id", "put_at"),
    free=("answer", "answered_by_id", "answered_at"),
    closed="{row}.answered_at IS NOT NULL",
)


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0024_audit_samples_and_partners"),
        ("organisation", "0003_council_bodies_and_successors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnnualRound",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        help_text="In which the financial year begins", unique=True
                    ),
                ),
                ("proposals_by", models.DateField()),
                ("challenged_by", models.DateField()),
                ("seen_by", models.DateField()),
                ("agreed_by", models.DateField()),
                (
                    "opened_at",
                    models.DateTimeField(blank=True, default=core.clock.now, editable=False),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-year"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("proposals_by__lte", models.F("challenged_by")),
                            ("challenged_by__lte", models.F("seen_by")),
                            ("seen_by__lte", models.F("agreed_by")),
                        ),
                        name="the_stages_of_a_round_follow_one_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoundLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=30)),
                (
                    "action",
                    models.CharField(
                        choices=indicators.rules.rounds.LineAction.choices, max_length=6
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=indicators.rules.rounds.LineState.choices,
                        default=indicators.rules.rounds.LineState["DRAFT"],
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("definition", models.JSONField(blank=True, default=dict)),
                (
                    "is_break",
                    models.BooleanField(
                        default=False, help_text="Whether figures compare no more with those before"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, help_text="Of what was typed: 1, 2 …"),
                ),
                ("typed_at", models.DateTimeField(blank=True, default=core.clock.now)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("met_on", models.DateField(blank=True, null=True)),
                (
                    "minute",
                    models.CharField(
                        blank=True, help_text="The number of its minute", max_length=40
                    ),
                ),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "done_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When what was agreed was done: a changed definition waits",
                        null=True,
                    ),
                ),
                ("problem", models.CharField(blank=True, default="", max_length=500)),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.committee",
                    ),
                ),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="round_lines",
                        to="indicators.indicator",
                    ),
                ),
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who is to answer for a new one",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="indicators.annualround",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "typed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        help_text="To which a new one is to belong",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["round", "reference"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "withdrawn"), _negated=True),
                        fields=("round", "reference"),
                        name="one_line_of_an_indicator_in_a_round",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "action__in",
                                [
                                    indicators.rules.rounds.LineAction["KEEP"],
                                    indicators.rules.rounds.LineAction["CHANGE"],
                                    indicators.rules.rounds.LineAction["END"],
                                    indicators.rules.rounds.LineAction["NEW"],
                                ],
                            )
                        ),
                        name="a_line_proposes_a_known_act",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    indicators.rules.rounds.LineState["DRAFT"],
                                    indicators.rules.rounds.LineState["SUBMITTED"],
                                    indicators.rules.rounds.LineState["RECORDED"],
                                    indicators.rules.rounds.LineState["AGREED"],
                                    indicators.rules.rounds.LineState["WITHDRAWN"],
                                ],
                            )
                        ),
                        name="a_line_has_a_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("action", "new"), ("indicator__isnull", False), _connector="OR"
                        ),
                        name="what_is_not_new_is_an_indicator_that_stands",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("action", "new"), _negated=True),
                            models.Q(("manager__isnull", False), ("unit__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_new_indicator_says_whose_it_is_to_be",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "withdrawn"]),
                            models.Q(
                                ("submitted_at__isnull", False), ("submitted_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="what_is_decided_on_was_submitted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("body", None),
                                ("met_on", None),
                                ("minute", ""),
                                ("recorded_by", None),
                                ("state__in", ["draft", "submitted", "withdrawn"]),
                            ),
                            models.Q(
                                ("state__in", ["recorded", "agreed"]),
                                ("body__isnull", False),
                                ("met_on__isnull", False),
                                ("recorded_by__isnull", False),
                                models.Q(("minute", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="what_a_body_agreed_has_its_minute",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("checked_at__isnull", False),
                                ("checked_by__isnull", False),
                                ("state", "agreed"),
                                models.Q(("checked_by", models.F("recorded_by")), _negated=True),
                                models.Q(("checked_by", models.F("typed_by")), _negated=True),
                                models.Q(("checked_by", models.F("submitted_by")), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "agreed"), _negated=True),
                                ("checked_at", None),
                                ("checked_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="a_minute_of_a_round_is_checked_by_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_at", None), ("state", "agreed"), _connector="OR"),
                        name="only_what_is_agreed_is_done",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoundRemark",
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
                        choices=indicators.rules.rounds.RemarkKind.choices, max_length=9
                    ),
                ),
                (
                    "said_for",
                    models.CharField(blank=True, help_text="PAT, or the committee", max_length=200),
                ),
                ("text", models.CharField(max_length=2000)),
                (
                    "put_at",
                    models.DateTimeField(blank=True, default=core.clock.now, editable=False),
                ),
                ("answer", models.CharField(blank=True, max_length=2000)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remarks",
                        to="indicators.roundline",
                    ),
                ),
                (
                    "put_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["line", "put_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    indicators.rules.rounds.RemarkKind["CHALLENGE"],
                                    indicators.rules.rounds.RemarkKind["COMMENT"],
                                    indicators.rules.rounds.RemarkKind["SENT_BACK"],
                                ],
                            )
                        ),
                        name="a_remark_is_of_a_known_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True),
                        name="a_remark_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("answered_by", None)),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_answer_is_somebodys",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoundReview",
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
                        choices=indicators.rules.rounds.ReviewKind.choices, max_length=9
                    ),
                ),
                ("met_on", models.DateField(blank=True, null=True)),
                (
                    "note",
                    models.CharField(
                        blank=True, help_text="Why it is not waited for", max_length=500
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(blank=True, default=core.clock.now, editable=False),
                ),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.committee",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="indicators.annualround",
                    ),
                ),
            ],
            options={
                "ordering": ["round", "recorded_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("body__isnull", False)),
                        fields=("round", "body", "met_on"),
                        name="a_committee_looks_at_a_round_once_a_day",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "team")),
                        fields=("round", "met_on"),
                        name="a_team_looks_at_a_round_once_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("body", None), ("kind", "team")),
                            models.Q(("body__isnull", False), ("kind", "committee")),
                            _connector="OR",
                        ),
                        name="a_committee_that_looked_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("met_on__isnull", False),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="who_is_not_waited_for_is_passed_over_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoundTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_quarter", core.fields.QuarterField()),
                (
                    "target",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True),
                ),
                (
                    "floor",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        max_digits=15,
                        null=True,
                        verbose_name="floor standard",
                    ),
                ),
                (
                    "lower",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True),
                ),
                (
                    "upper",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True),
                ),
                (
                    "outer_lower",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True),
                ),
                (
                    "outer_upper",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=15, null=True),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="indicators.roundline",
                    ),
                ),
            ],
            options={
                "ordering": ["line", "from_quarter"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("line", "from_quarter"), name="a_line_has_one_target_from_a_quarter"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lower__isnull", True),
                            ("upper__isnull", True),
                            ("lower__lte", models.F("upper")),
                            _connector="OR",
                        ),
                        name="the_range_of_a_line_is_the_right_way_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outer_lower__isnull", True),
                            ("lower__isnull", True),
                            ("outer_lower__lte", models.F("lower")),
                            _connector="OR",
                        ),
                        name="the_outer_lower_bound_of_a_line_is_outside",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outer_upper__isnull", True),
                            ("upper__isnull", True),
                            ("outer_upper__gte", models.F("upper")),
                            _connector="OR",
                        ),
                        name="the_outer_upper_bound_of_a_line_is_outside",
                    ),
                ],
            },
        ),
        GuardTable(REMARK),
    ]
