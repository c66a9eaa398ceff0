"""Where an officer says what a step of a quarter took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from core.forms import PrintedText, field_of
from core.quarters import Quarter
from indicators.rules.effort import MOST_HOURS, WorkStep


class HoursForm(forms.Form):
    """A quarter, a step, how many hours, and a note."""

    quarter = forms.TypedChoiceField(label="Which quarter?", coerce=Quarter.parse)
    step = forms.TypedChoiceField(
        label="Which step?", choices=WorkStep.choices(), coerce=WorkStep, widget=forms.RadioSelect
    )
    hours = forms.DecimalField(
        label="How many hours did it take you?",
        min_value=0,
        max_value=MOST_HOURS,
        max_digits=6,
        decimal_places=2,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "class": "govuk-input--width-4", "autocomplete": "off"}
        ),
        help_text="Your own, all together, such as 7.5. What you said before of the same step is replaced.",
        error_messages={
            "required": "Enter the hours, such as 7.5",
            "invalid": "Enter the hours as a number, such as 7.5",
            "min_value": "Enter 0 hours or more",
            "max_value": f"Enter no more than {MOST_HOURS} hours",
        },
    )
    note = PrintedText(
        label="Note",
        required=False,
        max_length=300,
        help_text="Such as what took longer than it should.",
    )

    def __init__(self, *args: Any, quarters: Sequence[Quarter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "quarter", forms.TypedChoiceField).choices = [
            (each.key, str(each)) for each in quarters
        ]
