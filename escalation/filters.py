"""Filters on the register, kept in the address so that what is seen can be sent to somebody."""

import django_filters as filters
from django import forms

from escalation.models import Escalation
from organisation.models import Unit
from organisation.rules import UnitTier
from sorp.lexicon import Level


class EscalationFilter(filters.FilterSet):
    """Narrow the register by state, level, directorate and trigger."""

    state = filters.ChoiceFilter(
        label="State",
        choices=[("open", "Open"), ("recovered", "Recovered")],
        empty_label="Open and recovered",
        method="by_state",
    )
    level = filters.ChoiceFilter(
        label="Referred to", choices=Level.choices, empty_label="Every level"
    )
    directorate = filters.ModelChoiceFilter(
        label="Directorate",
        queryset=Unit.objects.filter(tier=UnitTier.DIRECTORATE),
        to_field_name="code",
        empty_label="Every directorate",
        method="by_directorate",
    )
    trigger = filters.AllValuesFilter(label="Trigger", empty_label="Every trigger")
    restated = filters.BooleanFilter(
        label="Restated only", widget=forms.CheckboxInput, method="by_restated"
    )

    class Meta:
        model = Escalation
        fields = ["state", "level", "directorate", "trigger", "restated"]

    def __init__(self, *args, tree, **kwargs):
        super().__init__(*args, **kwargs)
        self.tree = tree

    def by_state(self, rows, name, value):
        return rows.open_ones() if value == "open" else rows.exclude(recovered_in_start=None)

    def by_directorate(self, rows, name, unit):
        return rows.filter(indicator__unit__in=list(self.tree.below(unit.pk)))

    def by_restated(self, rows, name, value):
        return rows.filter(restated=True) if value else rows
