"""An indicator says what its figures speak of, when they are due, and what follows it; a figure may be awaited."""

import core.clock
import core.fields
import django.core.validators
import django.db.models.deletion
import sorp.lexicon
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("indicators", "0002_what_was_said_stands"),
        ("organisation", "0001_first_tables"),
        ("sorp", "0003_level_duty"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Awaited",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", core.fields.QuarterField()),
                ("publisher", models.CharField(max_length=200)),
                ("until", models.DateField()),
                ("said_at", models.DateTimeField(default=core.clock.now, editable=False)),
            ],
            options={
                "verbose_name_plural": "awaited",
                "ordering": ["indicator", "quarter"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="indicator",
            name="indicator_has_a_known_frequency",
        ),
        migrations.RemoveConstraint(
            model_name="indicator",
            name="indicator_has_a_known_basis",
        ),
        migrations.RemoveConstraint(
            model_name="rating",
            name="rated_or_not_rated_and_why",
        ),
        migrations.AddField(
            model_name="indicator",
            name="codes",
            field=models.CharField(
                blank=True, help_text="Of national frameworks: LOF:1.2; LGBF:CORP 4", max_length=300
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="denominator_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="indicator",
            name="due",
            field=models.CharField(
                blank=True,
                help_text="Q2, or Q1 Q3; of every second year the first, 2024-Q3",
                max_length=11,
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="made_of_months",
            field=models.CharField(
                blank=True, choices=sorp.lexicon.MadeOfMonths.choices, max_length=4
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="may_be_negative",
            field=models.BooleanField(
                help_text="Whether a result may be below nought; empty where nobody has said.",
                blank=True,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="numerator_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="indicator",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predecessors",
                to="indicators.indicator",
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="successor_is_comparable",
            field=models.BooleanField(
                default=False,
                help_text="Whether its successor's figures may be compared with its own.",
            ),
        ),
        migrations.AlterField(
            model_name="indicator",
            name="basis",
            field=models.CharField(
                choices=sorp.lexicon.Basis.choices,
                default=sorp.lexicon.Basis["QUARTER"],
                max_length=20,
                verbose_name="span",
            ),
        ),
        migrations.AlterField(
            model_name="indicator",
            name="reference",
            field=models.CharField(
                max_length=30,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[A-Za-z0-9](?:[A-Za-z0-9.\\-&/ ]{0,28}[A-Za-z0-9.\\-&/])?$",
                        "Use letters, figures, spaces inside and . - & /, up to 30",
                    )
                ],
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("frequency", "monthly"),
                        (
                            "made_of_months__in",
                            [
                                sorp.lexicon.MadeOfMonths["SUM"],
                                sorp.lexicon.MadeOfMonths["MEAN"],
                                sorp.lexicon.MadeOfMonths["LAST"],
                            ],
                        ),
                    ),
                    models.Q(
                        models.Q(("frequency", "monthly"), _negated=True), ("made_of_months", "")
                    ),
                    _connector="OR",
                ),
                name="a_monthly_indicator_says_how_months_make_a_quarter",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("basis", "month"), _negated=True),
                    ("frequency", "monthly"),
                    _connector="OR",
                ),
                name="a_figure_of_a_month_is_given_monthly",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("frequency", "two_yearly"), _negated=True),
                    models.Q(("due", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_two_yearly_indicator_says_its_first_quarter",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("successor__isnull", True),
                    models.Q(
                        ("last_quarter__isnull", False),
                        models.Q(("successor", models.F("id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="what_has_a_successor_has_ended_and_is_not_its_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("successor_is_comparable", False),
                    ("successor__isnull", False),
                    _connector="OR",
                ),
                name="what_is_comparable_has_a_successor",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "frequency__in",
                        [
                            sorp.lexicon.Frequency["MONTHLY"],
                            sorp.lexicon.Frequency["QUARTERLY"],
                            sorp.lexicon.Frequency["HALF_YEARLY"],
                            sorp.lexicon.Frequency["ANNUAL"],
                            sorp.lexicon.Frequency["TWO_YEARLY"],
                        ],
                    )
                ),
                name="indicator_has_a_known_frequency",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "basis__in",
                        [
                            sorp.lexicon.Basis["MONTH"],
                            sorp.lexicon.Basis["QUARTER"],
                            sorp.lexicon.Basis["SNAPSHOT"],
                            sorp.lexicon.Basis["YEAR_TO_DATE"],
                            sorp.lexicon.Basis["ROLLING_12_MONTHS"],
                            sorp.lexicon.Basis["ROLLING_36_MONTHS"],
                            sorp.lexicon.Basis["CALENDAR_YEAR"],
                            sorp.lexicon.Basis["SCHOOL_YEAR"],
                        ],
                    )
                ),
                name="indicator_has_a_known_basis",
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "rag__in",
                            [
                                sorp.lexicon.Rag["RED"],
                                sorp.lexicon.Rag["AMBER"],
                                sorp.lexicon.Rag["GREEN"],
                            ],
                        ),
                        ("not_rated", ""),
                    ),
                    models.Q(
                        ("rag", ""),
                        (
                            "not_rated__in",
                            [
                                sorp.lexicon.NotRated["NO_RESULT"],
                                sorp.lexicon.NotRated["NOT_DUE"],
                                sorp.lexicon.NotRated["NO_TARGET"],
                                sorp.lexicon.NotRated["SUSPENDED"],
                                sorp.lexicon.NotRated["NO_VALUE"],
                                sorp.lexicon.NotRated["WITHHELD"],
                                sorp.lexicon.NotRated["AWAITED"],
                                sorp.lexicon.NotRated["DATA_ONLY"],
                                sorp.lexicon.NotRated["ABOVE"],
                                sorp.lexicon.NotRated["WITHIN"],
                                sorp.lexicon.NotRated["BELOW"],
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="rated_or_not_rated_and_why",
            ),
        ),
        migrations.AddField(
            model_name="awaited",
            name="indicator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="awaited",
                to="indicators.indicator",
            ),
        ),
        migrations.AddField(
            model_name="awaited",
            name="said_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="awaited",
            constraint=models.UniqueConstraint(
                fields=("indicator", "quarter"), name="a_figure_of_a_quarter_is_awaited_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="awaited",
            constraint=models.CheckConstraint(
                condition=models.Q(("publisher", ""), _negated=True),
                name="what_is_awaited_names_its_publisher",
            ),
        ),
    ]
