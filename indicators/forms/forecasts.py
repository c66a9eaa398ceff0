"""What may be picked out of the register of forecasts."""

from django import forms

from organisation.models.units import Unit
from organisation.rules import UnitTier

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

    def picked(self, register, tree):
        """The scored forecasts that were asked for."""
        directorate, show = (self.cleaned_data.get(name) for name in ("directorate", "show"))
        units = set(tree.below(directorate.pk)) if directorate else set(register.units.values())
        asked = {
            "outside": lambda score: score.is_inside is False,
            "wrong": lambda score: score.is_right is False,
        }.get(show, lambda score: True)
        return [
            line
            for line in register.lines
            if register.units[line.ours.indicator] in units and asked(line.ours.score)
        ]
