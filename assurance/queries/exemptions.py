"""Which items of meetings are exempt, and each as somebody may read it.

What is withheld is taken out of the rows themselves, once, before a page, a file or a message is
made of them: a template that forgets cannot show what is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from assurance.models.exemptions import ItemExemption
from assurance.models.invitations import ManagersPaper
from assurance.models.matters import answered_by, related
from assurance.models.meetings import (
    AgreedAction,
    CallIn,
    Challenge,
    Decision,
    LogCorrection,
    Meeting,
)
from assurance.models.packs import Pack
from assurance.models.teams import Team
from assurance.queries.attendance import attends_for
from assurance.redaction import Mark, redacted_pack, redacted_text
from assurance.rights import leads, reads_exempt_of
from assurance.rules import DeputyState
from escalation.models.escalations import Handling
from escalation.queries.register import withholds_words
from organisation.models.people import User
from organisation.rights import Visitor
from sorp.lexicon import Level


def reads_exempt(user: Visitor, call_in: CallIn) -> bool:
    """Whether a person reads an item although it is exempt: with the team, or because they attend for it."""
    if reads_exempt_of(user, call_in.meeting.team):
        return True
    return isinstance(user, User) and attends_for(user, call_in)


def exemption_of(call_in: CallIn) -> ItemExemption | None:
    """What keeps an item back now, approved or proposed; None where nothing does."""
    return ItemExemption.objects.standing().filter(call_in=call_in).first()


def as_read_by(call_ins: Iterable[CallIn], reader: Visitor | None) -> list[CallIn]:
    """The same items in their order, with what this reader may not read taken out. One query more.

    They were fetched with meeting, team and invitation; what hangs on them may be fetched before.
    Without a reader, as a message or a calendar has none, everything exempt is taken out.
    """
    rows = list(call_ins)
    exempt = {
        each.call_in_id: each
        for each in ItemExemption.objects.standing().filter(call_in__in=[row.pk for row in rows])
    }
    teams = {row.meeting.team_id: row.meeting.team for row in rows if row.pk in exempt}
    reads = {key for key, team in teams.items() if reader and reads_exempt_of(reader, team)}
    for row in rows:
        exemption = exempt.get(row.pk)
        if exemption and not (
            row.meeting.team_id in reads or (isinstance(reader, User) and attends_for(reader, row))
        ):
            withhold(row, exemption)
    return rows


def withhold(row: CallIn, exemption: ItemExemption) -> None:
    """Nothing that was said about an item is left in its row, nor in what hangs on it."""
    row.withheld = row.why = exemption.line
    row.reason = ""
    # As if fetched, and nothing found.
    nothing: dict[str, QuerySet[LogCorrection] | QuerySet[Challenge] | QuerySet[Decision]] = {
        "challenges": Challenge.objects.none(),
        "decisions": Decision.objects.none(),
        "corrections": LogCorrection.objects.none(),
    }
    kept = row.__dict__.setdefault("_prefetched_objects_cache", {})
    kept |= nothing
    kept |= {
        "agreed_actions": AgreedAction.objects.none(),
        "managers_papers": ManagersPaper.objects.none(),
    }
    row._state.fields_cache["invitation"] = None
    if exemption.title_too:
        row.is_nameless = True


def withheld_from(reader: User) -> QuerySet[ItemExemption]:
    """The standing exemptions that keep something from a person."""
    teams = [each for each in Team.objects.all() if reads_exempt_of(reader, each)]
    return ItemExemption.objects.standing().exclude(
        Q(call_in__meeting__team__in=teams)
        | answered_by(reader, "call_in__")
        | Q(
            call_in__invitation__deputy=reader,
            call_in__invitation__deputy_state=DeputyState.AGREED,
        )
    )


def actions_read_by(actions: QuerySet[AgreedAction], reader: User | None) -> QuerySet[AgreedAction]:
    """Those agreed actions that a reader may read. Whoever is to do one reads that one.

    Without a reader, those of no exempt item.
    """
    if reader is None:
        return actions.exclude(call_in__in=ItemExemption.objects.standing().values("call_in"))
    kept_back = withheld_from(reader).values("call_in")
    return actions.filter(~Q(call_in__in=kept_back) | Q(person=reader))


def marks_against(reader: User | None, *, meeting: Meeting | None = None) -> list[Mark]:
    """What is exempt now and withheld from a reader, of one meeting or of all; without a reader, everything."""
    rows = withheld_from(reader) if reader else ItemExemption.objects.standing()
    if meeting is not None:
        rows = rows.filter(call_in__meeting=meeting)
    rows = rows.select_related(*related("call_in__"), "call_in__meeting__team")
    return [
        Mark(
            team=row.call_in.meeting.team.code,
            date=row.call_in.meeting.meets_on.isoformat(),
            reference=row.call_in.reference,
            title=row.call_in.title,
            line=row.line,
            title_too=row.title_too,
        )
        for row in rows.order_by("call_in__at", "pk")
    ]


def pack_read_by(pack: Pack, reader: User | None) -> dict[str, Any]:
    """A frozen pack's document as somebody may read it, made of that document alone. Without a reader, as a stranger."""
    reads = [each.code for each in Team.objects.all() if reader and reads_exempt_of(reader, each)]
    return redacted_pack(pack.document, marks_against(reader), reads=reads)


def text_read_by(meeting: Meeting, text: str, reader: User) -> str:
    """What is written of a meeting as somebody may read it."""
    marks = marks_against(reader, meeting=meeting)
    if not marks:
        return text
    agenda = meeting.call_ins.on_agenda().with_matters()
    return redacted_text(text, marks, [each.reference for each in agenda])


@withholds_words
def withhold_decisions(handlings: Sequence[Handling]) -> None:
    """What PAT did with a referral repeats what it decided: of an exempt item that is said in its log alone."""
    of_pat = [each for each in handlings if each.escalation.level == Level.PAT and each.words]
    if not of_pat:
        return
    rows = ItemExemption.objects.standing().filter(
        call_in__indicator__in={each.escalation.indicator_id for each in of_pat}
    )
    exempt = {
        (row.call_in.indicator_id, f"({row.call_in.meeting})"): row.line
        for row in rows.select_related("call_in__meeting__team")
    }
    for each in of_pat:
        for (indicator, meeting), line in exempt.items():
            if each.escalation.indicator_id == indicator and each.words.endswith(meeting):
                each.words = f"{line} {meeting}"


def to_review(team: Team, today: date) -> Sequence[ItemExemption]:
    """A team's exemptions whose day of review has come, and those that nobody has approved yet. Earliest first."""
    rows = ItemExemption.objects.standing().filter(call_in__meeting__team=team)
    rows = rows.filter(Q(review_on__lte=today) | Q(approved_on__isnull=True))
    return list(
        rows.select_related(
            *related("call_in__"), "call_in__meeting__team", "proposed_by"
        ).order_by("review_on", "pk")
    )


def awaits(exemption: ItemExemption, user: User, today: date) -> str:
    """What a person may do about a standing exemption: approve it, or review it; empty where nothing."""
    if not leads(user, exemption.call_in.meeting.team):
        return ""
    if not exemption.is_approved:
        return "approve" if exemption.proposed_by_id != user.pk else ""
    return "review" if exemption.review_on <= today else ""


def for_a_message(call_in: CallIn) -> CallIn:
    """An item as messages and the audit record may speak of it, whoever reads them: without what is exempt."""
    (told,) = as_read_by([copy(call_in)], None)
    return told
