"""What is filled in for an annual round: its days, the grid, one line, what is said of it, the decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from core.figures import as_number, decimals_of
from core.forms import DayField, PrintedText, field_of, mark_one_of_several
from core.quarters import Quarter
from core.tables.cells import figure
from indicators.forms.decisions import MINUTE, BatchDecisionForm, those_that_wait
from indicators.forms.definitions import PARAGRAPHS, NewIndicatorForm
from indicators.forms.results import FigureField
from indicators.models.definitions import Indicator
from indicators.models.rounds import RoundLine
from indicators.queries.rounds import GridRow, definition_proposed
from indicators.rules.definitions import LIMIT_WORDS
from indicators.rules.rounds import OF_WHAT_STANDS, STAGES, LineAction, days_out_of_order
from indicators.services.rounds import CHANGEABLE, RefusedLine, Typed
from organisation.forms.bodies import BodyChoice
from organisation.forms.units import named_apart
from organisation.models.bodies import Committee
from sorp.rules.thresholds import LIMITS


def _words(rows: int = 2, **options: Any) -> PrintedText:
    options.setdefault("max_length", 500)
    return PrintedText(widget=forms.Textarea(attrs={"rows": rows}), **options)


class RoundDaysForm(forms.Form):
    """The last day of each stage."""

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        for name, words in STAGES.items():
            self.fields[name] = DayField(label=f"{words} by", what="the last day of it")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if set(STAGES) <= set(given):
            for name, told in days_out_of_order({each: given[each] for each in STAGES}, self.year):
                self.add_error(name, told)
        return given


@dataclass(frozen=True, slots=True)
class GridBoxes:
    """One row of the grid with its boxes, for the page; none where it may not be typed."""

    row: GridRow
    action: BoundField | None
    reason: BoundField | None
    targets: Sequence[tuple[Quarter, Sequence[tuple[str, BoundField]]]]


class RoundGridForm(forms.Form):
    """What a directorate proposes: of each indicator what becomes of it, its numbers, and why."""

    keep_rest = forms.BooleanField(
        label="Keep all the others, with the targets they have now", required=False
    )

    def __init__(self, *args: Any, rows: Sequence[GridRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grid_rows = rows
        choices = [("", "Not decided yet"), *((each.value, each.label) for each in OF_WHAT_STANDS)]
        for row in self.open_rows:
            key, reference = self.key(row), row.indicator.reference
            if not _is_new(row):
                self.fields[f"action-{key}"] = forms.ChoiceField(
                    label=f"What happens to {reference}?",
                    choices=choices,
                    required=False,
                    initial=row.line.action if row.line else "",
                )
            self.fields[f"reason-{key}"] = _words(
                label=f"Why, for {reference}",
                required=False,
                initial=row.line.reason if row.line else "",
            )
            for quarter, limits in row.targets.items():
                for name in row.names:
                    label = f"{reference}, {quarter}, {LIMIT_WORDS[name].lower()}"
                    box = FigureField(label=label, initial=_typed(limits.get(name)))
                    box.widget.attrs["class"] = "govuk-input--width-5"
                    self.fields[f"{name}-{key}-{quarter.key}"] = box
        for field in self.fields.values():
            mark_one_of_several(field)

    @staticmethod
    def key(row: GridRow) -> str:
        """What tells a row from every other: a new indicator has its line alone."""
        return f"new{row.line.pk}" if row.line and _is_new(row) else str(row.indicator.pk)

    @property
    def open_rows(self) -> list[GridRow]:
        return [each for each in self.grid_rows if each.is_open]

    @property
    def boxes(self) -> Iterator[GridBoxes]:
        """Each row with its boxes."""
        for row in self.grid_rows:
            key = self.key(row)
            if not row.is_open:
                yield GridBoxes(row, None, None, ())
                continue
            yield GridBoxes(
                row,
                self[f"action-{key}"] if f"action-{key}" in self.fields else None,
                self[f"reason-{key}"],
                [
                    (
                        quarter,
                        [
                            (LIMIT_WORDS[name], self[f"{name}-{key}-{quarter.key}"])
                            for name in row.names
                        ],
                    )
                    for quarter in row.quarters
                ],
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        typed = [each for row in self.open_rows if (each := self._typed(row, given)) is not None]
        if not typed and not self.errors:
            self.add_error(None, "Nothing is entered yet: select what happens to an indicator")
        return given | {"typed": typed}

    def _typed(self, row: GridRow, given: Mapping[str, Any]) -> Typed | None:
        """What was typed of one row; None where that is nothing."""
        key = self.key(row)
        targets = {
            quarter: {name: self._number(row, name, quarter, given) for name in row.names}
            for quarter in row.quarters
        }
        action = LineAction.NEW if _is_new(row) else given.get(f"action-{key}") or ""
        reason = given.get(f"reason-{key}") or ""
        if not action:
            stands = {
                quarter: {name: limits.get(name) for name in row.names}
                for quarter, limits in row.targets.items()
            }
            if reason or targets != stands or row.line is not None:
                if not self.errors.get(f"action-{key}"):
                    self.add_error(
                        f"action-{key}", f"Select what happens to {row.indicator.reference}"
                    )
                return None
            if not given.get("keep_rest"):
                return None
            action = LineAction.KEEP
        return Typed(
            row.indicator,
            str(action),
            reason,
            {quarter: dict.fromkeys(LIMITS) | limits for quarter, limits in targets.items()},
            seen=self._seen(key),
            line=row.line if _is_new(row) else None,
        )

    def _number(
        self, row: GridRow, name: str, quarter: Quarter, given: Mapping[str, Any]
    ) -> Decimal | None:
        box = f"{name}-{self.key(row)}-{quarter.key}"
        text = (given.get(box) or "").strip()
        if not text:
            return None
        try:
            return figure(unit=row.indicator.measure_unit)(text)
        except ValueError as reason:
            self.add_error(box, f"{self.fields[box].label}: {reason}")
            return None

    def _seen(self, key: str) -> int:
        """Which version of the line its page had; a page that says none has seen none."""
        said = str(self.data.get(f"seen-{key}", ""))
        return int(said) if said.isascii() and said.isdigit() else 0

    def name_of(self, refusal: RefusedLine) -> str | None:
        """The box that a refusal of one line is about."""
        for row in self.open_rows:
            if row.indicator.reference == refusal.reference:
                key = self.key(row)
                quarter = refusal.quarter.key if refusal.quarter else ""
                for name in (f"{refusal.field}-{key}-{quarter}", f"{refusal.field}-{key}"):
                    if name in self.fields:
                        return name
                return f"reason-{key}"
        return None


def _is_new(row: GridRow) -> bool:
    return row.line is not None and row.line.action == LineAction.NEW


def _typed(value: Decimal | None) -> str:
    return "" if value is None else as_number(value, decimals_of(value, 6)).replace(",", "")


class ChangedInRoundForm(forms.Form):
    """What the definition of an indicator is to say from the new year on."""

    title = PrintedText(
        label="Title", max_length=200, error_messages={"required": "Enter the title"}
    )
    definition = PrintedText(label="Definition and method", required=False, **PARAGRAPHS)
    source = PrintedText(
        label="Source",
        required=False,
        **PARAGRAPHS | {"widget": forms.Textarea(attrs={"rows": 2})},
    )
    numerator_name = PrintedText(label="What the numerator counts", required=False, max_length=200)
    denominator_name = PrintedText(
        label="What the denominator counts", required=False, max_length=200
    )
    is_break = forms.BooleanField(
        label="From the new year its figures can no longer be compared with earlier ones",
        required=False,
    )
    reason = _words(
        label="Why is it changed?", error_messages={"required": "Say why it is changed"}
    )

    def __init__(
        self, *args: Any, indicator: Indicator, line: RoundLine | None, **kwargs: Any
    ) -> None:
        self.indicator = indicator
        said = line.definition if line is not None and line.action == LineAction.CHANGE else {}
        kwargs.setdefault(
            "initial",
            {name: said.get(name, getattr(indicator, name)) for name in CHANGEABLE}
            | {
                "is_break": line.is_break if line else False,
                "reason": line.reason if line else "",
            },
        )
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        parts = {name: given[name] for name in CHANGEABLE if name in given}
        if len(parts) == len(CHANGEABLE) and all(
            value == getattr(self.indicator, name) for name, value in parts.items()
        ):
            self.add_error("title", "Nothing is changed: change something, or keep it in the grid")
        return given | {"parts": parts}


class NewInRoundForm(NewIndicatorForm):
    """A new indicator, measured from the first quarter of the new year. Its targets are in the grid."""

    reason = _words(
        label="Why is it to be measured?",
        error_messages={"required": "Say why it is to be measured"},
    )

    def __init__(self, *args: Any, units: Any, line: RoundLine | None, **kwargs: Any) -> None:
        if line is not None:
            signs = {True: "yes", False: "no", None: ""}
            said = definition_proposed(line)
            kwargs["initial"] = said | {
                "reference": line.reference,
                "unit": line.unit.code if line.unit else "",
                "accountable_manager": line.manager_id,
                "checker": said.get("checker_id"),
                "reason": line.reason,
                "may_be_negative": signs[said.get("may_be_negative")],
            }
        super().__init__(*args, **kwargs)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
        del self.fields["first_quarter"]

    @property
    def proposed(self) -> dict[str, Any]:
        """What it is to be, as the service takes it."""
        apart = ("unit", "accountable_manager", "reason")
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}


class CommentForm(forms.Form):
    """What a Member says of a line."""

    text = _words(
        4,
        label="Your comment",
        max_length=2000,
        error_messages={"required": "Write what you want to say"},
    )


class ChallengeAnswerForm(forms.Form):
    """The answer to one challenge."""

    answer = _words(
        4,
        label="Your answer",
        max_length=2000,
        error_messages={"required": "Write the answer"},
    )


class ReviewForm(forms.Form):
    """A day on which the assurance team or a committee looked at the round; or why it is not waited for."""

    who = forms.ChoiceField(
        label="Who looked at it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Select who looked at it"},
    )
    met_on = DayField(
        label="On which day did it meet?", what="the day on which it met", required=False
    )
    note = _words(label="If you are not waiting for it, why not?", required=False)

    TEAM = "team"

    def __init__(
        self, *args: Any, team: str, committees: Sequence[Committee], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.committees = {str(each.pk): each for each in committees}
        choices = [(self.TEAM, team)] if team else []
        names = dict(named_apart(committees))
        choices += [(key, names[each.code]) for key, each in self.committees.items()]
        field_of(self, "who", forms.ChoiceField).choices = choices
        for name in ("met_on", "note"):
            mark_one_of_several(self.fields[name])

    @property
    def body(self) -> Committee | None:
        return self.committees.get(self.cleaned_data["who"])


class DecideRoundForm(BatchDecisionForm):
    """What is decided on lines of a round."""

    CHECK, REFUSE, BACK = "check", "refuse", "back"
    VERDICTS = {
        BatchDecisionForm.RECORD: "A body agreed them: record its minute",
        CHECK: "I have checked the minute: it agrees them",
        REFUSE: "I have checked the minute: it does not agree them",
        BACK: "Send them back to be changed",
    }
    chosen, one, no_body = "lines", "line", "Select which body agreed them"
    field_order = ("lines", "everything", "verdict", "body", "met_on", "minute", "reason")

    lines = those_that_wait(RoundLine.objects.none(), "Which lines?")
    body = BodyChoice(
        Committee.objects.none(), label="Which body?", required=False, empty_label="Select a body"
    )
    reason = _words(
        label="Your comment",
        required=False,
        help_text="Needed to send them back, or if the minute does not agree them.",
    )

    def __init__(
        self,
        *args: Any,
        lines: Any,
        verdicts: Iterable[str],
        bodies: Sequence[Committee],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "body", forms.ModelChoiceField).queryset = Committee.objects.filter(
            pk__in=[each.pk for each in bodies]
        )
        if not {self.REFUSE, self.BACK} & self.offer(lines, verdicts):
            del self.fields["reason"]
        for name in {*MINUTE, "reason"} & set(self.fields):
            mark_one_of_several(self.fields[name])

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("verdict") in (self.REFUSE, self.BACK) and not given.get("reason"):
            self.add_error("reason", "Say why")
        return given


def parts_said(
    line: RoundLine, form: type[forms.Form] = ChangedInRoundForm
) -> list[tuple[str, str]]:
    """What a line says of the definition, each part as the form calls it."""
    fields = form.base_fields
    return [
        (str(fields[name].label), str(value))
        for name, value in line.definition.items()
        if name in fields
    ]


def round_days(day: date) -> dict[str, date]:
    """Days that suit most councils, for the form to begin with: of the year that begins after a day."""
    year = day.year if day.month < 4 else day.year + 1
    return {
        "proposals_by": date(year, 1, 31),
        "challenged_by": date(year, 2, 15),
        "seen_by": date(year, 3, 5),
        "agreed_by": date(year, 3, 25),
    }
