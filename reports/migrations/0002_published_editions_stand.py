"""What an edition froze never changes, and nothing of one that is published: the database itself refuses."""

from django.db import migrations

from core.sql_guards import Guard, GuardTable, Unique

GUARDS = [
    Guard(
        table="reports_quarterlyreport",
        sentence="A report speaks of one quarter for good",
        never=("id", "quarter"),
        unique=(Unique(("quarter",)),),
    ),
    Guard(
        table="reports_edition",
        sentence="A frozen document is never changed, nor anything of a published edition: freeze another",
        never=(
            *("id", "report_id", "number", "document", "public_document"),
            *("sha256", "public_sha256", "frozen_at", "frozen_by_id"),
        ),
        free=("state", "published_at", "published_by_id"),
        closed="{row}.state = 'published'",
        unique=(Unique(("report_id", "number")),),
        deletable=True,
    ),
    # A draft's file may be drawn again; once published, what was published is what is served.
    Guard(
        table="reports_editionfile",
        sentence="The file of a published edition is never changed: freeze another edition",
        never=("id", "edition_id", "name"),
        free=("size", "sha256"),
        closed="(SELECT state FROM reports_edition WHERE id = {row}.edition_id{held}) = 'published'",
        unique=(Unique(("edition_id", "name")),),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_first_tables")]
    operations = [GuardTable(each) for each in GUARDS]
