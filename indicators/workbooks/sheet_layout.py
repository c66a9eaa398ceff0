"""The columns of the workbook that goes out, and how each answer is known when it comes back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from core.clock import localdate
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import Draft, ManagersForecast
from indicators.queries.entry import QUARTERS_SHOWN
from indicators.queries.histories import targets_in_force, thresholds_of
from indicators.queries.requirements import (
    as_typed,
    suspended_in,
    year_end_asked,
    year_end_forecasts,
)
from indicators.queries.returns import ReturnRow, my_return
from indicators.queries.sign_off import unlocked_for
from indicators.queries.variations import rating_variations
from indicators.rules.entry import FIGURES, LONGEST_COMMENTARY, LONGEST_REASON
from indicators.rules.returns import LONGEST_WHY, RAGS_ASKED, ResultState
from organisation.models.people import User
from sorp.lexicon import Confidence
from sorp.rules.thresholds import Thresholds

Kind = Literal["given", "figure", "text", "choice", "yes_no"]

SHEET, NOTES, IDENTITY = "Return", "Notes", "Identity"


@dataclass(frozen=True, slots=True)
class WorkbookColumn:
    """One column: what it is headed, and for an answer, the name a draft keeps it under."""

    heading: str
    about: str
    width: int
    kind: Kind = "given"
    key: str = ""
    words: tuple[tuple[str, str], ...] = ()
    longest: int = 0
    empty: str = ""  # what an empty cell means

    @property
    def is_asked(self) -> bool:
        return self.kind != "given"


RAGS = tuple(RAGS_ASKED)
REFERENCE = WorkbookColumn("Reference", "The indicator's reference. The row is known by it.", 12)
GIVEN = (
    REFERENCE,
    WorkbookColumn("Indicator", "What is measured.", 42),
    WorkbookColumn("Unit", "What the figures count: %, £, days, people.", 10),
    WorkbookColumn("Last result", "The latest result before this quarter.", 12),
    WorkbookColumn("Same quarter last year", "The result four quarters ago.", 12),
    WorkbookColumn("Target", "What you aim for this quarter, or the range that is good.", 12),
    WorkbookColumn("Floor standard", "The level beyond which the result is red.", 12),
)
VALUE = WorkbookColumn(
    "Result",
    "The figure for the quarter, as a number in the unit shown. 76.4 and 76.4% are both read; <5 or"
    " [c] is withheld. Leave it empty where you give both counts, or a reason why there is no figure."
    " Shaded for what is given by month: give its months on its own page.",
    12,
    "figure",
    "value",
)
ASKED = (
    VALUE,
    WorkbookColumn(
        "Numerator",
        "How many met the standard. With the denominator, it works out the result.",
        12,
        "figure",
        "numerator",
    ),
    WorkbookColumn(
        "Denominator",
        "How many there were in all. Where it is 0 there is no result, and none is worked out.",
        13,
        "figure",
        "denominator",
    ),
    WorkbookColumn(
        "Confidence",
        "How firm the figure is. Choose from the list. Empty leaves what is saved, or is final.",
        13,
        "choice",
        "confidence",
        tuple(Confidence.choices()),
        empty=Confidence.FINAL.value,
    ),
    WorkbookColumn(
        "Not available because",
        "Where there is no figure, the reason, in 300 characters or fewer. It shows as not rated.",
        30,
        "text",
        "not_available",
        longest=LONGEST_REASON,
    ),
    WorkbookColumn(
        "Definition changed",
        "Yes where figures before this quarter cannot be compared with this one; No where they can.",
        12,
        "yes_no",
        "definition_break",
    ),
    WorkbookColumn(
        "Context",
        "What happened and why, in 4,000 characters or fewer. Members and the public read it.",
        50,
        "text",
        "commentary",
        longest=LONGEST_COMMENTARY,
    ),
    WorkbookColumn(
        "Management action",
        "What is being done, by whom and by when. Asked for where the result is red, and where the"
        " SORP says so, amber.",
        50,
        "text",
        "management_action",
        longest=LONGEST_COMMENTARY,
    ),
    WorkbookColumn(
        "Year end: green, amber or red",
        "What you expect in the last quarter of the financial year in which a result is next due."
        " Choose from the list. Shaded where it is not asked for.",
        17,
        "choice",
        "year_end_rag",
        RAGS,
    ),
    WorkbookColumn(
        "Why (year end)",
        "Why you expect that: what you know that the figures do not show.",
        50,
        "text",
        "year_end_why",
        longest=LONGEST_WHY,
    ),
)
COLUMNS = GIVEN + ASKED


def plain_heading(text: str) -> str:
    """A heading as it is compared: whatever its letters' case and the spaces around its words."""
    return " ".join(text.split()).casefold()


