"""The columns of the workbook that goes out, and how each answer is known when it comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from indicators.rules.entering import LONGEST_COMMENTARY, LONGEST_REASON
from indicators.rules.returns import Likelihood
from sorp.lexicon import Confidence

Kind = Literal["given", "figure", "text", "choice", "yes_no"]

SHEET, NOTES, IDENTITY = "Return", "Notes", "Identity"


@dataclass(frozen=True, slots=True)
class Column:
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


LIKELIHOODS = tuple(Likelihood.choices())
REFERENCE = Column("Reference", "The indicator's reference. The row is known by it.", 12)
GIVEN = (
    REFERENCE,
    Column("Indicator", "What is measured.", 42),
    Column("Unit", "What the figures count: %, £, days, people.", 10),
    Column("Last result", "The latest result before this quarter.", 12),
    Column("Same quarter last year", "The result four quarters ago.", 12),
    Column("Target", "What you aim for this quarter, or the range that is good.", 12),
    Column("Floor standard", "The level beyond which the result is red.", 12),
)
VALUE = Column(
    "Result",
    "The figure for the quarter, as a number in the unit shown. Type 76.4 for 76.4 %, without the"
    " sign. Leave it empty where you give both counts, or a reason why there is no figure.",
    12,
    "figure",
    "value",
)
ASKED = (
    VALUE,
    Column(
        "Numerator",
        "How many met the standard. With the denominator, it works out the result.",
        12,
        "figure",
        "numerator",
    ),
    Column(
        "Denominator",
        "How many there were in all. Where it is 0 there is no result, and none is worked out.",
        13,
        "figure",
        "denominator",
    ),
    Column(
        "Confidence",
        "How firm the figure is. Choose from the list. Empty means final.",
        13,
        "choice",
        "confidence",
        tuple(Confidence.choices()),
        empty=Confidence.FINAL.value,
    ),
    Column(
        "Not available because",
        "Where there is no figure, the reason, in 300 characters or fewer. It shows as not rated.",
        30,
        "text",
        "not_available",
        longest=LONGEST_REASON,
    ),
    Column(
        "Definition changed",
        "Yes where figures before this quarter cannot be compared with this one. Empty means no.",
        12,
        "yes_no",
        "definition_break",
    ),
    Column(
        "Context",
        "What happened and why, in 4,000 characters or fewer. Members and the public read it.",
        50,
        "text",
        "commentary",
        longest=LONGEST_COMMENTARY,
    ),
    Column(
        "Management action",
        "What is being done, by whom and by when. Asked for where the result is red, and where the"
        " SORP says so, amber.",
        50,
        "text",
        "management_action",
        longest=LONGEST_COMMENTARY,
    ),
    Column(
        "Forecast for next quarter",
        "Where you expect the result to be when it is next due. Shaded where it is not asked for.",
        12,
        "figure",
        "next_quarter",
    ),
    Column(
        "How likely (next quarter)",
        "How sure you are of that forecast. Choose from the list.",
        17,
        "choice",
        "next_quarter_likelihood",
        LIKELIHOODS,
    ),
    Column(
        "Forecast for year end",
        "Where you expect the result to be in the last quarter of the financial year. Shaded where it"
        " is not asked for.",
        12,
        "figure",
        "year_end",
    ),
    Column(
        "How likely (year end)",
        "How sure you are of that forecast. Choose from the list.",
        17,
        "choice",
        "year_end_likelihood",
        LIKELIHOODS,
    ),
)
COLUMNS = GIVEN + ASKED


def plain_heading(text: str) -> str:
    """A heading as it is compared: whatever its letters' case and the spaces around its words."""
    return " ".join(text.split()).casefold()


def letters_of(position: int) -> str:
    """What a spreadsheet calls a column: A for 0, Z for 25, AA for 26."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
