"""What narrows a register, and what is filled in where several apps have a part."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.forms import DayField, PrintedText, field_of
from core.quarters import Quarter
from organisation.models.people import User
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


class LeaveForm(forms.Form):
    """Somebody's last day, who takes over what they answered for, and why."""

    ends_on = DayField(what="the last day", label="Last day")
    heir = forms.ModelChoiceField(
        User.objects.none(),
        label="Who takes over?",
        empty_label="Nobody: there is nothing to take over",
        required=False,
        help_text="Those who hold an accountable manager’s post today.",
    )
    reason = PrintedText(
        label="Why do they leave?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Such as “Moves to Housing”. It is put on record.",
        error_messages={"required": "Say why they leave"},
    )

    def __init__(self, *args: Any, heirs: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "heir", forms.ModelChoiceField).queryset = heirs
