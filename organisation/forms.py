"""Fields that forms of every app share."""

from django import forms

from organisation.models import NoticePreference


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


class NoticePreferenceForm(forms.Form):
    """How one person wants to be told: of each thing, once a day, or only of what is overdue."""

    how = forms.ChoiceField(
        label="How do you want to be told?",
        choices=NoticePreference.How.choices,
        widget=forms.RadioSelect,
        help_text="Every notice stands on your notices page, whichever you choose.",
        error_messages={
            "required": "Choose how you want to be told",
            "invalid_choice": "Choose one of the three ways to be told",
        },
    )
