"""What people fill in about the strategy."""

from django import forms


class DayField(forms.DateField):
    """A day, typed as three numbers. What was typed stays on the page, right or wrong."""

    widget = forms.SelectDateWidget

    def __init__(self, *, what="the date", **options):
        options.setdefault(
            "error_messages",
            {
                "required": f"Enter {what}",
                "invalid": f"Enter {what} as a real day, month and year, such as 14 11 2025",
            },
        )
        options.setdefault("help_text", "For example, 14 11 2025")
        super().__init__(**options)


class MilestoneForm(forms.Form):
    """How a milestone is coming on. Its due date is not here: a promise is not changed."""

    forecast_on = DayField(
        label="When do you expect it to be done?", what="the forecast", required=False
    )
    done_on = DayField(label="When was it done?", what="the day it was done", required=False)
    progress = forms.CharField(
        label="Progress",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="If it will be late, say why and what is being done.",
    )
