"""What a quarter's return asks of a person: to submit, correct, attest, sign off or chase."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from indicators.models import Draft, Indicator, Result, SignOff, Suspension
from indicators.queries.accountability import attestation_sheet
from indicators.queries.calendar import CalendarSheet
from indicators.queries.outstanding import STEP_OF, missing_results
from indicators.queries.signing import sheets_for
from indicators.rules.returns import ResultState, Step, Verdict
from organisation.clock import localdate
from organisation.models import Unit, User
from organisation.queries import tree_on
from organisation.rights import Permission, allowed
from reports.queries.homes.needs import Need, Urgency, counted, due_on, few, pressing, when_due
from sorp.lexicon import Frequency, Quarter, Tier


@dataclass(frozen=True, slots=True)
class Own:
    """A person's own return for one quarter, as far as it has come."""

    sheet: CalendarSheet
    indicators: tuple[Indicator, ...]
    states: dict[int, str]  # of the results that are in
    completed: frozenset[int]  # those with a draft that is ready to be submitted

    @property
    def quarter(self) -> Quarter:
        return self.sheet.quarter

    @property
    def missing(self) -> list[Indicator]:
        return [
            each
            for each in self.indicators
            if self.states.get(each.pk, ResultState.RETURNED) == ResultState.RETURNED
        ]

    @property
    def due_days(self) -> list[date]:
        """The days on which what is missing is due, earliest first."""
        days = (due_on(self.sheet, Step.ENTRY, Tier(each.tier)) for each in self.missing)
        return sorted({day for day in days if day})

    @property
    def due_on(self) -> date | None:
        return next(iter(self.due_days), None)


def returns(reader: User, sheets: Sequence[CalendarSheet], today: date) -> Iterator[Need]:
    """How far the reader's returns have come, and what was sent back. Seven queries at most."""
    if not sheets or not allowed(reader, Permission.SUBMIT_RESULT):
        return
    owned = _owned(reader, sheets)
    for own in owned:
        if own.missing:
            yield _return(own, today)
    yield from _returned(owned)


def _owned(reader: User, sheets: Sequence[CalendarSheet]) -> list[Own]:
    rows = Indicator.objects.answerable_by(reader)
    if allowed(reader, Permission.MANAGE_FRAMEWORK):  # the centre may submit any, and owes its own
        rows = rows.filter(accountable_manager=reader)
    indicators = list(rows)
    if not indicators:
        return []
    starts = [sheet.quarter.first_day for sheet in sheets]
    of_these = {"indicator__in": [each.pk for each in indicators], "quarter_start__in": starts}
    results = list(
        Result.objects.filter(**of_these, revisions__is_latest=True).values_list(
            "quarter_start", "indicator_id", "state"
        )
    )
    drafts = set(
        Draft.objects.filter(**of_these, is_complete=True).values_list(
            "quarter_start", "indicator_id"
        )
    )
    suspensions = list(Suspension.objects.filter(indicator__in=of_these["indicator__in"]))
    return [
        Own(
            sheet,
            tuple(each for each in indicators if _is_due(each, sheet.quarter, suspensions)),
            {pk: state for start, pk, state in results if start == sheet.quarter.first_day},
            frozenset(pk for start, pk in drafts if start == sheet.quarter.first_day),
        )
        for sheet in sheets
    ]


def _is_due(indicator: Indicator, quarter: Quarter, suspensions: Sequence[Suspension]) -> bool:
    start, last = quarter.first_day, indicator.last_quarter_start
    is_in_use = indicator.first_quarter_start <= start and (last is None or last >= start)
    is_suspended = any(
        each.indicator_id == indicator.pk
        and each.from_quarter_start <= start
        and (each.until_quarter_start is None or each.until_quarter_start >= start)
        for each in suspensions
    )
    return is_in_use and not is_suspended and Frequency(indicator.frequency).due_in(quarter)


def _return(own: Own, today: date) -> Need:
    missing, day = own.missing, own.due_on
    ready = sum(each.pk in own.completed for each in missing)
    is_begun = len(missing) < len(own.indicators) or ready
    verb = "Go on with" if is_begun else "Begin"
    when = when_due(day, today, one=len(missing) == 1)
    if len(own.due_days) > 1:
        when = when.replace("they", "the first", 1)
    return Need(
        pressing(day, today),
        f"{_how_far(own, ready)}; {when}.",
        f"{verb} your return for {own.quarter}",
        reverse("my_return", args=[own.quarter.key]),
        day,
    )


def _how_far(own: Own, ready: int) -> str:
    """How much is submitted, and how much of the rest could be: not yet by when it is due."""
    total, missing = len(own.indicators), len(own.missing)
    submitted = total - missing
    if total == 1:
        state = "completed, but not yet submitted" if ready else "not submitted"
        return f"Your one result for {own.quarter} is {state}"
    if not submitted:
        told = f"None of your {total} results for {own.quarter} is submitted"
        return (
            f"{told}, though {ready} {'is' if ready == 1 else 'are'} completed" if ready else told
        )
    be = "is" if submitted == 1 else "are"
    told = f"{submitted} of your {total} results for {own.quarter} {be} submitted"
    completed = f"{ready} more {'is' if ready == 1 else 'are'} completed"
    return f"{told}, {completed} and {missing} to go" if ready else f"{told} and {missing} to go"


