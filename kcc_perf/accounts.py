"""How django-allauth is held to our terms: nobody signs up, and its forms ask as ours do."""

from typing import Any, cast

from allauth.account import forms as allauth
from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.http import HttpRequest
from django.urls import reverse

from core.models.quarters import ReportingQuarter
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.rights import allowed


class Adapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail address or the password is not right.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Home; or where the framework is set up, for whoever does that, until a quarter has begun."""
        person = cast(User, request.user)
        if allowed(person, Permission.MANAGE_FRAMEWORK) and not ReportingQuarter.objects.exists():
            return reverse("set_up")
        return str(super().get_login_redirect_url(request))


class LoginForm(allauth.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask(self, "login", "E-mail address", "Enter your e-mail address")
        _ask(self, "password", "Password", "Enter your password")


class ChangePasswordForm(allauth.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask(self, "oldpassword", "Password you use now", "Enter the password you use now")
        _ask_twice(self)


class SetPasswordForm(allauth.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_twice(self)


class ResetPasswordForm(allauth.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask(self, "email", "E-mail address", "Enter your e-mail address")


class ResetPasswordKeyForm(allauth.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_twice(self)


class ReauthenticateForm(allauth.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask(self, "password", "Password", "Enter your password")


def _ask(form: forms.Form, name: str, label: str, if_empty: str) -> None:
    """Word one field. The page has its own link for a forgotten password, so no hint repeats it."""
    field = form.fields[name]
    field.label, field.help_text = label, ""
    field.error_messages = {**field.error_messages, "required": if_empty}


def _ask_twice(form: forms.Form) -> None:
    rules = form.fields["password1"].help_text
    _ask(form, "password1", "New password", "Enter a new password")
    form.fields["password1"].help_text = rules
    _ask(form, "password2", "New password again", "Enter the new password again")
