"""What a manager answers once a quarter: are these mine?"""

from django import forms


class AttestationForm(forms.Form):
    """I am accountable for these, but for those ticked."""

    not_mine = forms.MultipleChoiceField(
        label="Are any of these not yours?",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick any that somebody else answers for. The performance team will be told and"
        " will find out whose it is. Leave all unticked if all are yours.",
        error_messages={
            "invalid_choice": "%(value)s is no longer yours: the list below is up to date",
        },
    )

    def __init__(self, *args, indicators, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["not_mine"].choices = [
            (each.reference, f"{each.reference} {each.title}") for each in indicators
        ]
