"""The boxes of the grid, and what of a row was typed in them.

They read nothing by themselves: the rules of indicators/rules/entry.py do, as they do for the form
of one result and for a workbook, so that what one of them takes they all take.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from core.figures import as_number
from core.forms import mark_one_of_several
from core.months import months_of
from indicators.forms.results import BOXES, FigureField, OptionalChoiceField
from indicators.queries.entry import QuestionField
from indicators.queries.grid import EntryRow
from indicators.rules.entry import FIGURES, MONTHS, Entry, with_standing
from indicators.rules.grid import (
    MergedRow,
    cell_marks,
    how_firm,
    is_given,
    merged,
    read_marks,
)
from indicators.rules.questions import ANSWER, ANSWER_FIELDS, ASKED, TICK
from indicators.rules.returns import RAGS_ASKED
from sorp.lexicon import Confidence

FIRMNESS = [("", "Final"), *(each for each in Confidence.choices() if each[0] != Confidence.FINAL)]
ANSWERED = tuple(each for each in ANSWER_FIELDS if not each.startswith(ASKED))


def box_name(row: EntryRow, name: str) -> str:
    """The name of one box of the page: `12-value`."""
    return f"{row.indicator.pk}-{name}"


@dataclass(frozen=True, slots=True)
class TypedRow:
    """What was sent of one row, and what it makes of what stands."""

    row: EntryRow
    cells: Mapping[str, str]  # as they were sent
    marks: str  # of what the page had shown
    merged: MergedRow
    typed: Mapping[str, str]  # all that a draft of it keeps

    @property
    def is_given(self) -> bool:
        by_month = self.row.is_by_month
        return is_given(self.typed, self.row.read(self.typed), by_month=by_month)


def typed_rows(posted: Mapping[str, str], rows: Iterable[EntryRow]) -> list[TypedRow]:
    """Each open row of which something was sent."""
    found = []
    for row in rows:
        if box_name(row, "marks") in posted and row.is_open:
            found.append(_typed_row(posted, row))
    return found


def _typed_row(posted: Mapping[str, str], row: EntryRow) -> TypedRow:
    cells = _cells_sent(posted, row)
    stands = row.cells
    keep = posted.get(box_name(row, "keep"), "")
    if posted.get(box_name(row, "against"), "") != cell_marks(stands):
        keep = ""  # somebody typed once more since it was asked
    marks = posted.get(box_name(row, "marks"), "")
    kept = merged(cells, read_marks(marks), stands, keep)
    typed = with_standing(dict(kept.cells), row.typed, (str,))
    if "confidence" in row.asked:
        figures = [typed.get(name, "") for name in FIGURES]
        chosen = kept.cells.get("confidence", stands["confidence"])
        typed["confidence"] = how_firm(chosen, figures, row.indicator.measure_unit)
    for name in ANSWER_FIELDS:
        # A question is kept with what was said to it, in the words in which it was asked.
        key = name.removeprefix(ASKED)
        if name.startswith(ASKED) and (typed.get(f"{TICK}{key}") or typed.get(f"{ANSWER}{key}")):
            typed[name] = posted.get(box_name(row, name), typed.get(name, ""))
    typed["seen"] = str(row.revision.number if row.revision else 0)
    return TypedRow(row, cells, marks, kept, typed)


def _cells_sent(posted: Mapping[str, str], row: EntryRow) -> dict[str, str]:
    """What was sent of each cell. A box that is not ticked is not sent: the field beside it is."""
    sent = {
        name: posted[at].replace("\r\n", "\n").replace("\x00", "")
        for name in (*row.asked, *ANSWERED)
        if (at := box_name(row, name)) in posted
    }
    for box, beside in BOXES.items():
        if box_name(row, beside) in posted:
            sent.setdefault(box, "")
    return sent


@dataclass(frozen=True, slots=True)
class EntryBoxes:
    """One row of the page: what is known of it, its boxes by name, and what is asked beside them."""

    row: EntryRow
    boxes: Mapping[str, BoundField]
    entry: Entry  # as it is typed
    is_given: bool
    is_unsaved: bool
    questions: Sequence[QuestionField]
    problems: Sequence[str]  # those that belong to no box
    needs_action: bool  # a sentence is wanted, or stands there
    marks: str
    clash: Clash | None
    refusal: str  # why it could not be kept

    @property
    def short_unit(self) -> str:
        """Its unit where it is a sign; a longer one is said once, beside its title."""
        unit = self.row.indicator.measure_unit
        return unit if len(unit) < len("pts") else ""

    @property
    def first(self) -> list[BoundField]:
        """The boxes of the figure itself."""
        return [self.boxes[each] for each in _first(self.row) if each in self.boxes]

    @property
    def folded(self) -> list[BoundField]:
        """What few rows need: the figure given the other way, how firm it is, why there is none …"""
        shown = {*_first(self.row), "commentary", "management_action"}
        return [box for name, box in self.boxes.items() if name not in shown]

    @property
    def says_more(self) -> bool:
        """Whether something stands, or is wrong, in what is folded away."""
        return any(each.value() or each.errors for each in self.folded)

    @property
    def months(self) -> list[tuple[str, str]]:
        """What was given of each month of a monthly indicator, in words."""
        given = {each.month: each for each in self.entry.months}
        indicator = self.row.indicator
        found = []
        for month in months_of(self.row.quarter):
            each = given.get(month)
            said = "–"
            if each is not None and each.value is not None:
                said = as_number(each.value, indicator.decimals, indicator.measure_unit)
            elif each is not None:
                said = "no figure"
            found.append((str(month), said))
        return found


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people's words in the same cells of one row."""

    who: str
    at: Any
    cells: Sequence[tuple[str, str, str]]  # what it is called, theirs, one's own
    against: str


