"""How far a council's history is to be closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from core.quarters import Quarter


class HistoryForm(forms.Form):
    """The last quarter to be closed with those before it."""

    until = forms.ChoiceField(
        label="Up to which quarter?",
        help_text="Earlier quarters are closed too, earliest first.",
        error_messages={
            "required": "Choose a quarter",
            "invalid_choice": "Choose one of the quarters listed",
        },
    )

    def __init__(self, *args: Any, quarters: Sequence[Quarter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["until"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.key, str(each)) for each in reversed(quarters)]
        field.one_of_several = True  # type: ignore[attr-defined]

    def clean_until(self) -> Quarter:
        return Quarter.parse(self.cleaned_data["until"])
