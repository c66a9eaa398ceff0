"""What a manager fills in. A form asks in plain words and gives back what was typed.

It reads nothing by itself: the rules of indicators/rules/entry.py do, as they do for a draft, a
workbook and the submission, so that what one of them takes they all take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django import forms

from core.forms import PrintedText
from core.months import Month
from indicators.models.definitions import Indicator
from indicators.queries.entry import DRAFT_FIELDS, EntrySheet
from indicators.rules.entry import (
    FIELDS,
    FIGURES,
    LONGEST_COMMENTARY,
    MONTH_FIELDS,
    MONTH_PARTS,
    MONTHS,
    TICKS,
    Entry,
    month_field,
    with_standing,
)
from indicators.rules.questions import ANSWER_FIELDS, ASKED, TICK
from indicators.rules.returns import LONGEST_WHY, RAGS_ASKED
from sorp.lexicon import Confidence, Kind

MARKDOWN = "*Emphasis*, - lists and links work."
# Each box to be ticked, and the field beside it, which is sent whether it is ticked or not.
BOXES = TICKS | {
    name: f"{ASKED}{name.removeprefix(TICK)}" for name in ANSWER_FIELDS if name.startswith(TICK)
}
FIGURE_FIELDS = (*FIGURES, "not_available", *MONTH_FIELDS)
# A revision corrects a figure: what was done about it then is not asked for now.
REVISION_FIELDS = (
    *(name for name in FIELDS if name != "management_action"),
    *(*MONTH_FIELDS, MONTHS),
)


class FigureField(forms.CharField):
    """A number as people write it: 1,234.5 or 76.4 %. Kept as text, and read by the rules."""

    one_of_several = True  # some figure is wanted, so none is marked optional

    def __init__(self, **kwargs: Any) -> None:
        attributes = {
            "inputmode": "decimal",
            "autocomplete": "off",
            "class": "govuk-input--width-10",
        }
        kwargs.setdefault("required", False)
        super().__init__(widget=forms.TextInput(attrs=attributes), **kwargs)


class ProseField(forms.CharField):
    """Some paragraphs, with how many characters there are room for."""

    one_of_several = True

    def __init__(self, *, rows: int, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
        self.max_length = LONGEST_COMMENTARY  # shown on the page; the rules refuse what is longer


class OptionalChoiceField(forms.ChoiceField):
    """One word of a closed list. Which are needed, and when, is the rules' to say."""

    one_of_several = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class ResultForm(forms.Form):
    """The result of one indicator for one quarter."""

    numerator = FigureField(label="Numerator")
    denominator = FigureField(label="Denominator")
    confidence = OptionalChoiceField(
        label="How firm is this figure?", choices=Confidence.choices, widget=forms.Select
    )
    not_available = FigureField(
        label="If there is no figure, why not?",
        help_text="Leave the result empty and give the reason here. It will show as not rated.",
    )
    definition_break = forms.BooleanField(
        label="The definition changed: figures before this quarter cannot be compared",
        required=False,
    )
    commentary = ProseField(
        rows=3,
        label="Context",
        help_text=f"What happened, and why. Members and the public read this. {MARKDOWN}",
    )
    management_action = ProseField(rows=4, label="Management action")

    def __init__(
        self,
        typed: Mapping[str, str] | None = None,
        *,
        sheet: EntrySheet,
        only: Iterable[str] | None = None,
    ) -> None:
        initial = {"confidence": Confidence.FINAL.value} | dict(sheet.typed)
        if typed is not None:
            typed = {**dict(typed.items()), **posted_draft(typed, sheet)}
        super().__init__(typed, initial=initial)
        self.sheet, self.only = sheet, None if only is None else frozenset(only)
        self._entry: Entry | None = None
        self._ask_for_figures()
        if not sheet.is_closed:
            self._ask_for_the_year_end()
        self._ask_for_action()
        if "not_available" in self.fields:
            self.fields["not_available"].widget.attrs = {"autocomplete": "off"}
        if sheet.is_closed:
            self.fields["reason"] = PrintedText(
                label="Why is the result revised?",
                max_length=500,
                help_text="The quarter is closed. The old figure stays on record with the new.",
                error_messages={"required": "Say why the result is revised"},
            )

    def _ask_for_action(self) -> None:
        """What is being done about it: of what has a RAG status, or where something was said before."""
        sheet = self.sheet
        if sheet.indicator.kind != Kind.KPI and not sheet.typed.get("management_action"):
            del self.fields["management_action"]
            return
        amber = " or amber" if sheet.requirements.action_on_amber else ""
        self.fields[
            "management_action"
        ].help_text = f"What is being done, by whom and by when. Needed where it is red{amber}."

    def _ask_for_figures(self) -> None:
        indicator = self.sheet.indicator
        if self.sheet.is_by_month:
            for name in ("numerator", "denominator", "confidence", "not_available"):
                del self.fields[name]
            for place, month in self.sheet.months_asked:
                self._ask_for_month(place, month)
            return
        self.fields["value"] = FigureField(
            label=f"Result for {self.sheet.quarter}", help_text=_how_to_write(indicator)
        )
        if not self.sheet.takes_counts:
            del self.fields["numerator"], self.fields["denominator"]
            return
        for name in ("numerator", "denominator"):
            if says := getattr(indicator, f"{name}_name"):
                self.fields[name].label = f"{says[:1].upper()}{says[1:]} ({name})"
        unit = indicator.measure_unit or "a plain number"
        self.fields["value"].help_text = f"In {unit}, or give both counts."
        self.order_fields(["value", "numerator", "denominator"])

    def _ask_for_month(self, place: int, month: Month) -> None:
        indicator = self.sheet.indicator
        boxes: dict[str, forms.Field] = {
            "value": FigureField(
                label=f"Result for {month}",
                help_text=f"In {indicator.measure_unit or 'a plain number'}.",
            ),
            "numerator": FigureField(label=f"Numerator for {month}"),
            "denominator": FigureField(label=f"Denominator for {month}"),
            "confidence": OptionalChoiceField(
                label=f"How firm is the figure for {month}?",
                choices=Confidence.choices,
                widget=forms.Select,
            ),
            "not_available": FigureField(label=f"If there is no figure for {month}, why not?"),
            "commentary": ProseField(rows=2, label=f"What happened in {month}"),
        }
        boxes["not_available"].widget.attrs = {"autocomplete": "off"}
        for part, box in boxes.items():
            self.fields[month_field(place, part)] = box

    @property
    def months(self) -> list[tuple[Month, dict[str, forms.BoundField], bool]]:
        """Each month that has ended, with its boxes by name, and whether more than its figure is said."""
        found = []
        for place, month in self.sheet.months_asked:
            boxes = {part: self[month_field(place, part)] for part in MONTH_PARTS}
            more = boxes["not_available"], boxes["commentary"]
            is_firm = boxes["confidence"].value() in (None, "", Confidence.FINAL)
            says_more = not is_firm or any(each.value() or each.errors for each in more)
            found.append((month, boxes, says_more))
        return found

    def _ask_for_the_year_end(self) -> None:
        year_end = self.sheet.requirements.year_end
        if year_end is None:
            return
        self.fields["year_end_rag"] = OptionalChoiceField(
            label=f"Year end, {year_end} (optional)",
            choices=[("", "What do you expect?"), *RAGS_ASKED],
            widget=forms.Select,
        )
        self.fields["year_end_why"] = PrintedText(
            label="Why do you expect that?",
            max_length=LONGEST_WHY,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="What you know that the figures do not show.",
        )

    @property
    def says_more(self) -> bool:
        """Whether something stands, or is wrong, in what is asked of few results only."""
        more = [self[name] for name in ("not_available", "definition_break") if name in self.fields]
        return any(each.value() or each.errors for each in more)

    @property
    def asks_for_action(self) -> bool:
        """Whether the box for management action is open: it is needed, or something stands in it."""
        box = self["management_action"] if "management_action" in self.fields else None
        if box is None:
            return False
        entry = self._entry or self.sheet.read(self.sheet.typed)
        return bool(box.value() or box.errors or entry.action_is_required)

    @property
    def entry(self) -> Entry:
        """What was typed, as the rules read it. ValueError before the form was checked."""
        if self._entry is None:
            raise ValueError("The form is not checked yet")
        return self._entry

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        self._entry = entry = self.sheet.read(posted_draft(self.data, self.sheet))
        for name, problem in entry.problems.items():
            is_asked = name in self.fields and (self.only is None or name in self.only)
            if is_asked and name not in self.errors:
                self.add_error(name, problem)
            elif name in FIGURES and name not in self.fields and not self.sheet.is_by_month:
                self.add_error(None, problem)
        together = entry.problems.get(MONTHS)
        if together and (self.only is None or MONTHS in self.only):
            self.add_error(None, together)
        return fields


ROWS: tuple[Callable[[str], str], ...] = (
    str,
    *(partial(month_field, place) for place in (1, 2, 3)),
)


def posted_draft(posted: Mapping[str, str], sheet: EntrySheet) -> dict[str, str]:
    """Of all that was sent, what a draft keeps; of what was not sent, what stands.

    A box that is not ticked is not sent: the field beside it says that it was there to be ticked.
    """
    sent = {name: posted[name] for name in DRAFT_FIELDS if name in posted}
    for box, beside in BOXES.items():
        if beside in posted:
            sent.setdefault(box, "")
    return with_standing(sent, sheet.typed, ROWS)


def _how_to_write(indicator: Indicator) -> str:
    unit = indicator.measure_unit or "a plain number"
    decimals = {0: "no decimals", 1: "one decimal"}.get(
        indicator.decimals, f"{indicator.decimals} decimals"
    )
    return f"In {unit}, usually with {decimals}."
