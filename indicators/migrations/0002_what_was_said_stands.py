"""What was said of a result, and signed, and the files that bear it out: the database itself keeps them."""

from django.db import migrations

from core.sql_guards import Guard, GuardTable, Unique

GUARDS = [
    # Its state moves as it is signed; what it is the result of does not.
    Guard(
        table="indicators_result",
        sentence="A result belongs to one indicator and quarter, and is never deleted",
        never=("id", "indicator_id", "quarter"),
        free=("state",),
        unique=(Unique(("indicator_id", "quarter")),),
    ),
    Guard(
        table="indicators_revision",
        sentence="A revision is never changed or deleted: submit another",
        never=(
            *("id", "result_id", "number", "value", "numerator", "denominator", "confidence"),
            *("not_available", "definition_break", "data_quarter", "commentary"),
            *("management_action", "late", "after_close", "reason", "submitted_by_id"),
            *("on_behalf_of_id", "submitted_at"),
        ),
        free=("is_latest",),
        closed="NOT {row}.is_latest",
        unique=(
            Unique(("result_id", "number")),
            Unique(("result_id",), where="{row}.is_latest"),
        ),
    ),
    Guard(
        table="indicators_signoff",
        sentence="A sign-off is never changed or deleted",
        never=("id", "revision_id", "stage", "verdict", "comment", "signed_by_id", "signed_at"),
        unique=(Unique(("revision_id", "stage"), where="{row}.verdict = 'approved'"),),
    ),
    # Removable, once, until the result is submitted with it.
    Guard(
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
        unique=(
            Unique(
                ("indicator_id", "quarter", "sha256"), where="{row}.removed_at IS NULL"
            ),
        ),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_first_tables")]
    operations = [GuardTable(each) for each in GUARDS]
