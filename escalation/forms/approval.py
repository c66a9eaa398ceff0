"""What is filled in to approve a version of the SORP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from core.forms import DayField, PrintedText
from core.quarters import Quarter
from escalation.queries.dropped import AffectedItem
from sorp.forms.consultation import FromQuarter


class ApprovalForm(forms.Form):
    """From which quarter a version is in force, and when it was approved."""

    approved_on = DayField(label="When was it approved?", what="the day it was approved")
    note = PrintedText(
        label="Where was it approved?",
        help_text="For example, Corporate Management Team, 20 October 2011.",
        max_length=300,
        required=False,
    )

    def __init__(
        self, *args: Any, earliest: Quarter, dropped: Iterable[AffectedItem] = (), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["from_quarter"] = FromQuarter(earliest=earliest)
        self.order_fields(["from_quarter", "approved_on", "note"])
        self.dropped = tuple(dropped)
        for each in self.dropped:
            self.fields[each.field] = forms.ChoiceField(
                label=each.description,
                choices=each.answers,
                widget=forms.RadioSelect,
                error_messages={"required": f"Say what happens to this: {each.description}"},
            )

    @property
    def answers(self) -> dict[str, str]:
        """What becomes of each thing that stands by what the version drops."""
        return {each.field: self.cleaned_data[each.field] for each in self.dropped}

    @property
    def approval(self) -> dict[str, Any]:
        """The rest of what was filled in."""
        return {name: self.cleaned_data[name] for name in ("from_quarter", "approved_on", "note")}
