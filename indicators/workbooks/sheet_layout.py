"""The columns of the workbook that goes out, and how each answer is known when it comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from core.clock import localdate
from core.quarters import Quarter
from indicators.queries.entry import QUARTERS_SHOWN
from indicators.queries.grid import EntryRow, entry_rows
from indicators.queries.returns import my_return
from indicators.rules.entry import LONGEST_COMMENTARY, LONGEST_REASON
from indicators.rules.returns import LONGEST_WHY, RAGS_ASKED
from organisation.models.people import User
from sorp.lexicon import Confidence

Kind = Literal["given", "status", "figure", "text", "choice", "yes_no"]

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
        return self.kind not in ("given", "status")


RAGS = tuple(RAGS_ASKED)
REFERENCE = WorkbookColumn("Reference", "The indicator's reference. The row is known by it.", 10)
NAMES = (
    REFERENCE,
    WorkbookColumn("Indicator", "What is measured.", 28),
    WorkbookColumn("Unit", "What the figures count: %, £, days, people.", 7),
)
EXPECTED = (
    WorkbookColumn("Target", "What you aim for this quarter, or the range that is good.", 9),
    WorkbookColumn("Floor standard", "The level beyond which the result is red.", 9),
)
VALUE = WorkbookColumn(
    "Result",
    "The figure for the quarter, as a number in the unit shown. 76.4 and 76.4% are both read; <5 or"
    " [c] is withheld. Leave it empty where you give both counts, or a reason why there is no figure."
    " Shaded for what is given by month: give its months on its own page.",
    10,
    "figure",
    "value",
)
FIGURE_COLUMNS = (
    VALUE,
    WorkbookColumn(
        "Numerator",
        "How many met the standard. With the denominator, it works out the result.",
        10,
        "figure",
        "numerator",
    ),
    WorkbookColumn(
        "Denominator",
        "How many there were in all. Where it is 0 there is no result, and none is worked out.",
        11,
        "figure",
        "denominator",
    ),
)
NOT_RATED = "—"
STATUS = WorkbookColumn(
    "Status",
    "What the figures you type would be rated: Red, Amber or Green; a dash where they are not rated, or"
    " are not plain numbers. It changes as you type. What counts is worked out here when you upload.",
    8,
    "status",
)
# As many as a page holds: context and action are read at meetings, what follows them is not.
PRINTED_WORDS = (
    WorkbookColumn(
        "Context",
        "What happened and why, in 4,000 characters or fewer. Members and the public read it.",
        30,
        "text",
        "commentary",
        longest=LONGEST_COMMENTARY,
    ),
    WorkbookColumn(
        "Management action",
        "What is being done, by whom and by when. Asked for where the result is red, and where the"
        " SORP says so, amber.",
        30,
        "text",
        "management_action",
        longest=LONGEST_COMMENTARY,
    ),
)
FURTHER = (
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
        40,
        "text",
        "year_end_why",
        longest=LONGEST_WHY,
    ),
)
ASKED = FIGURE_COLUMNS + PRINTED_WORDS + FURTHER
# As workbooks had them that went out before; they are passed over.
GIVEN_BEFORE = ("Last result", "Same quarter last year")
OF_A_QUARTER = re.compile(r"q[1-4] \d{4}/\d{2}", re.ASCII)


def quarters_before(quarter: Quarter) -> list[Quarter]:
    """Those whose results stand in the workbook, the oldest first."""
    return [quarter.back(each) for each in range(QUARTERS_SHOWN, 0, -1)]


def columns_of(quarter: Quarter) -> tuple[WorkbookColumn, ...]:
    """The columns of a quarter's workbook, in the order in which the grid has them."""
    past = tuple(
        WorkbookColumn(str(each), f"The result of {each}.", 7) for each in quarters_before(quarter)
    )
    return (
        *(*NAMES, *past, *EXPECTED),
        *(*FIGURE_COLUMNS, STATUS, *PRINTED_WORDS, *FURTHER),
    )


def is_given_heading(text: str) -> bool:
    """Whether a column so headed is one that went out filled in, and is not read."""
    heading = plain_heading(text)
    return bool(OF_A_QUARTER.fullmatch(heading)) or heading in map(plain_heading, GIVEN_BEFORE)


def plain_heading(text: str) -> str:
    """A heading as it is compared: whatever its letters' case and the spaces around its words."""
    return " ".join(text.split()).casefold()


def workbook_rows(user: User, quarter: Quarter) -> list[EntryRow]:
    """Every indicator in this person's return, in order of reference, but for suspended ones.

    As many queries for 200 as for one.
    """
    rows = my_return(user=user, quarter=quarter, today=localdate()).rows
    return [each for each in entry_rows(rows, quarter, user) if not each.is_suspended]


def plain(number: Decimal | None) -> str:
    """A number as a person would type it, without zeros that say nothing."""
    return "" if number is None else f"{number.normalize():f}"
