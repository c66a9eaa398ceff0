"""What may be picked out of the register of forecasts."""

from django import forms
from django.db.models import QuerySet

from indicators.models.forecasts import SystemForecast
from indicators.queries.forecasts import scored_forecasts
from organisation.forms.units import UnitChoice
from organisation.models.people import User
from organisation.models.units import Unit
from organisation.rules import Tree, UnitTier

SHOWN = (
    ("", "Every forecast"),
    ("outside", "Results outside the interval"),
    ("wrong", "A different colour from the likeliest"),
)


class ForecastsForm(forms.Form):
    """Of which directorate, and how they turned out."""

    directorate = UnitChoice(
        queryset=Unit.objects.filter(tier=UnitTier.DIRECTORATE),
        to_field_name="code",
        empty_label="Every directorate",
        required=False,
    )
    show = forms.ChoiceField(label="Show", choices=SHOWN, required=False)

    def chosen(self, *, reader: User, tree: Tree) -> QuerySet[SystemForecast]:
        """The scored forecasts that were asked for."""
        directorate, show = (self.cleaned_data.get(name) for name in ("directorate", "show"))
        units = tree.below(directorate.pk) if directorate else None
        return scored_forecasts(reader=reader, units=units, show=show or "")
