"""What may be picked out of the early warnings."""

from django import forms

from escalation.queries.early_warning import SHOWN
from organisation.forms.units import UnitForm


class WarningForm(UnitForm):
    """Of which unit and all below it, and which of them."""

    show = forms.ChoiceField(label="Show", choices=SHOWN, required=False)
