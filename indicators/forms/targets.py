"""What is filled in to propose targets, for one indicator or a whole unit, and to decide on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from core.forms import PrintedText, field_of, mark_one_of_several
from core.quarters import Quarter
from core.tables.cells import figure
from indicators.forms.decisions import BatchDecisionForm, those_that_wait
from indicators.forms.results import FigureField
from indicators.models.definitions import Indicator
from indicators.models.target_proposals import TargetProposal
from indicators.queries.target_grids import TargetGrid, UnitTargetCell
from indicators.rules.definitions import LIMIT_WORDS, LIMITS_OF
from indicators.rules.targets import changed_limits
from indicators.services.targets import Proposed
from sorp.lexicon import RatingMethod
from sorp.rules.thresholds import LIMITS

REASON = "Why this target?"


def _reason_field() -> PrintedText:
    return PrintedText(
        label=REASON,
        max_length=500,
        help_text="This is published with the target.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why you set this target"},
    )


def _read(form: forms.Form, name: str, text: str, unit: str) -> Decimal | None:
    """A figure as it was typed; None where nothing was, or where the form now says what to do."""
    if not text.strip():
        return None
    try:
        return figure(unit=unit)(text.strip())
    except ValueError as reason:
        said = str(reason)
        form.add_error(name, f"{form.fields[name].label}: {said}")
        return None


class TargetForm(forms.Form):
    """A target for one indicator, from a quarter on."""

    from_quarter = forms.TypedChoiceField(
        label="From which quarter?",
        coerce=Quarter.parse,
        error_messages={
            "required": "Select the first quarter of the target",
            "invalid_choice": "Select a quarter from the list: those before it are closed",
        },
    )
    nothing = forms.BooleanField(label="From this quarter there is no target", required=False)
    reason = _reason_field()

    def __init__(
        self, *args: Any, indicator: Indicator, quarters: Sequence[Quarter], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        choices = [(each.key, str(each)) for each in quarters]
        field_of(self, "from_quarter", forms.TypedChoiceField).choices = choices
        self.names = LIMITS_OF[RatingMethod(indicator.method)]
        unit = f", {indicator.measure_unit}" if indicator.measure_unit else ""
        for name in self.names:
            self.fields[name] = FigureField(label=f"{LIMIT_WORDS[name]}{unit}")
            mark_one_of_several(self.fields[name])
        self.order_fields(["from_quarter", *self.names, "nothing", "reason"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        read = {
            name: _read(self, name, given.get(name) or "", self.indicator.measure_unit)
            for name in self.names
        }
        if any(name in self.errors for name in self.names):
            return given
        is_empty = all(value is None for value in read.values())
        if given.get("nothing") and not is_empty:
            self.add_error("nothing", "Clear the numbers, or leave this unticked")
        elif is_empty and not given.get("nothing"):
            first = LIMIT_WORDS[self.names[0]].lower()
            self.add_error(
                self.names[0],
                f"Enter the {first}, or tick that there is no target",
            )
        return given | {"limits": dict.fromkeys(LIMITS) | read}

    @property
    def asked(self) -> Proposed:
        """What is asked for, as the service takes it."""
        given = self.cleaned_data
        return Proposed(self.indicator, given["from_quarter"], given["limits"])


class PartTargetForm(TargetForm):
    """A target for one part of an indicator, from a quarter on, and who agreed it."""

    approved_by = PrintedText(
        label="Who agreed it?",
        max_length=200,
        help_text="The body or the office.",
        error_messages={"required": "Say who agreed it"},
    )


class TargetGridForm(forms.Form):
    """Targets of a whole unit: a box a number. An empty box leaves what stands."""

    reason = _reason_field()

    def __init__(self, *args: Any, grid: TargetGrid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grid = grid
        for cell in grid.cells:
            for name in cell.names:
                label = f"{cell.indicator.reference}, {cell.quarter}, {LIMIT_WORDS[name].lower()}"
                field = FigureField(label=label, initial=cell.typed(name))
                field.widget.attrs["class"] = "govuk-input--width-5"
                mark_one_of_several(field)
                self.fields[cell.key(name)] = field

    @property
    def rows(self) -> Iterator[tuple[Indicator, list[tuple[UnitTargetCell | None, list[Any]]]]]:
        """Each indicator with its cells, and the boxes of each, for the page."""
        for row in self.grid.rows:
            cells = [
                (cell, [(LIMIT_WORDS[name], self[cell.key(name)]) for name in cell.names])
                if cell is not None
                else (None, [])
                for cell in row.cells
            ]
            yield row.indicator, cells

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        asked = []
        for cell in self.grid.cells:
            typed = {
                name: _read(
                    self,
                    cell.key(name),
                    given.get(cell.key(name)) or "",
                    cell.indicator.measure_unit,
                )
                for name in cell.names
            }
            limits = changed_limits(cell.standing, typed)
            if any(value is not None for value in typed.values()) and limits != cell.standing:
                asked.append(Proposed(cell.indicator, cell.quarter, limits))
        if not asked and not self.errors:
            self.add_error(
                None, "Nothing is changed: enter a target that differs from the present one"
            )
        return given | {"asked": asked}

    def name_of(self, asked: Proposed, field: str | None) -> str | None:
        """The box that a refusal of one target is about."""
        for cell in self.grid.cells:
            if cell.indicator.pk == asked.indicator.pk and cell.quarter == asked.from_quarter:
                return cell.key(field if field in cell.names else cell.names[0])
        return None


class DecideTargetsForm(BatchDecisionForm):
    """What is decided on proposed targets, and by whose word."""

    APPROVE, CHECK, REFUSE = "approve", "check", "refuse"
    VERDICTS = {
        APPROVE: "I approve them",
        BatchDecisionForm.RECORD: "A body approved them: record its minute",
        CHECK: "I have checked the minute: it agrees them",
        REFUSE: "Refuse them",
    }
    chosen, one, no_body = "proposals", "target", "Enter which body approved them"
    field_order = ("proposals", "everything", "verdict", "body", "met_on", "minute", "decision")

    proposals = those_that_wait(TargetProposal.objects.none(), "Which targets?")
    body = PrintedText(
        label="Which body?", required=False, max_length=120, help_text="For example, Cabinet."
    )
    decision = PrintedText(
        label="Your comment",
        required=False,
        max_length=500,
        help_text="Needed to refuse.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, proposals: Any, verdicts: Iterable[str], is_one: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer(proposals, verdicts)
        if is_one:
            del self.fields["everything"]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("verdict") == self.REFUSE and not given.get("decision"):
            self.add_error("decision", "Say why they are refused")
        return given
