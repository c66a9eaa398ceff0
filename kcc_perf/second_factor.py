"""A second factor at sign-in: codes from an app on a phone, and recovery codes for when it is lost."""

from __future__ import annotations

import base64
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as allauth
from allauth.mfa.totp import forms as totp
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from assurance.models.teams import Seat
from core.clock import localdate
from organisation.permissions import Permission
from organisation.rights import Visitor, allowed

WRONG_CODE = "That code is not right. Codes change every 30 seconds: enter the one that shows now"
CODE = "Code from your authenticator app, or a recovery code"


class SecondFactorAdapter(DefaultMFAAdapter):
    """The secret behind the codes is kept encrypted with the service's key, so a copy of the database opens nothing."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "rate_limited": "Too many wrong codes. Wait five minutes, then try again",
    }

    def get_totp_issuer(self) -> str:
        return settings.COUNCIL_NAME

    def encrypt(self, text: str) -> str:
        return self._locks().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ValueError where neither this SECRET_KEY nor an earlier one locked it."""
        try:
            return self._locks().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as reason:
            raise ValueError(
                "SECRET_KEY was changed: put the earlier one into SECRET_KEY_FALLBACKS, or let "
                "people add their phones again (manage.py forget_second_factor EMAIL)"
            ) from reason

    def _locks(self) -> MultiFernet:
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return MultiFernet(
            Fernet(base64.urlsafe_b64encode(sha256(f"second factor:{key}".encode()).digest()))
            for key in keys
        )


class CodeForm(forms.Form):
    """How a code is asked for, wherever it is."""

    asked = CODE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label, field.help_text = self.asked, ""
        field.error_messages = {**field.error_messages, "required": "Enter a code"}
        field.widget = forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        )


class AuthenticateForm(CodeForm, allauth.AuthenticateForm):
    pass


class ConfirmCodeForm(CodeForm, allauth.ReauthenticateForm):
    pass


class ActivateForm(CodeForm, totp.ActivateTOTPForm):
    asked = "Code that the app shows now"


class SecondFactor:
    """Where SECOND_FACTOR_REQUIRED is set, whoever reads exempt papers or manages the framework adds one first.

    Whoever came by an account of the council's own has proved themselves by that service's rules.
    """

    FREE = ("/accounts/", "/static/", "/healthz", "/readyz")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if (
            settings.SECOND_FACTOR_REQUIRED
            and not request.path.startswith(self.FREE)
            and is_asked_of(request.user)
            and not self._is_proved(request)
        ):
            messages.warning(
                request,
                "You can read papers that are not public, or change the framework. Add a second "
                "step to your sign-in before you continue.",
            )
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _is_proved(self, request: HttpRequest) -> bool:
        methods = {each["method"] for each in get_authentication_records(request)}
        # Added during this very sign-in: not recorded, so the database is asked.
        return bool(methods & {"mfa", "socialaccount"}) or is_mfa_enabled(request.user)


def is_asked_of(person: Visitor) -> bool:
    """Whether a person's office or seat opens exempt papers, or the framework itself."""
    if not person.is_authenticated:
        return False
    return (
        allowed(person, Permission.MANAGE_FRAMEWORK)
        or allowed(person, Permission.VIEW_PACKS)
        or Seat.objects.held_on(localdate()).filter(user=person).exists()
    )
