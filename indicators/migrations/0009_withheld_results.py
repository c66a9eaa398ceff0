"""A result can be withheld: there is a figure, and it is not shown."""

from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, UnguardTable, Unique


# Its trigger looks at revisions, whose table SQLite makes anew: lifted meanwhile, and laid as it was.
EVIDENCE = Guard(
    table="indicators_evidence",
    sentence="Evidence stays as it came, and with a result that was submitted with it",
    never=(
        *("id", "indicator_id", "quarter", "name", "path", "size", "sha256"),
        *("uploaded_by_id", "uploaded_at"),
    ),
    free=("removed_at",),
    closed=(
        "{row}.removed_at IS NOT NULL OR EXISTS (SELECT 1 FROM indicators_revision AS said"
        " JOIN indicators_result AS result ON result.id = said.result_id"
        " WHERE result.indicator_id = {row}.indicator_id"
        " AND result.quarter = {row}.quarter"
        " AND said.submitted_at >= {row}.uploaded_at)"
    ),
    unique=(Unique(("indicator_id", "quarter", "sha256"), where="{row}.removed_at IS NULL"),),
)
REVISION = Guard(
    table="indicators_revision",
    sentence="A revision is never changed or deleted: submit another",
    never=(
        *("id", "result_id", "number", "value", "numerator", "denominator", "confidence"),
        *("not_available", "withheld", "definition_break", "data_quarter", "commentary"),
        *("management_action", "late", "after_close", "reason", "submitted_by_id"),
        *("on_behalf_of_id", "submitted_at"),
    ),
    free=("is_latest",),
    closed="NOT {row}.is_latest",
    unique=(
        Unique(("result_id", "number")),
        Unique(("result_id",), where="{row}.is_latest"),
    ),
)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0008_figures_of_months")]

    operations = [
        UnguardTable(EVIDENCE),
        migrations.AddField(
            model_name="revision",
            name="withheld",
            field=models.BooleanField(
                default=False, help_text="Whether there is a figure, and it is not shown."
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withheld", False),
                    models.Q(("not_available", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_withheld_result_says_why",
            ),
        ),
        GuardTable(REVISION),
        GuardTable(EVIDENCE),
    ]