# What the months of a monthly indicator say, which are given on its page and not in a workbook.
GIVEN_BY_MONTH = frozenset({*FIGURES, "not_available", "confidence"})


@dataclass(frozen=True, slots=True)
class WorkbookLine:
    """One indicator in one person's return."""

    indicator: Indicator
    quarter: Quarter
    draft: Draft | None
    revision: Revision | None
    typed: Mapping[str, str]  # what is saved: the draft's, else the revision's, else nothing
    expected: Thresholds | None  # by its target, or as a variation has it
    earlier: tuple[Rating, ...]  # the last eight quarters' ratings, latest first
    is_locked: bool

    @property
    def mark(self) -> tuple[int, int]:
        """By which it is known later whether anything was saved since: draft and revision."""
        return (
            self.draft.version if self.draft else 0,
            self.revision.number if self.revision else 0,
        )

    @property
    def last_value(self) -> Decimal | None:
        """That of the latest earlier quarter that has one."""
        return next((each.value for each in self.earlier if each.value is not None), None)

    @property
    def value_last_year(self) -> Decimal | None:
        then = self.quarter.back(4)
        return next((each.value for each in self.earlier if each.quarter == then), None)

    @property
    def not_asked(self) -> frozenset[str]:
        """What is not asked for here with this quarter's result, by key.

        The year's end where nobody is asked about it; the figures of what is given by month.
        """
        is_asked = year_end_asked(self.indicator, self.quarter) is not None
        year_end = frozenset() if is_asked else frozenset({"year_end_rag", "year_end_why"})
        return year_end | (GIVEN_BY_MONTH if self.indicator.made_of_months else frozenset())


def workbook_lines(user: User, quarter: Quarter) -> list[WorkbookLine]:
    """Every indicator in this person's return, in order of reference, but for suspended ones.

    As many queries for 200 as for one.
    """
    suspended = suspended_in(quarter)
    rows = [
        row
        for row in my_return(user=user, quarter=quarter, today=localdate()).rows
        if row.indicator.pk not in suspended
    ]
    known = [row.indicator.pk for row in rows]
    targets, ratings = targets_in_force(quarter, known), _ratings(known, quarter)
    variations = rating_variations(quarter, known)
    year_ends = year_end_forecasts(known, quarter)
    locked = _locked(rows, user)
    return [
        WorkbookLine(
            indicator=row.indicator,
            quarter=quarter,
            draft=row.draft,
            revision=row.revision,
            typed=_typed(row, year_ends.get(row.indicator.pk)),
            expected=thresholds_of(
                row.indicator, targets.get(row.indicator.pk), variations.get(row.indicator.pk)
            ),
            earlier=tuple(ratings[row.indicator.pk]),
            is_locked=row.indicator.pk in locked,
        )
        for row in rows
    ]


def _typed(row: ReturnRow, year_end: ManagersForecast | None) -> Mapping[str, str]:
    """What is saved of a row; of a monthly indicator without its figures, which its months make."""
    typed = row.draft.typed if row.draft else as_typed(row.revision, year_end)
    if not row.indicator.made_of_months:
        return typed
    return {name: text for name, text in typed.items() if name not in GIVEN_BY_MONTH}


def plain(number: Decimal | None) -> str:
    """A number as a person would type it, without zeros that say nothing."""
    return "" if number is None else f"{number.normalize():f}"


def _ratings(known: list[int], quarter: Quarter) -> dict[int, list[Rating]]:
    found: dict[int, list[Rating]] = defaultdict(list)
    for each in (
        Rating.objects.latest_ones()
        .filter(
            indicator__in=known,
            quarter__lt=quarter,
            quarter__gte=quarter.back(QUARTERS_SHOWN),
        )
        .order_by("-quarter")
    ):
        found[each.indicator_id].append(each)
    return found


def _locked(rows: list[ReturnRow], user: User) -> frozenset[int]:
    """The indicators whose result is approved, and that no exception opens to this person."""
    results = [
        row.revision.result
        for row in rows
        if row.revision and ResultState(row.revision.result.state).is_locked
    ]
    if not results:
        return frozenset()
    unlocked = unlocked_for(results=results, user=user)
    return frozenset(each.indicator_id for each in results if each.pk not in unlocked)
