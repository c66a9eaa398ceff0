"""What a director ticks, and why an officer unlocks."""

from __future__ import annotations

from dataclasses import dataclass
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
from indicators.rules.sign_off import Attention
from organisation.models.people import User

DAYS_OFFERED = (1, 2, 5, 9)
NO_LONGER_WAITING = "One of those you ticked is no longer there: tick again what you approve"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of a sign-off sheet as it is shown: with its reason to go back, and what is ticked."""

    line: SignOffLine
    comment: BoundField
    is_approved: bool
    is_returned: bool
    is_changed: bool  # since the page was opened from which this one was sent


class SignOffForm(forms.Form):
    """A sheet of results: those ticked are approved, those to go back are returned with a reason.

    Nothing is ticked beforehand. What moved as it usually does may be approved together.
    """

    approve = forms.ModelMultipleChoiceField(
        Result.objects.none(),
        label="Results to approve",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": NO_LONGER_WAITING, "invalid_pk_value": NO_LONGER_WAITING},
    )

    def __init__(
        self, *args: Any, lines: tuple[SignOffLine, ...], quarter: Quarter, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        # Not only those that wait: what the same person approved a moment ago is no mistake.
        approve = field_of(self, "approve", forms.ModelMultipleChoiceField)
        approve.queryset = Result.objects.filter(quarter=quarter)
        for line in lines:
            manager = line.indicator.accountable_manager
            self.fields[self.comment_on(line)] = PrintedText(
                label="What needs to be corrected, and why?",
                help_text=f"{manager} gets this by e-mail, and sees it in the return.",
                required=False,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    @staticmethod
    def comment_on(line: SignOffLine) -> str:
        return f"comment_{line.result.pk}"

    @property
    def rows(self) -> list[SheetRow]:
        """Each line as it is shown. What changed meanwhile is not ticked any more."""
        return [
            SheetRow(
                line,
                self[self.comment_on(line)],
                is_approved=self._is_sent("approve", line) and not self._is_changed(line),
                is_returned=self._is_sent("return", line),
                is_changed=self._is_changed(line),
            )
            for line in self.lines
        ]

    @property
    def groups(self) -> list[tuple[Attention, list[SheetRow]]]:
        """The rows by how they are looked at, worst first."""
        rows = self.rows
        return [
            (attention, [each for each in rows if each.line.attention is attention])
            for attention in Attention
            if any(each.line.attention is attention for each in rows)
        ]

    @property
    def together(self) -> bool:
        """Whether what moved as it usually does is approved in one tick."""
        return self.is_bound and bool(self.data.get("together"))

    @property
    def returned(self) -> dict[Result, str]:
        """What goes back, each with what has to be corrected. Asked once the form is valid."""
        return {
            line.result: self.cleaned_data[self.comment_on(line)]
            for line in self.lines
            if self._is_sent("return", line)
        }

    @property
    def approved(self) -> list[Result]:
        """What is approved: what was ticked, and where they go together, each that was on the page.

        Asked once `approve` was read.
        """
        ticked = list(self.cleaned_data["approve"])
        if self.together:
            ticked += [
                line.result
                for line in self.lines
                if line.may_go_together
                and f"seen_{line.result.pk}" in self.data
                and line.result not in ticked
                and not self._is_sent("return", line)
            ]
        return ticked

    @property
    def revisions_seen(self) -> dict[int, int]:
        """Which revision of each result was on the page: none where the page did not say."""
        return {
            each.pk: number_sent(self.data.get(f"seen_{each.pk}", ""))
            for each in (*self.approved, *self.returned)
        }

    def _is_sent(self, name: str, line: SignOffLine) -> bool:
        return self.is_bound and str(line.result.pk) in cast(QueryDict, self.data).getlist(name)

    def _is_changed(self, line: SignOffLine) -> bool:
        """Whether the page showed another figure, or another rating of it, than stands now."""
        if not self.is_bound:
            return False
        pk = line.result.pk
        seen = self.data.get(f"seen_{pk}", str(line.revision.number))
        rated = self.data.get(f"rated_{pk}", line.rating_key)
        return seen != str(line.revision.number) or rated != line.rating_key

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        approved = self.approved if "approve" in fields else []
        for line in self.lines:
            self._clean_line(line, fields, is_approved=line.result in approved)
        if not self.errors and not approved and not self.returned:
            self.add_error("approve", "Tick the results that you approve, or return some")
        return fields

    def _clean_line(self, line: SignOffLine, fields: dict[str, Any], *, is_approved: bool) -> None:
        title, comment = line.indicator.title, self.comment_on(line)
        reason = fields.get(comment, "").strip()
        if self._is_sent("return", line):
            if is_approved:
                self.add_error("approve", f"{title}: approve it or return it, not both")
            elif not reason and comment not in self.errors:
                self.add_error(comment, f"Say what needs to be corrected in {title}")
        elif reason and not is_approved:
            self.add_error(
                comment,
                f"You wrote why {title} goes back: tick Return as well, or clear the reason",
            )
        if is_approved and self._is_rated_anew(line):
            self.add_error(
                "approve",
                f"{title} was rated again since you opened this page, by another target or rule."
                " Look again, then decide",
            )

    def _is_rated_anew(self, line: SignOffLine) -> bool:
        """The same figure, by another target or rule. A figure that was corrected is told by the service."""
        sent = self.data.get(f"seen_{line.result.pk}") == str(line.revision.number)
        return sent and self._is_changed(line)


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
