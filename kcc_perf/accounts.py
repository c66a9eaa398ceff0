"""How django-allauth is held to our terms: people are appointed here, they do not sign up."""

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from organisation.models.people import User


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False


def password_link(person: User) -> str:
    """The address at which a person chooses a password, as the e-mail that resets one gives it.

    It serves once, for three days (PASSWORD_RESET_TIMEOUT).
    """
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    named = [user_pk_to_url_str(person), key]
    return settings.SERVICE_ADDRESS + reverse("account_reset_password_from_key", args=named)
