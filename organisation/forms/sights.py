"""From which stage of sign-off on the Members of each office see results."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from organisation.rules import ELECTED, PostKind, Sight


class SightsForm(forms.Form):
    """One row an office, one column a stage."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for office in ELECTED:
            self.fields[office.value] = forms.ChoiceField(
                label=office.label,
                choices=Sight.choices,
                widget=forms.RadioSelect,
                error_messages={
                    "required": f"Choose what {office.label} sees",
                    "invalid_choice": f"Choose one of the stages for {office.label}",
                },
            )

    @property
    def rows(self) -> list[BoundField]:
        """The offices, in order."""
        return [self[office.value] for office in ELECTED]

    @property
    def sights(self) -> dict[PostKind, Sight]:
        """What was chosen."""
        return {office: Sight(self.cleaned_data[office.value]) for office in ELECTED}
