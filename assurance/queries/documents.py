"""Who receives a team's papers, and what a brief, a note after and a formal report begin with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assurance.models.meetings import Meeting
from assurance.models.packs import MeetingDocument
from assurance.models.teams import Team
from assurance.queries.attendance import attendance_sheet
from assurance.queries.live import live_agenda
from assurance.queries.pack_document import CIRCULATED_TO
from assurance.queries.seats import seats_on
from assurance.queries.threads import thread_of
from assurance.redaction import heading_of
from assurance.rights import leads
from assurance.rules import DocumentKind, Outcome
from core.dates import as_date, in_full
from organisation.models.people import Appointment, User
from organisation.rules import PostKind, UnitTier


def overseers(day: date) -> list[tuple[User, str]]:
    """The Cabinet Member for performance and the Chair of Governance and Audit on a day, with their office."""
    rows = (
        Appointment.objects.held_on(day)
        .filter(post__kind__in=CIRCULATED_TO, post__unit__tier=UnitTier.COUNCIL)
        .select_related("user", "post")
        .order_by("post__kind", "user__name")
    )
    return [(row.user, PostKind(row.post.kind).label) for row in rows if row.user.is_active]


def readers_of_papers(meeting: Meeting) -> list[tuple[User, str]]:
    """Everybody to whom the papers of a meeting go, each once: its seats, then those who oversee the team."""
    found: dict[int, tuple[User, str]] = {}
    for seat in seats_on(meeting.team, meeting.meets_on):
        found.setdefault(seat.user_id, (seat.user, seat.get_kind_display()))
    for person, office in overseers(meeting.meets_on):
        found.setdefault(person.pk, (person, office))
    return list(found.values())


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One kind of document of a meeting, as a reader finds it: issued, being written, or to be written."""

    kind: DocumentKind
    issued: MeetingDocument | None
    draft: MeetingDocument | None  # only for who writes it


def document_lines(meeting: Meeting, reader: User) -> tuple[DocumentLine, ...]:
    """What a reader of the papers finds of a meeting's documents; who leads it finds the drafts too."""
    if meeting.is_cancelled:
        return ()
    rows = list(meeting.documents.select_related("issued_by"))
    writes = leads(reader, meeting.team)
    lines = []
    for kind in DocumentKind:
        issued = next((each for each in rows if each.kind == kind and each.issued_at), None)
        draft = next((each for each in rows if each.kind == kind and not each.issued_at), None)
        if issued or writes:
            lines.append(DocumentLine(kind, issued, draft if writes else None))
    return tuple(lines)


def drafted(meeting: Meeting, kind: DocumentKind, *, today: date) -> str:
    """What a document begins with, from the record: headings begin with #, to be edited by the chair."""
    lines = [*_before(meeting, today)] if kind is DocumentKind.BRIEF else [*_after(meeting, kind)]
    return "\n\n".join(lines)


def _before(meeting: Meeting, today: date) -> Iterator[str]:
    team = meeting.team.short
    yield f"{team} meets on {meeting.when_and_where}. It looks at {meeting.quarter}."
    agenda = live_agenda(meeting)
    if not agenda:
        yield "Nothing is called in yet."
    teams = list(Team.objects.all())
    for item in agenda:
        call_in = item.call_in
        thread = thread_of(call_in.matter, teams=teams, today=today, reader=None)
        yield f"# {heading_of(call_in.title, item.reference)}"
        state = f"Today: {thread.state_now}. " if thread.state_now else ""
        yield f"{state}{call_in.why}"
        if call_in.reason and call_in.reason != call_in.why:
            yield f"Why it is called in: {call_in.reason}"
        paper = call_in.managers_papers.first()
        if paper is not None:
            yield f"{call_in.answered_by} says: {paper.cause}"
            if paper.asked:
                yield f"{call_in.answered_by} asks: {paper.asked}"
        else:
            yield f"{call_in.answered_by} answers for it. No paper has come yet."


def _after(meeting: Meeting, kind: DocumentKind) -> Iterator[str]:
    team, sheet = meeting.team, attendance_sheet(meeting)
    yield f"{team.name} met on {in_full(meeting.meets_on)} and looked at {meeting.quarter}."
    if kind is DocumentKind.REPORT and sheet.there:
        yield f"There: {', '.join(f'{each.user} ({each.as_what})' for each in sheet.there)}."
        if sheet.apologies:
            yield f"Apologies: {', '.join(str(each.user) for each in sheet.apologies)}."
        if sheet.quorum_in_words:
            yield sheet.quorum_in_words
    for item in live_agenda(meeting):
        call_in = item.call_in
        yield f"# {heading_of(call_in.title, item.reference)}"
        yield call_in.why
        if kind is DocumentKind.REPORT:
            for challenge in call_in.challenges.all():
                answer = f" Answer: {challenge.answer}" if challenge.answer else ""
                yield f"{challenge.asked_by} asked: {challenge.text}{answer}"
        for decision in call_in.decisions.all():
            label = Outcome(decision.kind).label if decision.kind else "Decided"
            text = "" if decision.text == label else f" {decision.text}"
            if decision.returns_on:
                label = f"Comes back on {as_date(decision.returns_on)}"
            yield f"{label}.{text}"
        for action in call_in.agreed_actions.all():
            yield f"Agreed: {action.what}. {action.owner}, by {as_date(action.due_on)}."
        if not call_in.decisions.all():
            yield "Nothing was decided."
