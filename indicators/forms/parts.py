"""Forms of parts: which dimensions there are, by which an indicator is broken down, and the grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils.text import slugify

from core.forms import PrintedText
from indicators.forms.results import FigureField
from indicators.models.parts import Dimension, Part
from indicators.queries.parts import PartsSheet
from indicators.rules.entry import with_standing
from indicators.rules.parts import FIGURES, PartFigure, part_as_typed, read_part
from indicators.services.parts import PartNamed

YES_NO = [("yes", "Yes"), ("no", "No")]
BOXES = (*FIGURES, "not_available")


class DimensionForm(forms.Form):
    """A dimension: what it is called, how its parts add up, and what of them is too few to show."""

    name = PrintedText(
        label="What is it called?",
        max_length=80,
        help_text="For example, District or Age.",
        error_messages={"required": "Enter what it is called"},
    )
    each_case_once = forms.ChoiceField(
        label="Does each case fall in exactly one part?",
        choices=YES_NO,
        widget=forms.RadioSelect,
        help_text="If so, the parts add up to the whole and are checked against it.",
        error_messages={"required": "Say whether each case falls in exactly one part"},
    )
    withheld_below = forms.IntegerField(
        label="Below which number are counts withheld?",
        min_value=0,
        max_value=100,
        help_text="Counts from 1 up to this number are hidden, so that nobody can be recognised. Enter 0 if the figures are not about people.",
        error_messages={
            "required": "Enter a number from 0 to 100",
            "invalid": "Enter a whole number from 0 to 100",
        },
    )


class PartNameForm(forms.Form):
    """One part of a dimension, or an empty row for a new one."""

    key = PrintedText(widget=forms.HiddenInput, required=False, max_length=40)
    position = forms.IntegerField(
        label="Place",
        required=False,
        min_value=1,
        max_value=999,
        error_messages={"invalid": "Enter the place as a whole number"},
    )
    name = PrintedText(label="Part", required=False, max_length=80)
    is_used = forms.BooleanField(label="Used", required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["position"].widget.attrs["class"] = "govuk-input--width-3"

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if fields.get("key") and not fields.get("name"):
            self.add_error("name", "Enter the part’s name, or untick it if it is no longer used")
        return fields


class BasePartNames(BaseFormSet):
    """The parts of a dimension, in the order that their places give."""

    default_error_messages = {
        "missing_management_form": "Some parts did not arrive: enter them again",
        "too_many_forms": "Name %(num)d parts or fewer",
    }

    def __init__(self, *args: Any, dimension: Dimension | None, **kwargs: Any):
        self.standing = {each.key for each in dimension.parts.all()} if dimension else set()
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        if any(self.errors):
            return  # each says at its own row what is wrong with it
        names = [each.name for each in self.parts]
        if not names:
            raise ValidationError("Enter at least one part")
        if twice := next((each for each in names if names.count(each) > 1), None):
            raise ValidationError(f"Give each part a name of its own: {twice} is there twice")

    @property
    def parts(self) -> list[PartNamed]:
        """As they are to be. A new one is known by its name as an address would write it."""
        given = [each.cleaned_data for each in self.forms if each.cleaned_data.get("name")]
        given.sort(key=lambda each: each.get("position") or 1000)
        taken = set(self.standing)
        named = []
        for each in given:
            key = (
                each["key"] if each["key"] in self.standing else self._new_key(each["name"], taken)
            )
            is_new = key not in self.standing
            named.append(PartNamed(key, each["name"], is_used=is_new or each["is_used"]))
        return named

    @staticmethod
    def _new_key(name: str, taken: set[str]) -> str:
        wanted = slugify(name)[:36].strip("-_").replace("_", "-") or "part"
        key = next(
            each
            for n in range(1, 1000)
            if (each := wanted if n == 1 else f"{wanted}-{n}") not in taken
        )
        taken.add(key)
        return key


PartNames: Any = forms.formset_factory(PartNameForm, formset=BasePartNames, extra=4, max_num=60)


class BreakDownForm(forms.Form):
    """By which dimensions an indicator may be broken down."""

    dimensions = forms.ModelMultipleChoiceField(
        Dimension.objects.all(),
        label="How can it be broken down?",
        to_field_name="key",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Select from the list: %(value)s is no longer there"},
    )
    values_add_up = forms.ChoiceField(
        label="Are its results counts?",
        choices=YES_NO,
        widget=forms.RadioSelect,
        help_text="If so, the results of its parts add up to the whole, as numbers of people or repairs do. Percentages and averages do not.",
        error_messages={"required": "Say whether its results are counts"},
    )


class PartsForm(forms.Form):
    """The grid: a row for each part, with its figure, its counts or the reason why it has none."""

    def __init__(self, typed: Mapping[str, str] | None = None, *, sheet: PartsSheet, revises: bool):
        initial = dict(_as_typed(sheet))
        if typed is not None:
            typed = {**dict(typed.items()), **_with_standing(typed, initial, sheet)}
        super().__init__(typed, initial=initial)
        self.sheet = sheet
        self.figures: dict[Part, PartFigure] = {}
        headings = self.headings
        for part in sheet.parts:
            for box, label in zip(
                BOXES, ("Result", "Numerator", "Denominator", "If none, why"), strict=True
            ):
                field = FigureField(label=f"{label}, {part.name}")
                field.heading = headings[box]  # type: ignore[attr-defined] # beside it on a phone
                if box == "not_available":
                    field.widget.attrs = {"autocomplete": "off", "class": "govuk-input--width-20"}
                else:
                    field.widget.attrs["class"] = "govuk-input--width-5"
                self.fields[f"{part.key}_{box}"] = field
        if revises:
            self.fields["reason"] = PrintedText(
                label="Why are the parts revised?",
                max_length=500,
                help_text="The quarter is closed. The old figures stay on record with the new.",
                error_messages={"required": "Say why the parts are revised"},
            )

    @property
    def headings(self) -> dict[str, str]:
        """What stands above each column."""
        indicator = self.sheet.breakdown.indicator
        unit = indicator.measure_unit
        return {
            "value": f"Result, {unit}" if unit else "Result",
            "numerator": indicator.numerator_name or "Numerator",
            "denominator": indicator.denominator_name or "Denominator",
            "not_available": "Why, if there is none",
        }

    @property
    def rows(self) -> Iterator[tuple[Part, list[forms.BoundField]]]:
        for part in self.sheet.parts:
            yield part, [self[f"{part.key}_{box}"] for box in BOXES]

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        indicator = self.sheet.breakdown.indicator
        for part in self.sheet.parts:
            typed = {box: fields.get(f"{part.key}_{box}", "") for box in BOXES}
            try:
                figure = read_part(
                    typed,
                    measure_unit=indicator.measure_unit,
                    decimals=indicator.decimals,
                    may_be_negative=indicator.may_be_negative is not False,
                )
            except ValueError as refusal:
                at = next((box for box in BOXES if typed[box]), "value")
                self.add_error(f"{part.key}_{at}", f"{part.name}: {refusal}")
                continue
            if figure is not None:
                self.figures[part] = figure
        return fields


def _with_standing(
    posted: Mapping[str, str], standing: Mapping[str, str], sheet: PartsSheet
) -> dict[str, str]:
    """What was sent of the grid and, of boxes that were not, what stands in them."""
    rows = [f"{part.key}_{{}}".format for part in sheet.parts]
    sent = {name(box): posted[name(box)] for name in rows for box in BOXES if name(box) in posted}
    return with_standing(sent, standing, rows)


def _as_typed(sheet: PartsSheet) -> Iterator[tuple[str, str]]:
    """What stands in each box, as it would have been typed."""
    for key, figure in sheet.figures.items():
        for box, text in part_as_typed(figure):
            yield f"{key}_{box}", text
