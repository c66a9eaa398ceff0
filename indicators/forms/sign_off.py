"""What a director ticks, and why an officer unlocks."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import QueryDict

from core.dates import in_full
from core.figures import number_sent
from core.forms import PrintedText, field_of
from core.quarters import Quarter
from core.working_days import working_day_after
from indicators.models.results import Result
from indicators.queries.sign_off import SignOffLine
from organisation.models.people import User

DAYS_OFFERED = (1, 2, 5, 9)
NO_LONGER_WAITING = "One of those you ticked is no longer there: tick again what you approve"


class SignOffForm(forms.Form):
    """A sheet of results: those ticked are approved, or one is returned with a comment."""

    approve = forms.ModelMultipleChoiceField(
        Result.objects.none(),
        label="Results to approve",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": NO_LONGER_WAITING, "invalid_pk_value": NO_LONGER_WAITING},
    )

    def __init__(
        self,
        *args: Any,
        lines: tuple[SignOffLine, ...],
        quarter: Quarter,
        returning: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines, self.returning = lines, returning
        # Not only those that wait: what the same person approved a moment ago is no mistake.
        approve = field_of(self, "approve", forms.ModelMultipleChoiceField)
        approve.queryset = Result.objects.filter(quarter=quarter)
        for line in lines:
            self.fields[self.comment_on(line)] = PrintedText(
                label="What needs to be corrected?",
                required=False,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @staticmethod
    def comment_on(line: SignOffLine) -> str:
        return f"comment_{line.result.pk}"

    @property
    def returned(self) -> SignOffLine | None:
        """The line to be returned, where a button to return one was pressed."""
        return next((each for each in self.lines if str(each.result.pk) == self.returning), None)

    @property
    def rows(self) -> list[tuple[SignOffLine, BoundField, bool]]:
        """Each line with its comment, and whether it is ticked."""
        return [(line, self[self.comment_on(line)], self._is_ticked(line)) for line in self.lines]

    def _is_ticked(self, line: SignOffLine) -> bool:
        if not self.is_bound:
            return line.is_ticked
        return str(line.result.pk) in cast(QueryDict, self.data).getlist("approve")

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        if self.returning:
            self._clean_return(fields)
        elif not self.errors and not fields["approve"]:
            self.add_error("approve", "Tick the results that you approve, or return some")
        return fields

    def _clean_return(self, fields: dict[str, Any]) -> None:
        line = self.returned
        if line is None:
            self.add_error("approve", "That result is no longer waiting for you")
        elif not fields.get(self.comment_on(line), "").strip():
            self.add_error(
                self.comment_on(line),
                f"Say what needs to be corrected in {line.indicator.title}",
            )

    @property
    def comment(self) -> str:
        """What is to be mended in the line to be returned."""
        line = self.returned
        return "" if line is None else self.cleaned_data[self.comment_on(line)]

    @property
    def revisions_seen(self) -> dict[int, int]:
        """Which revision of each ticked result was on the page: none where the page did not say."""
        return {
            each.pk: number_sent(self.data.get(f"seen_{each.pk}", ""))
            for each in self.cleaned_data["approve"]
        }


class UnlockForm(forms.Form):
    """Who may change an approved result, until when and why."""

    granted_to = forms.ModelChoiceField(
        User.objects.none(),
        label="Who may change it?",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Select who may change it"},
    )
    until = forms.TypedChoiceField(
        label="Until when?",
        coerce=int,
        widget=forms.RadioSelect,
        initial=DAYS_OFFERED[0],
        help_text="Until the end of that day. It locks again earlier if it is approved.",
        error_messages={"required": "Select until when"},
    )
    reason = PrintedText(
        label="Why is it unlocked?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Everybody who reads the indicator’s record can see this.",
        error_messages={"required": "Say why it is unlocked"},
    )

    def __init__(self, *args: Any, people: QuerySet[User], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "granted_to", forms.ModelChoiceField).queryset = people
        self.days = {days: working_day_after(today, days) for days in DAYS_OFFERED}
        until = field_of(self, "until", forms.TypedChoiceField)
        until.choices = [(days, in_full(day)) for days, day in self.days.items()]

    def clean_until(self) -> date:
        return self.days[self.cleaned_data["until"]]
