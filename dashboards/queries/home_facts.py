"""The four facts with which a home begins, in figures and colour, for whoever somebody is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from assurance.models.meetings import AgreedAction, Meeting
from assurance.models.teams import Seat
from assurance.queries.boards import call_in_board
from assurance.rules import MeetingState, SeatKind
from core.dates import in_full
from core.queries import last_closed
from core.words import Word
from escalation.models.close_previews import ClosePreview
from escalation.models.plans import Action
from escalation.queries.as_it_stands import AsItStands
from escalation.queries.plans import MissingPlan
from escalation.rules.close_preview import SHORT_NAMES, PreviewCounts, counts_of_previews
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Result
from indicators.rules.returns import ResultState
from organisation.models.people import User
from organisation.models.units import Unit
from reports.models import Edition
from reports.queries.editions import published_edition
from sorp.lexicon import Kind, Rag


class Tone(Word):
    """The colour of a fact. It never stands alone: the words beside it say the same."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"
    NONE = "none", "No status"


@dataclass(frozen=True, slots=True)
class HomeFact:
    """One figure, what it counts, and the page that shows what it counts."""

    figure: str
    words: str
    address: str
    tone: Tone = Tone.NONE


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """Up to four facts, and of what they speak."""

    about: str
    facts: tuple[HomeFact, ...]


def facts_of_manager(*, reader: User, own: AsItStands | None) -> HomeFacts | None:
    """Of the indicators somebody answers for or stands in for: given, to give, going up, red.

    None where there are none.
    """
    indicators = Indicator.objects.own_of(reader)
    units = set(indicators.order_by().values_list("unit__code", flat=True).distinct()[:2])
    if not units:
        return None
    there = f"?accountable_manager={reader.pk}&rag=red"
    red = _reds(indicators, _dashboard(units), there)
    if own is None:
        return HomeFacts("Your indicators", red)
    returned = reverse("my_return", args=[own.quarter.key])
    up = f"{reverse('as_it_stands')}?whose=own"
    return HomeFacts("Your indicators", (*_as_it_stands(own.previews, returned, up), *red))


def facts_of_units(
    *,
    units: Sequence[Unit],
    indicators: Collection[int],
    stands: Sequence[AsItStands],
    wanted: Sequence[MissingPlan],
    today: date,
) -> HomeFacts | None:
    """Of the units somebody directs, or of the whole council: given, to give, going up, red or late.

    `indicators` are the keys of all that are measured in these units and below them. None where there
    are none: nothing can be overdue before anything is measured.
    """
    if not indicators:
        return None
    unit = units[0] if len(units) == 1 else None
    dashboard = _dashboard({each.code for each in units})
    up = reverse("as_it_stands") + (f"?unit={unit.code}" if unit else "")
    previews = {each.pk: each for part in stands for each in part.previews}
    facts = (
        *(_as_it_stands(previews.values(), dashboard, up) if previews else ()),
        *_reds(Indicator.objects.filter(pk__in=indicators), dashboard, "?rag=red"),
        _late_plans(indicators, wanted, today),
    )
    # Where a quarter is open there is one too many: who has still to give is said by who has given.
    return HomeFacts(
        unit.name if unit else "Your units", facts[:1] + facts[2:] if previews else facts
    )


def facts_of_chair(*, reader: User, today: date) -> HomeFacts | None:
    """Of the next meeting of the team somebody chairs: eligible, called in, undecided; what is overdue.

    None where they chair none.
    """
    seat = (
        Seat.objects.held_on(today)
        .filter(user=reader, kind=SeatKind.CHAIR)
        .select_related("team")
        .order_by("team__code")
        .first()
    )
    if seat is None:
        return None
    team = seat.team
    late = AgreedAction.objects.filter(
        call_in__meeting__team=team, done_on__isnull=True, due_on__lt=today
    ).count()
    of_team = reverse("assurance_team", args=[team.code])
    overdue = HomeFact(
        str(late),
        f"agreed action{'' if late == 1 else 's'} overdue",
        of_team,
        Tone.RED if late else Tone.GREEN,
    )
    meeting = (
        Meeting.objects.filter(team=team, meets_on__gte=today)
        .exclude(state=MeetingState.HELD)
        .select_related("team")
        .order_by("meets_on", "pk")
        .first()
    )
    if meeting is None:
        return HomeFacts(f"{team.short}: no meeting is planned", (overdue,))
    board = call_in_board(team=team, meeting=meeting, reader=reader)
    there = reverse("call_in_board", args=[team.code, meeting.meets_on])
    called_in = sum(each.is_called_in for each in board.lines)
    undecided = len(board.undecided)
    return HomeFacts(
        f"{team.short} on {in_full(meeting.meets_on)}",
        (
            HomeFact(str(len(board.lines)), "may be called in", there),
            HomeFact(str(called_in), "called in", there),
            HomeFact(
                str(undecided),
                "undecided",
                there,
                Tone.AMBER if undecided else Tone.GREEN,
            ),
            overdue,
        ),
    )


