"""What is written in the register of data quality, and how its list is narrowed."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import DayField, PrintedText
from indicators.rules.data_quality import Risk
from organisation.forms.units import UnitChoice
from organisation.models.units import Unit


class DataQualityForm(forms.Form):
    """One entry: source, risk, the last check with its finding, and what is done about it."""

    source = PrintedText(
        label="Where do the figures come from?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The system or survey, who draws them, and when.",
        error_messages={"required": "Say where the figures come from"},
    )
    risk = forms.ChoiceField(
        label="How likely is it that they are wrong?",
        choices=Risk.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say how likely it is that they are wrong"},
    )
    why = PrintedText(
        label="Why?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why you chose that risk"},
    )
    checked_on = DayField(
        label="When were they last checked? (optional)", what="the day of the check", required=False
    )
    checked_by = PrintedText(label="Who checked them?", max_length=200, required=False)
    finding = PrintedText(
        label="What was found?",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    mend = PrintedText(
        label="What is being done about it?",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    mend_due_on = DayField(
        label="By when? (optional)", what="the day by which it is to be put right", required=False
    )
    mended_on = DayField(
        label="When was it done? (optional)",
        what="the day on which it was put right",
        required=False,
    )


class RegisterFilter(forms.Form):
    """Which lines of the register are shown."""

    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "All"),
            ("unchecked", "Not checked for a year"),
            ("high", "High risk"),
            ("overdue", "Not put right by its due day"),
        ],
    )
    unit = UnitChoice(
        Unit.objects.order_by("name"),
        label="Unit",
        required=False,
        to_field_name="code",
        empty_label="Every unit",
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.one_of_several = True  # type: ignore[attr-defined]
