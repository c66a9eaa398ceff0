"""Last quarter's return entered once more, to learn how: nothing of it is kept, and nothing given is shown first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from core.figures import DECIMALS, as_number, decimals_of
from core.quarters import Quarter
from core.queries import last_closed
from indicators.models.definitions import Indicator, IndicatorQuerySet
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.queries.entry import EntrySheet, entry_sheet
from indicators.rules.entry import Entry
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed
from sorp.lexicon import Confidence, NotRated
from sorp.rules.thresholds import Thresholds, bounds_of

NOTHING = "–"


def practicable(user: User) -> IndicatorQuerySet:
    """The indicators that a person may practise on: those measured last quarter whose result they may submit."""
    quarter = last_closed()
    rows: IndicatorQuerySet = Indicator.objects.answerable_by(user)
    return rows.none() if quarter is None else rows.in_use(quarter)


def practised_first(user: User) -> IndicatorQuerySet:
    """Those that the list of practice shows: one's own of which a result was given; all, for an officer without any."""
    rows, quarter = practicable(user), last_closed()
    if quarter is None:
        return rows
    given = Revision.objects.latest_ones().filter(result__quarter=quarter)
    rows = rows.filter(pk__in=given.values("result__indicator"))
    own = rows.filter(pk__in=Indicator.objects.own_of(user).values("pk"))
    if allowed(user, Permission.MANAGE_FRAMEWORK) and not own.exists():
        own = rows
    return own.select_related("unit").order_by("reference")


@dataclass(frozen=True, slots=True)
class PracticeSheet:
    """One indicator's page of the return as it was before anybody entered anything; and what was entered."""

    entry_sheet: EntrySheet  # without the result, its draft and what was answered
    given: Revision | None
    rating: Rating | None

    @property
    def indicator(self) -> Indicator:
        return self.entry_sheet.indicator

    @property
    def quarter(self) -> Quarter:
        return self.entry_sheet.quarter

    def compared(self, entry: Entry) -> list[tuple[str, str, str]]:
        """What was typed beside what was really given: the label, yours, theirs."""
        return list(self._compared(entry))

    def _compared(self, entry: Entry) -> Iterator[tuple[str, str, str]]:
        given, rating = self.given, self.rating
        yield (
            "Result",
            self._written(entry.worked_out, entry.expected),
            self._written(given.value if given else None, rating.thresholds if rating else None),
        )
        if any((entry.numerator is not None, given and given.numerator is not None)):
            yield (
                "Numerator and denominator",
                _ratio(entry.numerator, entry.denominator),
                _ratio(given.numerator, given.denominator) if given else NOTHING,
            )
        yield (
            "Status",
            entry.rag.label if entry.rag else _unrated(entry.not_rated),
            (rating.get_rag_display() or _unrated(NotRated(rating.not_rated)))
            if rating
            else NOTHING,
        )
        yield (
            "How firm",
            Confidence(entry.confidence).label,
            Confidence(given.confidence).label if given and given.confidence else NOTHING,
        )
        for label, name in (
            ("Why there is no figure", "not_available"),
            ("Context", "commentary"),
            ("Management action", "management_action"),
        ):
            own, theirs = getattr(entry, name), getattr(given, name) if given else ""
            if own or theirs:
                yield label, own or NOTHING, theirs or NOTHING

    def _written(self, value: Decimal | None, expected: Thresholds | None) -> str:
        if value is None:
            return NOTHING
        indicator = self.indicator
        return as_number(
            value, indicator.decimals, indicator.measure_unit, bounds=bounds_of(expected)
        )


def _ratio(numerator: Decimal | None, denominator: Decimal | None) -> str:
    if numerator is None or denominator is None:
        return NOTHING
    return " of ".join(
        as_number(each, decimals_of(each, DECIMALS)) for each in (numerator, denominator)
    )


def _unrated(why: NotRated | None) -> str:
    return f"Not rated: {why.label.lower()}" if why else "Not rated"


def practice_sheet(*, indicator: Indicator, quarter: Quarter, user: User) -> PracticeSheet:
    """The page of a closed quarter's result as if nothing had been given yet. Raises NoVersionInForce."""
    sheet = entry_sheet(indicator=indicator, quarter=quarter, user=user)
    blank = replace(
        sheet,
        result=replace(sheet.result, revision=None, rating=None, months=(), is_closed=False),
        requirements=replace(sheet.requirements, months=()),
        draft=None,
        submitted={},
        answered=(),
        evidence=(),
        returned=None,
        is_locked=False,
    )
    return PracticeSheet(blank, sheet.result.revision, sheet.result.rating)
