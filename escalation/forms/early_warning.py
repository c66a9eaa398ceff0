"""What may be picked out of the early warnings."""

from django import forms

from escalation.queries.early_warning import SHOWN
from organisation.forms.units import UnitChoice
from organisation.models.units import Unit
from organisation.rules import UnitTier


class WarningForm(forms.Form):
    """Of which directorate, and which of them."""

    directorate = UnitChoice(
        queryset=Unit.objects.filter(tier=UnitTier.DIRECTORATE),
        to_field_name="code",
        empty_label="Every directorate",
        required=False,
    )
    show = forms.ChoiceField(label="Show", choices=SHOWN, required=False)
