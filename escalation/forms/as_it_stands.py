"""Of whom the page of what the close would do speaks."""

from django import forms

from organisation.forms.units import UnitForm

OWN = "own"


class StandsForm(UnitForm):
    """A unit and all below it, or what the reader answers for; else everything."""

    whose = forms.ChoiceField(
        label="Whose",
        choices=(("", "Everybody’s"), (OWN, "Those I answer for")),
        required=False,
    )