class EntryGridForm(forms.Form):
    """The boxes of every row that is open, with what was typed and could not be saved.

    Whatever keeps a row from being submitted is an error at its box.
    """

    def __init__(
        self,
        *,
        rows: Sequence[EntryRow],
        unsaved: Mapping[int, TypedRow] | None = None,
        refusals: Mapping[int, str] | None = None,
        of_officer: int | None = None,
    ) -> None:
        """For an officer of the performance team, what others have begun is theirs to finish."""
        self.of_officer = of_officer
        self.rows, self.unsaved, self.refusals = rows, unsaved or {}, refusals or {}
        shown = {
            box_name(row, name): text for row in rows for name, text in self._shown(row).items()
        }
        super().__init__(shown)
        for row in rows:
            self._ask_for(row)
        for field in self.fields.values():
            mark_one_of_several(field)

    def _shown(self, row: EntryRow) -> Mapping[str, str]:
        typed = self.unsaved.get(row.indicator.pk)
        return {**row.cells, **typed.merged.cells} if typed else row.cells

    def typed(self, row: EntryRow) -> Mapping[str, str]:
        """What the row shows, as a draft would keep it."""
        typed = self.unsaved.get(row.indicator.pk)
        return typed.typed if typed else row.typed

    def _ask_for(self, row: EntryRow) -> None:
        indicator, of = row.indicator, f", {row.indicator.reference}"
        boxes: dict[str, forms.Field] = {
            "value": FigureField(label=f"Result{of}"),
            "numerator": FigureField(label=f"{indicator.numerator_name or 'Numerator'}{of}"),
            "denominator": FigureField(label=f"{indicator.denominator_name or 'Denominator'}{of}"),
            "confidence": OptionalChoiceField(
                label=f"How firm{of}", choices=FIRMNESS, widget=forms.Select
            ),
            "not_available": FigureField(label=f"If there is no figure, why not?{of}"),
            "definition_break": forms.BooleanField(
                label=f"Its definition changed this quarter{of}", required=False
            ),
            "commentary": _sentences(f"Context{of}"),
            "management_action": _sentences(f"Management action{of}"),
            "year_end_rag": OptionalChoiceField(
                label=f"Year end ({row.requirements.year_end}): green, amber or red?{of}",
                choices=[("", "Choose what you expect"), *RAGS_ASKED],
                widget=forms.Select,
            ),
            "year_end_why": _sentences(f"Why do you expect that?{of}"),
        }
        for name in FIGURES:
            boxes[name].widget.attrs["class"] = "kcc-typed__box"
            boxes[name].widget.attrs["data-cell"] = name
        boxes["not_available"].widget.attrs = {"autocomplete": "off"}
        for name in row.asked:
            self.fields[box_name(row, name)] = boxes[name]

    def clean(self) -> dict[str, Any]:
        for row in self.rows:
            for name, told in self.problems_of(row).items():
                if (at := box_name(row, name)) in self.fields and at not in self.errors:
                    self.add_error(at, f"{row.indicator.reference}: {told}")
            for told in self._unsettled(row):
                self.add_error(box_name(row, row.asked[0]), f"{row.indicator.reference}: {told}")
        return self.cleaned_data

    def _unsettled(self, row: EntryRow) -> Iterator[str]:
        """Why what was typed in a row is not saved."""
        if (clash := self._clash(row)) is not None:
            yield f"{clash.who} saved something else since. Choose which of the two to keep"
        elif row.indicator.pk in self.refusals and row.is_open:
            yield self.refusals[row.indicator.pk]

    def problems_of(self, row: EntryRow) -> Mapping[str, str]:
        """What keeps a row from being submitted. What was only begun is nobody's mistake yet."""
        if not row.is_open:
            return {}
        typed = self.typed(row)
        if row.indicator.pk not in self.unsaved:
            if row.draft is None:
                return {}
            concerned = (row.draft.saved_by_id, row.indicator.accountable_manager_id)
            if self.of_officer is not None and self.of_officer not in concerned:
                return {}
        entry = row.read(typed)
        begun = not is_given(typed, entry, by_month=row.is_by_month)
        return {} if begun else entry.problems

    @property
    def lines(self) -> Iterator[EntryBoxes]:
        """Each row with its boxes."""
        for row in self.rows:
            typed, pk = self.typed(row), row.indicator.pk
            problems = self.problems_of(row)
            entry = row.read(typed) if pk in self.unsaved else row.entry
            yield EntryBoxes(
                row=row,
                boxes={name: self[box_name(row, name)] for name in row.asked},
                entry=entry,
                is_given=is_given(typed, entry, by_month=row.is_by_month),
                is_unsaved=pk in self.unsaved,
                questions=row.question_fields(typed) if row.is_open else (),
                problems=[problems[MONTHS]] if MONTHS in problems else [],
                needs_action="management_action" in problems
                or bool(typed.get("management_action"))
                or entry.action_is_required,
                marks=self.unsaved[pk].marks if pk in self.unsaved else row.marks,
                clash=self._clash(row),
                refusal=self.refusals.get(pk, ""),
            )

    def _clash(self, row: EntryRow) -> Clash | None:
        typed = self.unsaved.get(row.indicator.pk)
        if typed is None or not typed.merged.clashing:
            return None
        stands = row.cells
        cells = [
            (self._called(row, name), stands.get(name, ""), typed.cells[name])
            for name in typed.cells
            if name in typed.merged.clashing and typed.cells[name] != stands.get(name, "")
        ]
        by = (
            row.draft.saved_by if row.draft else row.revision.submitted_by if row.revision else None
        )
        at = (
            row.draft.saved_at if row.draft else row.revision.submitted_at if row.revision else None
        )
        return Clash(str(by or "Somebody else"), at, cells, cell_marks(stands))

    def _called(self, row: EntryRow, name: str) -> str:
        field = self.fields.get(box_name(row, name))
        return str(field.label).rsplit(",", 1)[0] if field is not None else "Your answer"


def _first(row: EntryRow) -> tuple[str, ...]:
    return ("numerator", "denominator") if row.is_by_counts else ("value",)


def _sentences(label: str) -> forms.CharField:
    box = forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": 1}))
    box.widget.attrs["class"] = "kcc-typed__words"
    return box
