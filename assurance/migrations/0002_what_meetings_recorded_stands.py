"""What PAT and DAT had before them, asked, decided and agreed: the database itself keeps it."""

from django.db import migrations

from core.sql_guards import Guard, GuardTable, Unique

GUARDS = [
    Guard(
        table="assurance_meeting",
        sentence="A meeting keeps its team and its quarter; once held, nothing of it changes",
        never=("id", "team_id", "quarter"),
        free=("meets_on", "state"),
        closed="{row}.state = 'held'",
        unique=(Unique(("team_id", "meets_on")),),
    ),
    # The chair may decide otherwise until the meeting was held.
    Guard(
        table="assurance_callin",
        sentence="A call-in keeps its meeting and indicator, and stands once the meeting was held",
        never=("id", "meeting_id", "indicator_id"),
        free=("verdict", "eligibility", "why", "reason", "called_in_by_id", "at"),
        closed="(SELECT state FROM assurance_meeting WHERE id = {row}.meeting_id{held}) = 'held'",
        unique=(Unique(("meeting_id", "indicator_id")),),
    ),
    Guard(
        table="assurance_challenge",
        sentence="A challenge on record is never changed or deleted",
        never=("id", "call_in_id", "text", "answer", "raised_by_id", "recorded_at"),
    ),
    Guard(
        table="assurance_decision",
        sentence="A decision on record is never changed or deleted",
        never=("id", "call_in_id", "text", "agreed_plan_id", "recorded_at"),
    ),
    # How far it has come is told, and told again, long after the meeting.
    Guard(
        table="assurance_agreedaction",
        sentence="What was agreed is never changed or deleted: only how far it has come",
        never=("id", "call_in_id", "what", "owner", "due_on"),
        free=("done_on", "progress"),
    ),
    Guard(
        table="assurance_paper",
        sentence="A paper that was tabled is never changed or deleted",
        never=("id", "meeting_id", "position", "title", "text", "file", "sha256", "tabled_by_id"),
        unique=(Unique(("meeting_id", "position")),),
    ),
    # Drawn once, and then as it was drawn.
    Guard(
        table="assurance_pack",
        sentence="A frozen pack is never changed or deleted: freeze another",
        never=("id", "meeting_id", "number", "document", "sha256", "frozen_at", "frozen_by_id"),
        free=("html", "pdf", "drawn_at"),
        closed="{row}.drawn_at IS NOT NULL",
        unique=(Unique(("meeting_id", "number")), Unique(("meeting_id", "sha256"))),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("assurance", "0001_first_tables")]
    operations = [GuardTable(each) for each in GUARDS]
