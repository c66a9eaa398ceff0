"""What PAT and DAT did with the indicator: called in, challenged, decided, agreed."""

from __future__ import annotations

from collections.abc import Iterator

from assurance.models import CallIn, Team
from assurance.rights import may_read
from assurance.rules import Verdict
from organisation.clock import day_of
from organisation.models import User
from reports.queries.happenings.happening import (
    ACTION,
    DECISION,
    HANDLING,
    MEETING,
    Happening,
    Telling,
)


def told_at_meetings(telling: Telling, reader: User) -> Iterator[Happening]:
    """The meetings that the reader may read of. The accountable manager reads of their own.

    What was deferred, declined or withdrawn is the chair's business with the team, and is told to
    those who read its papers only.
    """
    indicator = telling.escalation.indicator
    is_own = reader.pk == indicator.accountable_manager_id
    readable = {team.pk for team in Team.objects.all() if may_read(reader, team)}
    rows = CallIn.objects.filter(indicator=indicator).select_related(
        "meeting__team", "called_in_by", "indicator"
    )
    rows = rows.prefetch_related(
        "challenges__raised_by", "decisions__agreed_plan", "agreed_actions"
    )
    for row in rows.order_by("meeting__meets_on"):
        on_agenda = row.verdict == Verdict.CALLED_IN
        if not (row.meeting.team_id in readable or (is_own and on_agenda)):
            continue
        if not telling.reaches(row.meeting.meets_on):
            continue
        yield _called(row, on_agenda)
        if on_agenda:
            yield from _discussed(row)


def _called(row: CallIn, on_agenda: bool) -> Happening:
    meeting = row.meeting
    day = f"{meeting.meets_on.day} {meeting.meets_on:%B %Y}"
    done = "Called in to" if on_agenda else f"{row.get_verdict_display()} by"
    return Happening(
        date=day_of(row.at),
        rank=HANDLING,
        title=f"{done} {meeting.team.short}, {day}",
        text=row.reason or row.why,
        by=str(row.called_in_by),
        href=row.get_absolute_url() if on_agenda else "",
    )


def _discussed(row: CallIn) -> Iterator[Happening]:
    meeting, address = row.meeting, row.get_absolute_url()
    challenges, decisions = list(row.challenges.all()), list(row.decisions.all())
    agreed = list(row.agreed_actions.all())
    if challenges or decisions or agreed:
        asked = " ".join(
            f"{each.raised_by} asked: {each.text}{f' Answer: {each.answer}' if each.answer else ''}"
            for each in challenges
        )
        yield Happening(
            date=meeting.meets_on,
            rank=MEETING,
            title=f"Discussed at {meeting.team.short}",
            text=asked,
            href=address,
        )
    for each in decisions:
        plan = f" Action plan {each.agreed_plan.number} is agreed." if each.agreed_plan else ""
        yield Happening(
            date=meeting.meets_on,
            rank=DECISION,
            title=f"Decided at {meeting.team.short}",
            text=f"{each.text}{plan}",
        )
    for action in agreed:
        yield Happening(
            date=meeting.meets_on,
            rank=ACTION,
            title=f"Agreed at {meeting.team.short}: {action.what}",
            text=f"By {action.due_on.day} {action.due_on:%B %Y}.",
            by=action.owner,
        )
        if action.done_on is not None:
            yield Happening(
                date=action.done_on,
                rank=ACTION,
                title=f"Done: {action.what}",
                text=action.progress,
                by=action.owner,
            )
