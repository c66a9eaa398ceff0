"""What is decided on several things that wait, at once: which, the verdict, and the minute of a body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField

from core.forms import DayField, PrintedText, field_of

MINUTE = ("body", "met_on", "minute")


class BatchDecisionForm(forms.Form):
    """Which of them, and what is decided. A form of its own says what they are, and which body may agree."""

    RECORD: ClassVar[str] = "record"  # the verdict that is a body's, by its minute
    VERDICTS: ClassVar[Mapping[str, str]] = {}
    chosen: ClassVar[str] = ""  # the field of those decided on
    one: ClassVar[str] = ""  # what one of them is called
    no_body: ClassVar[str] = ""  # what is said where no body is named

    everything = forms.BooleanField(label="All those shown that I may decide on", required=False)
    verdict = forms.ChoiceField(
        label="What is decided?",
        widget=forms.RadioSelect,
        error_messages={"required": "Select what is decided"},
    )
    met_on = DayField(
        label="On which day did it meet?", what="the day on which it met", required=False
    )
    minute = PrintedText(
        label="Number of the minute",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )

    def offer(self, waiting: QuerySet, verdicts: Iterable[str]) -> set[str]:
        """These may be decided on, in these ways. No minute is asked for where none may be recorded."""
        field_of(self, self.chosen, forms.ModelMultipleChoiceField).queryset = waiting
        offered = {each: self.VERDICTS[each] for each in verdicts}
        field_of(self, "verdict", forms.ChoiceField).choices = list(offered.items())
        if self.RECORD not in offered:
            for name in MINUTE:
                del self.fields[name]
        return set(offered)

    @property
    def below(self) -> list[BoundField]:
        """The fields under the table of what waits, for the page."""
        return [self[name] for name in self.fields if name != self.chosen]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        has_chosen = given.get("everything") or given.get(self.chosen)
        if not has_chosen and self.chosen not in self.errors:
            self.add_error(self.chosen, f"Select at least one {self.one}")
        if given.get("verdict") == self.RECORD:
            for name, told in {
                "body": self.no_body,
                "met_on": "Enter the day on which it met",
                "minute": "Enter the number of the minute",
            }.items():
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, told)
        return given


def those_that_wait(rows: QuerySet, label: str) -> forms.ModelMultipleChoiceField:
    """The field of those decided on; what somebody else decided on meanwhile is said."""
    return forms.ModelMultipleChoiceField(
        rows,
        label=label,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={
            "invalid_choice": "Somebody has decided on one of these since: check what is still waiting",
        },
    )
