"""What people fill in about the strategy."""

from django import forms

from core.forms import DayField, PrintedText


class MilestoneForm(forms.Form):
    """How a milestone is coming on. Its due date is not here: a promise is not changed."""

    forecast_on = DayField(
        label="When do you expect it to be done?", what="the forecast", required=False
    )
    done_on = DayField(label="When was it done?", what="the day it was done", required=False)
    progress = PrintedText(
        label="Progress",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="If it will be late, say why and what is being done.",
    )
