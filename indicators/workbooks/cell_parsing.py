"""What the cell of a workbook answers, as a draft keeps it; and a saved answer for its cell."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.tables.workbooks import WorkbookCell
from indicators.models.definitions import Indicator
from indicators.rules.entry import MARKED, typed_figure
from indicators.workbooks.sheet_layout import ASKED, WorkbookColumn, plain
from sorp.lexicon import Confidence

YES = {"yes", "y", "true", "1", "on"}
TICKED = "on"  # as a form sends it, and as drafts keep it
NO = {"", "no", "n", "false", "0", "off"}
NAMES = {
    "value": "the result",
    "numerator": "the numerator",
    "denominator": "the denominator",
}
NO_FIGURE = "Where there is no figure, leave it empty and give the reason beside it"


def answer_in(cell: WorkbookCell, column: WorkbookColumn, indicator: Indicator) -> str:
    """What a cell answers, as a draft keeps it. Raises ValueError with what to do."""
    if cell.error:
        raise ValueError(f"This cell shows the error {cell.error}. Type the answer itself")
    if cell.error is not None:
        raise ValueError(
            "This cell has a formula that was never worked out. Open the workbook in your"
            " spreadsheet program and save it, or type the answer itself"
        )
    if column.kind == "figure":
        return _figure(cell, column, indicator)
    text = cell.as_text.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "").strip()
    if column.kind == "yes_no":
        if text.casefold() not in YES | NO:
            raise ValueError("Write Yes or No, or leave it empty for No")
        return TICKED if text.casefold() in YES else ""
    if column.kind == "choice":
        return _choice(text, column)
    if "\x00" in text:
        raise ValueError("Take out the character that cannot be shown")
    if len(text) > column.longest:
        raise ValueError(f"Shorten this to {column.longest:,} characters or fewer")
    return text


def comparable(typed: Mapping[str, Any], indicator: Indicator) -> dict[str, str]:
    """What is saved, such that two entries that say the same compare equal, however they were typed."""
    return {column.key: _saved(typed.get(column.key), column, indicator) for column in ASKED}


def in_words(answer: str, column: WorkbookColumn) -> str:
    """An answer in words, as the workbook and the preview show it."""
    if column.kind == "yes_no":
        return "Yes" if answer else "No"
    if column.kind == "choice":
        return dict(column.words).get(answer, answer)
    return answer


def _figure(cell: WorkbookCell, column: WorkbookColumn, indicator: Indicator) -> str:
    if cell.is_date:
        raise ValueError(
            f"This cell holds a date, {cell.as_text}. Type the figure again and set the cell’s"
            " format to Number"
        )
    if isinstance(cell.content, bool):
        raise ValueError(f"Enter {NAMES[column.key]} as a number, not {cell.as_text}")
    text = cell.as_text.strip()
    if cell.number is not None and not cell.is_percentage and text.lstrip("-")[:1].isdigit():
        text = f"{Decimal(text):f}"  # never with an exponent
    return _checked_figure(text, column, indicator)


def _checked_figure(text: str, column: WorkbookColumn, indicator: Indicator) -> str:
    unit = "" if column.key in ("numerator", "denominator") else indicator.measure_unit
    try:
        found = typed_figure(text, what=NAMES[column.key], measure_unit=unit)
    except ValueError as refusal:
        raise ValueError(f"{refusal}. {NO_FIGURE}") from None
    if found is None or found.number is None or found.question:
        return text.strip()  # what is withheld, or asked about, is so by how it is written
    return plain(found.number) + (f" ({found.mark})" if found.mark else "")


def mark_of(answer: str) -> tuple[str, Confidence | None]:
    """A figure as it is kept, and how firm it says that it is, where it says so: 85 (p)."""
    number, _, mark = answer.partition(" (")
    return (number, MARKED[mark[0]]) if mark[:1] in MARKED and mark[1:] == ")" else (answer, None)


def _choice(text: str, column: WorkbookColumn) -> str:
    if not text:
        return column.empty
    for key, label in column.words:
        if text.casefold() in (key, label.casefold()):
            return key
    words = ", ".join(label for _, label in column.words)
    raise ValueError(f"Choose one of these: {words}")


def _saved(answer: Any, column: WorkbookColumn, indicator: Indicator) -> str:
    if column.kind == "yes_no":
        return TICKED if str(answer or "").casefold() in YES else ""
    text = str(answer if answer is not None else "").replace("\r\n", "\n").strip()
    if column.kind == "figure":
        try:
            return _checked_figure(text, column, indicator)
        except ValueError:
            return text
    if column.kind == "choice":
        return text or column.empty
    return text
