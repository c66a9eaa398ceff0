"""What people fill in while a version of the SORP is talked over and approved."""

from typing import Any

from django import forms
from django.http import QueryDict

from core.forms import DayField, LongText, PrintedText
from core.quarters import Quarter
from sorp.services.consultation import LONGEST

QUARTERS_AHEAD = 8
LONG: LongText = {"widget": forms.Textarea(attrs={"rows": 5}), "max_length": LONGEST}


class FromQuarter(forms.TypedChoiceField):
    """The quarter from which a version is in force: one that is still to be reported."""

    def __init__(self, *, earliest: Quarter, **options: Any) -> None:
        ahead = earliest.until(Quarter.from_ordinal(earliest.ordinal + QUARTERS_AHEAD - 1))
        super().__init__(
            label="From which quarter is it in force?",
            help_text="Earlier quarters stay judged by the version in force for them.",
            coerce=Quarter.parse,
            empty_value=None,
            choices=[("", "Choose a quarter"), *((each.key, str(each)) for each in ahead)],
            error_messages={
                "required": "Choose the quarter from which it is in force",
                "invalid_choice": "Choose a quarter that has not been reported yet",
            },
            **options,
        )


class OpenForm(forms.Form):
    """Until when people are consulted, and from when the version is meant to rule."""

    until = DayField(label="Until when may people comment?", what="the last day for comments")

    def __init__(
        self, typed: QueryDict | None = None, *, earliest: Quarter, **options: Any
    ) -> None:
        super().__init__(typed, auto_id="open-%s", **options)
        self.fields["from_quarter"] = FromQuarter(earliest=earliest)


class CommentForm(forms.Form):
    """What somebody would say of a clause, or of the whole where none is named."""

    clause = PrintedText(required=False, widget=forms.HiddenInput, max_length=20)
    words = PrintedText(
        label="Your comment",
        help_text="It is shown with your name.",
        error_messages={"required": "Enter your comment"},
        **LONG,
    )

    def __init__(self, typed: QueryDict | None = None, **options: Any) -> None:
        super().__init__(typed, auto_id="comment-%s", **options)


class AnswerForm(forms.Form):
    """What the performance team answers, and whether it changed anything."""

    words = PrintedText(
        label="Your answer", error_messages={"required": "Enter your answer"}, **LONG
    )
    led_to_change = forms.TypedChoiceField(
        label="Did it lead to a change?",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda typed: typed == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it led to a change"},
    )

    def __init__(self, typed: QueryDict | None = None, **options: Any) -> None:
        super().__init__(typed, auto_id="answer-%s", **options)


class ReasonForm(forms.Form):
    """Why a version goes back to draft, or why an approval is withdrawn."""

    reason = PrintedText(label="Why?", **LONG)

    def __init__(self, typed: QueryDict | None = None, *, missing: str, **options: Any) -> None:
        super().__init__(typed, auto_id="reason-%s", **options)
        self.fields["reason"].error_messages["required"] = missing
