"""Of whom the page of what the close would do speaks."""

from django import forms

from organisation.forms.units import UnitChoice
from organisation.models.units import Unit

OWN = "own"


class StandsForm(forms.Form):
    """A unit and all below it, or what the reader answers for; else everything."""

    unit = UnitChoice(
        queryset=Unit.objects.order_by("name"),
        to_field_name="code",
        empty_label="The whole council",
        required=False,
    )
    whose = forms.ChoiceField(
        label="Whose",
        choices=(("", "Everybody’s"), (OWN, "Those I answer for")),
        required=False,
    )
