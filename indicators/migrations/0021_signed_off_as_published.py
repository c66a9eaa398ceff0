"""What came as the council had published it is signed off by that, and is so called."""

from django.db import migrations, models

from core.sql_guards import Guard, GuardTable, UnguardTable, Unique

# Its trigger looks at results, whose table SQLite makes anew: lifted meanwhile, and laid as it was.
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
RESULT = Guard(
    table="indicators_result",
    sentence="A result belongs to one indicator and quarter, and is never deleted",
    never=("id", "indicator_id", "quarter"),
    free=("state",),
    unique=(Unique(("indicator_id", "quarter")),),
)


class Migration(migrations.Migration):
    dependencies = [("indicators", "0020_reminders_sent_by_hand")]

    operations = [
        UnguardTable(EVIDENCE),
        migrations.RemoveConstraint(model_name="result", name="result_is_in_a_known_state"),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        *("submitted", "returned", "division_approved", "approved"),
                        "as_published",
                    ]
                ),
                name="result_is_in_a_known_state",
            ),
        ),
        GuardTable(RESULT),
        GuardTable(EVIDENCE),
    ]