def _returned(owned: Sequence[Own]) -> Iterator[Need]:
    """What a director sent back, with what was said of it."""
    sent_back = [
        (own, each)
        for own in owned
        for each in own.missing
        if each.pk in own.states  # and missing all the same, so returned
    ]
    said = {}
    if sent_back:
        rows = SignOff.objects.filter(
            verdict=Verdict.RETURNED,
            revision__is_latest=True,
            revision__result__indicator__in=[each.pk for _, each in sent_back],
        ).select_related("revision__result", "signed_by")
        for row in rows.order_by("signed_at", "id"):
            said[row.revision.result.indicator_id, row.revision.result.quarter_start] = row

    def one(pair: tuple[Own, Indicator]) -> Need:
        own, indicator = pair
        row = said.get((indicator.pk, own.quarter.first_day))
        told = (
            f"{row.signed_by.name} returned “{indicator.title}” for {own.quarter}:"
            f" “{row.comment.strip()}”"
            if row
            else f"“{indicator.title}” was returned to you for {own.quarter}."
        )
        address = reverse("enter_result", args=[own.quarter.key, indicator.reference])
        return Need(Urgency.NOW, told, f"Correct {indicator.reference}", address, own.due_on)

    def rest(pairs: Sequence[tuple[Own, Indicator]]) -> Need:
        own = pairs[0][0]
        return Need(
            Urgency.NOW,
            f"{len(pairs)} more results were returned to you.",
            "See them in your return",
            reverse("my_return", args=[own.quarter.key]),
            own.due_on,
        )

    yield from few(sent_back, one, rest)


def attestations(reader: User, sheets: Sequence[CalendarSheet], today: date) -> Iterator[Need]:
    """Once a quarter a manager says that they are accountable for what stands in their name."""
    if not allowed(reader, Permission.SUBMIT_RESULT):
        return
    for sheet in sheets:
        if sheet.begun_at is None:
            continue
        waiting = attestation_sheet(user=reader, quarter=sheet.quarter).waiting
        if not waiting:
            continue
        tiers = {Tier(each.tier) for each in waiting}
        day = min(filter(None, (due_on(sheet, Step.ENTRY, tier) for tier in tiers)), default=None)
        yield Need(
            pressing(day, today),
            f"You have not yet said for {sheet.quarter} that you are accountable for"
            f" {counted(len(waiting), 'indicator')} in your name.",
            "Say which are yours",
            reverse("attestation", args=[sheet.quarter.key]),
            day,
        )


def sign_offs(reader: User, sheets: Sequence[CalendarSheet], today: date) -> Iterator[Need]:
    """What waits for a director to sign off, by quarter, stage and unit."""
    by_quarter = {sheet.quarter: sheet for sheet in sheets}
    for each in sheets_for(reader, today):
        if each.quarter not in by_quarter:
            continue
        day = due_on(by_quarter[each.quarter], STEP_OF[each.stage], Tier.CORPORATE)
        of_these = [f"{n} {word}" for n, word in ((each.reds, "red"), (each.ambers, "amber")) if n]
        told = f" ({' and '.join(of_these)})" if of_these else ""
        one = each.waiting == 1
        yield Need(
            pressing(day, today),
            f"{counted(each.waiting, 'result')} of {each.unit.name} for {each.quarter}{told}"
            f" {'waits' if one else 'wait'} for you to sign off; {when_due(day, today, one=one)}.",
            f"Sign off {each.unit.name}",
            reverse("sign_off_sheet", args=[each.quarter.key, each.stage.value, each.unit.code]),
            day,
        )


def not_submitted(
    directed: Sequence[int], sheets: Sequence[CalendarSheet], today: date
) -> Iterator[Need]:
    """What those below a director should have submitted by now. Nothing before it was due."""
    if not directed:
        return
    tree = tree_on(localdate())
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=directed)}
    for sheet in sheets:
        missing = [each for each, _ in missing_results(sheet.quarter)] if sheet.begun_at else []
        for pk, unit in units.items():
            below = set(tree.below(pk))
            late = [
                (day, each)
                for each in missing
                if each.unit_id in below
                and (day := due_on(sheet, Step.ENTRY, Tier(each.tier)))
                and day < today
            ]
            if late:
                names = sorted({each.accountable_manager.name for _, each in late})
                yield Need(
                    Urgency.OVERDUE,
                    f"{counted(len(late), 'result')} of {unit.name} for {sheet.quarter}"
                    f" {'is' if len(late) == 1 else 'are'} overdue, from {_listed(names)}.",
                    f"See who has not submitted in {unit.name}",
                    reverse("dashboard", args=[unit.code]),
                    min(day for day, _ in late),
                )


def _listed(names: Sequence[str], most: int = 3) -> str:
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
