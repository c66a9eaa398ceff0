"""Why a quarter is closed before its time, and what another person says to it."""

from __future__ import annotations

from django import forms


class EarlyCloseForm(forms.Form):
    """The reason that another person reads before they agree."""

    reason = forms.CharField(
        label="Why do you want to close it now?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Another person reads this before they decide.",
        error_messages={"required": "Say why you want to close it now"},
    )


class NotAgreedForm(forms.Form):
    """Why it stays open."""

    answer = forms.CharField(
        label="Why should it stay open?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why it should stay open"},
    )
