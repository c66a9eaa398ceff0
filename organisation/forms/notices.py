"""How one person wants to be told."""

from django import forms

from core.models.notices import NoticePreference


class NoticePreferenceForm(forms.Form):
    """How one person wants to be told: of each thing, once a day, or only of what is overdue."""

    how = forms.ChoiceField(
        label="How do you want to get notices?",
        choices=NoticePreference.How.choices,
        widget=forms.RadioSelect,
        help_text="Every notice is also on your notices page, whichever you choose.",
        error_messages={
            "required": "Choose how you want to get notices",
            "invalid_choice": "Choose one of the three ways to get notices",
        },
    )
