"""What is filled in about an edition on its way to the public, and back."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from core.clock import now
from core.dates import in_full
from core.forms import DayField, PrintedText, field_of
from core.quarters import Quarter
from reports.rules.projection import EMAIL

NINE = time(9)


class PublicWords(PrintedText):
    """Words of the council's that everyone will read: no address of a person stands in them."""

    def __init__(self, *, required_words: str, rows: int = 3, **options: Any) -> None:
        super().__init__(
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": rows}),
            error_messages={"required": required_words},
            **options,
        )

    def validate(self, value: str) -> None:
        super().validate(value)
        if EMAIL.search(value):
            raise forms.ValidationError("Take out the e-mail address: everyone may read this")


class CorrectionForm(forms.Form):
    """What the next edition corrects of the one that was published."""

    note = PublicWords(
        label="What does this edition correct?",
        help_text="Everyone reads this at the top of the report. For example: “The figure for potholes"
        " was 76.4 %, and is 81.2 %: one depot had been counted twice.”",
        required_words="Say what this edition corrects",
    )


class ApprovalForm(forms.Form):
    """When an approved edition is published."""

    when = forms.ChoiceField(
        label="When is it published?",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select when it is published",
            "invalid_choice": "Select one of the times in the list",
        },
    )
    day = DayField(label="At another time: the day", what="the day", required=False)
    hour = forms.TimeField(
        label="At another time: the hour",
        required=False,
        input_formats=["%H:%M", "%H.%M", "%H"],
        help_text="For example, 9:00 or 17:30. Leave it empty for nine in the morning.",
        error_messages={"invalid": "Enter the hour as 9:00 or 17:30"},
    )

    def __init__(self, *args: Any, quarter: Quarter, calendar_day: date | None, **kwargs: Any):
        self.calendar = _at_nine(calendar_day) if calendar_day else None
        offered = [("now", "As soon as it is approved"), ("at", "At another time")]
        if self.calendar is not None and self.calendar > now():
            day = in_full(self.calendar.date())
            offered.insert(0, ("calendar", f"On the calendar’s day: {day}, 9 am"))
        kwargs.setdefault("initial", {"when": offered[0][0] if len(offered) == 3 else None})
        super().__init__(*args, **kwargs)
        field_of(self, "when", forms.ChoiceField).choices = offered

    def clean(self) -> dict[str, Any] | None:
        given = super().clean()
        if given is not None and given.get("when") == "at" and not self.errors:
            if given.get("day") is None:
                self.add_error("day", "Enter the day on which it is published")
            elif self._moment(given) <= now():
                self.add_error("day", "Enter a later time: this one has passed")
        return given

    @property
    def publish_at(self) -> datetime:
        """The time that was chosen. Ask once it is valid."""
        when = self.cleaned_data["when"]
        if when == "calendar":
            assert self.calendar is not None  # or it was not offered
            return self.calendar
        return now() if when == "now" else self._moment(self.cleaned_data)

    def _moment(self, given: dict[str, Any]) -> datetime:
        return timezone.make_aware(datetime.combine(given["day"], given.get("hour") or NINE))


def _at_nine(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, NINE))


class SendBackForm(forms.Form):
    """Why an edition is not to be published as it is."""

    reason = forms.CharField(
        label="What is wrong with it?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For those who build reports. The public does not see this.",
        error_messages={"required": "Say what is wrong with it"},
    )


class WithdrawForm(forms.Form):
    """Why what was published is taken back."""

    reason = PublicWords(
        label="Why is it withdrawn?",
        help_text="Everyone reads this at the report’s address. Do not repeat what must not be read. For example: “It held a person’s details by mistake. A corrected edition follows.”",
        required_words="Say why it is withdrawn",
    )
