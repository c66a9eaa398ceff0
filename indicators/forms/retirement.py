"""Ending an indicator, and naming what replaces it."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import PrintedText, field_of
from core.quarters import Quarter
from indicators.models.definitions import Indicator

GOES_ON = "goes-on"
BACK, AHEAD = 8, 8  # quarters offered before and after the one in hand


class RetirementForm(forms.Form):
    """Until when an indicator is measured, why no longer, and what is measured in its place.

    Of one that has a last quarter: whether it goes on after all, which is a last quarter of None.
    """

    last_quarter = forms.TypedChoiceField(
        label="Which is its last quarter?",
        coerce=lambda key: None if key == GOES_ON else Quarter.parse(key),
        error_messages={"required": "Select the last quarter in which it is measured"},
    )
    reason = PrintedText(
        label="Why is it no longer measured?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="This is published.",
        error_messages={"required": "Say why it is no longer measured"},
    )
    successor = forms.ModelChoiceField(
        Indicator.objects.none(),
        label="What replaces it?",
        to_field_name="reference",
        required=False,
        empty_label="Nothing does",
        error_messages={"invalid_choice": "Select an indicator from the list"},
    )
    successor_is_comparable = forms.BooleanField(
        label="The figures of both may be compared",
        required=False,
        help_text="Its chart and direction of travel then continue from this one’s figures, with a break marked.",
    )

    def __init__(self, *args: Any, indicator: Indicator, quarter: Quarter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = max(quarter.back(BACK), indicator.first_quarter)
        offered = [*first.until(quarter.back(-AHEAD))]
        if indicator.last_quarter is not None and indicator.last_quarter not in offered:
            offered = [indicator.last_quarter, *offered]
        goes_on = [(GOES_ON, "None: it continues")] if indicator.last_quarter else []
        field_of(self, "last_quarter", forms.TypedChoiceField).choices = [
            ("", "Select a quarter"),
            *goes_on,
            *((each.key, str(each)) for each in offered),
        ]
        if indicator.last_quarter:
            self.fields["reason"].label = "Why?"
        others = Indicator.objects.exclude(pk=indicator.pk).order_by("reference")
        field_of(self, "successor", forms.ModelChoiceField).queryset = others

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        goes_on = "last_quarter" in given and given["last_quarter"] is None
        if goes_on and given.get("successor"):
            self.add_error(
                "successor", "An indicator that continues is not replaced: select “Nothing does”"
            )
        return given
