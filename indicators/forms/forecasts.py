"""What may be picked out of the register of forecasts."""

from django import forms

from indicators.queries.forecasts import ForecastPair, ForecastRegister
from organisation.models.units import Unit
from organisation.rules import Tree, UnitTier

SHOWN = (
    ("", "Every forecast"),
    ("outside", "Results outside the interval"),
    ("wrong", "Another colour than was likeliest"),
)


class ForecastsForm(forms.Form):
    """Of which directorate, and how they turned out."""

    directorate = forms.ModelChoiceField(
        queryset=Unit.objects.filter(tier=UnitTier.DIRECTORATE),
        to_field_name="code",
        empty_label="Every directorate",
        required=False,
    )
    show = forms.ChoiceField(label="Show", choices=SHOWN, required=False)

    def filtered(self, register: ForecastRegister, tree: Tree) -> list[ForecastPair]:
        """The scored forecasts that were asked for."""
        directorate, show = (self.cleaned_data.get(name) for name in ("directorate", "show"))
        units = set(tree.below(directorate.pk)) if directorate else set(register.units.values())
        wanted = {
            "outside": lambda score: score.is_inside is False,
            "wrong": lambda score: score.is_right is False,
        }.get(show or "", lambda score: True)
        return [
            pair
            for pair in register.scored_pairs
            if register.units[pair.system.indicator] in units and wanted(pair.system.score)
        ]
