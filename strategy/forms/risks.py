"""What people fill in about risks."""

from typing import Any

from django import forms

from core.forms import DayField, PrintedText
from indicators.models.definitions import Indicator
from organisation.forms.units import UnitChoice
from organisation.models.units import Unit
from strategy.forms.plan import PartForm, first_day_field
from strategy.forms.savings import (
    offer_owner_and_project,
    owner_field,
    project_field,
    reference_field,
)
from strategy.models.risks import Risk
from strategy.rules.risks import IMPACT, LARGEST_SCORE, LIKELIHOOD


class RiskForm(PartForm):
    """A risk of the corporate register or of a unit's."""

    settled = ("reference",)

    reference = reference_field("CRR-04")
    title = PrintedText(
        label="What is the risk?",
        max_length=200,
        error_messages={"required": "Say what the risk is"},
    )
    description = PrintedText(
        label="What may happen, why, and with what effect?",
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    unit = UnitChoice(
        Unit.objects.order_by("name"),
        label="Whose register is it in?",
        to_field_name="code",
        empty_label="The corporate register",
        required=False,
    )
    owner = owner_field()
    appetite = forms.IntegerField(
        label="Risk appetite",
        required=False,
        min_value=1,
        max_value=LARGEST_SCORE,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-4"}),
        help_text=f"The highest score that is accepted, from 1 to {LARGEST_SCORE}. Leave it empty if none is set.",
        error_messages={
            "invalid": f"Enter a whole number from 1 to {LARGEST_SCORE}",
            "min_value": f"Enter a whole number from 1 to {LARGEST_SCORE}",
            "max_value": f"Enter a whole number from 1 to {LARGEST_SCORE}",
        },
    )
    mitigation = PrintedText(
        label="What is done about it?",
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    project = project_field()
    indicators = forms.ModelMultipleChoiceField(
        Indicator.objects.order_by("reference"),
        label="Which indicators would show it?",
        to_field_name="reference",
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text="Choose as many as there are.",
    )
    starts_on = first_day_field()

    def __init__(self, *args: Any, part: Risk | None = None, **kwargs: Any) -> None:
        super().__init__(*args, part=part, **kwargs)
        offer_owner_and_project(self, part)


def _from_one_to_five(words: dict[int, str]) -> list[tuple[int, str]]:
    return [(number, f"{number} {said}") for number, said in words.items()]


class AssessRiskForm(forms.Form):
    """How a risk is assessed for a day."""

    assessed_on = DayField(label="When was it assessed?", what="the day it was assessed")
    likelihood = forms.TypedChoiceField(
        label="How likely is it?",
        choices=_from_one_to_five(LIKELIHOOD),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how likely it is"},
    )
    impact = forms.TypedChoiceField(
        label="How serious would it be?",
        choices=_from_one_to_five(IMPACT),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how serious it would be"},
    )
    note = PrintedText(
        label="Note",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="If the score is another one now, say why.",
    )
