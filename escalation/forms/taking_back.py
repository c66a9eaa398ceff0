"""Why a close is taken back."""

from __future__ import annotations

from django import forms


class TakeBackForm(forms.Form):
    """The reason, which stays on record with what the close had done."""

    reason = forms.CharField(
        label="Why is it taken back?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It stays on record, with what the close did.",
        error_messages={"required": "Say why it is taken back"},
    )
