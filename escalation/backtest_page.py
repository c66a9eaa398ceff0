"""A back-test as its page shows it: words for keys, tables, shading and charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from core.charts.lines import Line, Lines, lines_chart
from core.own_words import in_own_words
from core.quarters import Quarter
from sorp.lexicon import Level

SHOWN = 100  # rows of a table; the file has them all
SHADES = 4
IN_FORCE, TRIED = "In force", "Tried"
COLUMNS = (
    *("change", "reference", "title", "directorate", "level"),
    *("in_force_opened_in", "in_force_recovered_in", "tried_opened_in", "tried_recovered_in"),
    *("relapse", "trigger", "reason"),
)


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: its figures, how dark it is, and in words which of the rules stand there."""

    opened: int
    open_on_average: float
    shade: int
    rules: str  # which of the two sets of rules ask for runs of these lengths


class BacktestReading:
    """What one finished back-test found, ready to be laid out."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.found = found
        self.quarters = [Quarter.parse(key) for key in found["quarters"]]

    # Changes by indicator ------------------------------------------------------------------------

    @property
    def changes(self) -> Iterator[dict[str, Any]]:
        """Gained, then lost: the words over each table and its rows, as many as a page bears."""
        for key, heading, empty in (
            ("gained", "Escalations gained", "The rules tried refer nothing new up."),
            ("lost", "Escalations lost", "Everything that was referred up still would be."),
        ):
            rows = [self._change(each) for each in self.found[key][:SHOWN]]
            yield {
                "key": key,
                "heading": heading,
                "empty": empty,
                "rows": rows,
                "total": len(self.found[key]),
                "more": len(self.found[key]) - len(rows),
            }

    @property
    def moved(self) -> list[dict[str, Any]]:
        return [
            {
                **each,
                "level": Level(each["level"]).label,
                "was": _spell(each["before"]),
                "now": _spell(each["after"]),
            }
            for each in self.found["moved"][:SHOWN]
        ]

    @property
    def moved_left_out(self) -> int:
        return max(len(self.found["moved"]) - SHOWN, 0)

    def _change(self, each: Mapping[str, Any]) -> dict[str, Any]:
        within = each["within"]
        return {
            **each,
            "level": Level(each["level"]).label,
            "spell": _spell(each),
            "within": _spell(within) if within else "",
        }

    # Figures -------------------------------------------------------------------------------------

    @property
    def levels(self) -> list[dict[str, Any]]:
        """By level, the highest first, without those to which nothing goes either way."""
        return [
            {**each, "level": Level(each["level"]).label}
            for each in reversed(self.found["levels"])
            if each["before"] or each["after"]
        ]

    @property
    def recovery(self) -> list[dict[str, Any]]:
        return [
            {
                "level": Level(each["level"]).label,
                "sides": [{"side": IN_FORCE, **each["before"]}, {"side": TRIED, **each["after"]}],
            }
            for each in reversed(self.found["recovery"])
            if any(
                each[side]["recovered"] or each[side]["still_open"] for side in ("before", "after")
            )
        ]

    @property
    def load(self) -> list[dict[str, Any]]:
        return [
            {**each, "quarter": quarter}
            for each, quarter in zip(self.found["load"], self.quarters, strict=True)
        ]

    # The grid ------------------------------------------------------------------------------------

    @property
    def ambers(self) -> list[int]:
        return sorted({each["amber"] for each in self.found["grid"]})

    @property
    def grid(self) -> list[tuple[int, list[GridCell]]]:
        """A row for each run of red, a cell in it for each run of amber or worse."""
        most = max(each["opened"] for each in self.found["grid"]) or 1
        rows: dict[int, list[GridCell]] = {}
        for each in self.found["grid"]:
            cell = GridCell(
                each["opened"],
                each["open_on_average"],
                ceil(SHADES * each["opened"] / most),
                self._rules_at(each),
            )
            rows.setdefault(each["red"], []).append(cell)
        return list(rows.items())

    def _rules_at(self, cell: Mapping[str, Any]) -> str:
        here = {"red": cell["red"], "amber": cell["amber"]}
        sides = {"before": "runs as in force", "after": "tried"}
        return ", ".join(
            words for side, words in sides.items() if self.found["cells"][side] == here
        )

    # Charts --------------------------------------------------------------------------------------

    @property
    def open_chart(self) -> SafeString:
        last = self.load[-1]
        return self._load_chart(
            "open",
            "open",
            f"At the end of {self.quarters[-1]} PAT would have {last['after']['open']:,} open under"
            f" the rules tried; it has {last['before']['open']:,} under those in force.",
        )

    @property
    def sent_chart(self) -> SafeString:
        totals = [sum(each[side]["opened"] for each in self.load) for side in ("after", "before")]
        return self._load_chart(
            "sent",
            "opened",
            f"In all {totals[0]:,} escalations would have been sent to PAT under the rules tried;"
            f" {totals[1]:,} were under those in force.",
        )

    @property
    def sent_is_the_same(self) -> bool:
        """Whether both sets of rules send as many in every quarter, so that one line hides the other."""
        return self._is_the_same("opened")

    @property
    def open_is_the_same(self) -> bool:
        return self._is_the_same("open")

    def _is_the_same(self, figure: str) -> bool:
        return all(each["before"][figure] == each["after"][figure] for each in self.load)

    def _load_chart(self, name: str, figure: str, sentence: str) -> SafeString:
        lines = tuple(
            Line(label, tuple(each[side][figure] for each in self.load))
            for label, side in ((IN_FORCE, "before"), (TRIED, "after"))
        )
        years = tuple(quarter.financial_year for quarter in self.quarters)
        return _drawn(
            Lines(name, in_own_words(sentence), years, "Quarters of each financial year", lines)
        )

    @property
    def grid_chart(self) -> SafeString:
        lines = tuple(
            Line(f"Red {red}", tuple(cell.opened for cell in cells)) for red, cells in self.grid
        )
        opened = [each["opened"] for each in self.found["grid"]]
        sentence = (
            f"PAT would have been sent from {min(opened):,} to {max(opened):,} escalations, by the"
            " lengths of the runs that are asked for."
        )
        along = tuple(str(each) for each in self.ambers)
        return _drawn(
            Lines("grid", in_own_words(sentence), along, "Quarters of amber or worse", lines)
        )

    # As a file -----------------------------------------------------------------------------------

    @property
    def csv_rows(self) -> Iterator[Sequence[Any]]:
        """Everything gained, lost and moved, in the order of COLUMNS."""
        nothing = {"opened_in": None, "recovered_in": None}
        for change in ("gained", "lost", "moved"):
            for each in self.found[change]:
                before = {"gained": nothing, "lost": each}.get(change) or each["before"]
                after = {"gained": each, "lost": nothing}.get(change) or each["after"]
                yield (
                    *(change, each["reference"], each["title"], each["directorate"], each["level"]),
                    *(before["opened_in"], before["recovered_in"]),
                    *(after["opened_in"], after["recovered_in"]),
                    *(each.get("relapse"), each.get("trigger"), each.get("reason")),
                )


def _drawn(chart: Lines) -> SafeString:
    return mark_safe(lines_chart(chart))  # noqa: S308 every text in it is escaped by svg


def _spell(each: Mapping[str, Any]) -> str:
    """From opening to recovery, in words."""
    opened = Quarter.parse(each["opened_in"])
    if each["recovered_in"] is None:
        return f"{opened}, still open"
    return f"{opened} to {Quarter.parse(each['recovered_in'])}"
