"""What the performance team fills in about a quarter's days."""

from collections.abc import Iterable
from typing import Any

from django import forms

from core.forms import DayField, PrintedText, field_of
from core.quarters import Quarter


class BeginQuarterForm(forms.Form):
    """Asking for a quarter's returns: every day follows from its end and from Cabinet's meeting."""

    quarter = forms.TypedChoiceField(
        label="Quarter",
        coerce=Quarter.parse,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select the quarter to begin",
            "invalid_choice": "Select a quarter from the list: that one has begun or is closed",
        },
    )
    cabinet_meets_on = DayField(
        label="When does Cabinet meet to consider it?", what="the day on which Cabinet meets"
    )

    def __init__(self, *args: Any, quarters: Iterable[Quarter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "quarter", forms.TypedChoiceField).choices = [
            (each.key, str(each)) for each in quarters
        ]


class DueDayForm(forms.Form):
    """Another day for one step, and why."""

    due_on = DayField(label="By when is it due?", what="the day by which it is due")
    reason = PrintedText(
        label="Why is the day changed?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why the day is changed"},
    )
