"""Fields that forms of every app share."""

from django import forms

from organisation.clock import localdate
from organisation.models import NoticePreference


class DayField(forms.DateField):
    """A day, typed as three numbers. What was typed stays on the page, right or wrong."""

    widget = forms.SelectDateWidget

    def __init__(self, *, what="the date", **options):
        self.what, self.is_told_how = what, "help_text" not in options
        options["error_messages"] = {"required": f"Enter {what}"} | options.get(
            "error_messages", {}
        )
        super().__init__(**options)
        self._say_how()

    def __deepcopy__(self, memo):
        """A form's own field: its example is of the year in which the form is asked for."""
        field = super().__deepcopy__(memo)
        field._say_how()
        return field

    def _say_how(self):
        example = f"14 11 {localdate().year}"
        wanted = f"Enter {self.what} as a real day, month and year, such as {example}"
        self.error_messages = {**self.error_messages, "invalid": wanted}
        if self.is_told_how:
            self.help_text = f"For example, {example}"


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
