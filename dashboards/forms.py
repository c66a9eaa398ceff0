"""What narrows a register, kept in the address so that what is seen can be sent to somebody."""

from collections.abc import Iterable
from typing import Any

from django import forms

from core.forms import field_of
from core.quarters import Quarter
from organisation.rules import Branch, Tree, UnitTier


class RevisionsForm(forms.Form):
    """The restatement register of one quarter, or of one directorate."""

    quarter = forms.ChoiceField(label="Quarter revised", required=False)
    directorate = forms.ChoiceField(label="Directorate", required=False)

    def __init__(self, *args: Any, quarters: Iterable[Quarter], tree: Tree, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "quarter", forms.ChoiceField).choices = [
            ("", "Every quarter"),
            *((quarter.key, str(quarter)) for quarter in quarters),
        ]
        directorates = sorted(
            (branch.name, branch.code)
            for branch in tree.branches.values()
            if branch.tier is UnitTier.DIRECTORATE
        )
        field_of(self, "directorate", forms.ChoiceField).choices = [
            ("", "Every directorate"),
            *((code, name) for name, code in directorates),
        ]


class ComplianceForm(forms.Form):
    """How far the SORP was kept in one unit and below it."""

    unit = forms.ChoiceField(label="Directorate, division or team", required=False)

    def __init__(self, *args: Any, units: Iterable[tuple[Branch, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "unit", forms.ChoiceField).choices = [
            ("", "The whole council"),
            *((branch.code, f"{'– ' * depth}{branch.name}") for branch, depth in units),
        ]