def facts_of_report() -> HomeFacts | None:
    """Of the latest published report, for Members and whoever holds no office. None before the first."""
    edition = published_edition()
    if edition is None:
        return None
    counts, changes = Edition.objects.values_list(
        "public_document__counts", "public_document__changes"
    ).get(pk=edition.pk)
    report = reverse("latest_report")
    worse = len(changes["newly_red"])
    return HomeFacts(
        f"The report for {edition.report.quarter}",
        (
            *(HomeFact(str(counts[each]), each.label.lower(), report, Tone(each)) for each in Rag),
            HomeFact(
                str(worse),
                "newly red since the quarter before",
                f"{report}#changes",
                Tone.RED if worse else Tone.NONE,
            ),
        ),
    )


def _as_it_stands(
    previews: Collection[ClosePreview], given_at: str, up_at: str
) -> tuple[HomeFact, HomeFact, HomeFact]:
    """Given, still to give, and what would go up, of the quarter that is open.

    What was sent back is to be given again, as on the page of the return.
    """
    counts = counts_of_previews((each.is_missing, each.consequences) for each in previews)
    quarter = next(iter(previews)).quarter
    given_ones = [each.indicator_id for each in previews if each.is_given]
    sent_back = Result.objects.filter(
        quarter=quarter, indicator__in=given_ones, state=ResultState.RETURNED
    ).count()
    given = len(given_ones) - sent_back
    missing = sum(each.is_silent for each in previews) + sent_back
    return (
        HomeFact(
            f"{given} of {given + missing}",
            f"result{'' if given + missing == 1 else 's'} in for {quarter}",
            given_at,
        ),
        HomeFact(
            str(missing),
            f"to give for {quarter}",
            given_at,
            Tone.AMBER if missing else Tone.GREEN,
        ),
        _going_up(counts, up_at),
    )


def _going_up(counts: PreviewCounts, address: str) -> HomeFact:
    """How many would go up at the close, and to where."""
    number = sum(counts.to.values())
    if not number:
        return HomeFact("0", "would go up at the close", address, Tone.GREEN)
    words = f"would go up at the close: {', '.join(counts.ups)}"
    if len(counts.to) == 1:
        words = f"would go to {SHORT_NAMES[next(iter(counts.to))]} at the close"
    return HomeFact(str(number), words, address, Tone.RED)


def _reds(indicators: QuerySet[Indicator], dashboard: str, asked: str) -> tuple[HomeFact, ...]:
    """How many were red when the last quarter was closed; nothing before the first close."""
    closed = last_closed()
    if closed is None:
        return ()
    rated = Rating.objects.latest_ones().filter(
        quarter=closed, indicator__in=indicators, indicator__kind=Kind.KPI
    )
    red = rated.filter(rag=Rag.RED).count()
    there = (
        f"{dashboard}{asked}&quarter={closed.key}"
        if dashboard != reverse("dashboards")
        else dashboard
    )
    return (HomeFact(str(red), f"red in {closed}", there, Tone.RED if red else Tone.GREEN),)


def _late_plans(
    indicators: Collection[int], wanted: Sequence[MissingPlan], today: date
) -> HomeFact:
    """Plans that are not written past the SORP's day, and actions past theirs."""
    plans = sum(each.indicator.pk in indicators and each.is_late(today) for each in wanted)
    actions = Action.objects.filter(
        plan__is_latest=True, plan__indicator__in=indicators, done_on__isnull=True, due_on__lt=today
    ).count()
    late = plans + actions
    words = "action plans and actions overdue"
    if late:
        words = f"overdue: {_counted(plans, 'action plan')}, {_counted(actions, 'action')}"
    return HomeFact(str(late), words, reverse("action_plans"), Tone.RED if late else Tone.GREEN)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _dashboard(units: Collection[str]) -> str:
    """The dashboard of one unit, by its code; the index where there are several."""
    if len(units) == 1:
        return reverse("dashboard", args=[next(iter(units))])
    return reverse("dashboards")
