"""Why a quarter is closed before its time, and what another person says to it."""

from __future__ import annotations

from django import forms


class EarlyCloseForm(forms.Form):
    """The reason that another person reads before they agree."""

    reason = forms.CharField(
        label="Why is it closed now?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Another person reads it before they agree.",
        error_messages={"required": "Say why it is closed now"},
    )


class NotAgreedForm(forms.Form):
    """Why it stays open."""

    answer = forms.CharField(
        label="Why is it not closed now?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why it is not closed now"},
    )
