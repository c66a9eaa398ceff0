"""The answer to a question about a figure: a tick, a short text, or both."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import PrintedText
from indicators.rules.questions import IT_IS_RIGHT, LONGEST_ANSWER


class AnswerForm(forms.Form):
    """What was asked is right, and why. One of the two is wanted."""

    right = forms.BooleanField(label=IT_IS_RIGHT, required=False)
    answer = PrintedText(
        label="It is right because (optional)",
        required=False,
        max_length=LONGEST_ANSWER,
        error_messages={"max_length": f"Answer in {LONGEST_ANSWER} characters or fewer"},
    )

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        if "answer" in fields and not (fields["answer"].strip() or fields.get("right")):
            self.add_error("answer", "Say why it is right, or tick that it is")
        return fields

    @property
    def text(self) -> str:
        """The answer as it is kept."""
        return self.cleaned_data["answer"].strip() or IT_IS_RIGHT
