"""A month can be withheld: there is a figure, and it is not shown."""

from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, Unique

GUARD = Guard(
    table="indicators_monthlyfigure",
    sentence="What was given of a month is never changed or deleted: give it again",
    never=(
        *("id", "indicator_id", "month", "number", "value", "numerator", "denominator"),
        *("confidence", "not_available", "withheld", "commentary", "after_close", "reason"),
        *("given_by_id", "given_at"),
    ),
    free=("is_latest",),
    closed="NOT {row}.is_latest",
    unique=(
        Unique(("indicator_id", "month", "number")),
        Unique(("indicator_id", "month"), where="{row}.is_latest"),
    ),
)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0014_one_dimension_of_a_name")]

    operations = [
        migrations.AddField(
            model_name="monthlyfigure",
            name="withheld",
            field=models.BooleanField(
                default=False, help_text="Whether there is a figure, and it is not shown."
            ),
        ),
        migrations.AddConstraint(
            model_name="monthlyfigure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withheld", False),
                    models.Q(("not_available", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_withheld_month_says_why",
            ),
        ),
        GuardTable(GUARD),
    ]
