"""Plausibility questions are kept with the revision that they are about, and what was answered."""

import django.db.models.deletion
import indicators.rules.questions
from django.conf import settings
from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, Unique

GUARDS = [
    Guard(
        table="indicators_revision",
        sentence="A revision is never changed or deleted: submit another",
        never=(
            *("id", "result_id", "number", "value", "numerator", "denominator", "confidence"),
            *("not_available", "withheld", "definition_break", "data_quarter", "commentary"),
            *("management_action", "late", "after_close", "reason", "submitted_by_id"),
            *("on_behalf_of_id", "submitted_at", "questions_asked"),
        ),
        free=("is_latest",),
        closed="NOT {row}.is_latest",
        unique=(
            Unique(("result_id", "number")),
            Unique(("result_id",), where="{row}.is_latest"),
        ),
    ),
    Guard(
        table="indicators_question",
        sentence="A question stands as it was asked, and an answer as it was given",
        never=("id", "revision_id", "key", "words"),
        free=("answer", "answered_by_id", "answered_at"),
        closed="{row}.answered_at IS NOT NULL",
        unique=(Unique(("revision_id", "key")),),
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0010_addresses_and_first_quarters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="questions_asked",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Empty where it was kept before any question was asked.",
                null=True,
            ),
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        choices=indicators.rules.questions.QuestionKey.choices, max_length=20
                    ),
                ),
                ("words", models.CharField(max_length=500)),
                ("answer", models.CharField(blank=True, max_length=300)),
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
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="indicators.revision",
                    ),
                ),
            ],
            options={
                "ordering": ["revision", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("revision", "key"), name="a_revision_is_asked_a_question_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "key__in",
                                [
                                    "nought",
                                    "hundredfold",
                                    "times",
                                    "negative",
                                    "change",
                                    "share",
                                    "percentage",
                                    "same",
                                    "rounded",
                                    "not_due",
                                    "target",
                                ],
                            )
                        ),
                        name="question_has_a_known_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="question_has_words"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                            ),
                            models.Q(
                                models.Q(("answer", ""), _negated=True),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="an_answer_says_when_it_was_given",
                    ),
                ],
            },
        ),
        *[GuardTable(each) for each in GUARDS],
    ]
