"""Signing in with the council's own accounts (OpenID Connect), checked more strictly than the library does.

The token that says who somebody is must be signed with a key that the issuer publishes, name our
issuer and our client, be in time, and carry what only the sign-in that was begun here can know.
Nothing else is asked of the issuer, and an e-mail address proves nothing.
"""

from __future__ import annotations

import hashlib
import logging
from functools import cached_property
from typing import Any

import jwt
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from requests import RequestException

from organisation.services.accounts import note_council_account

logger = logging.getLogger(__name__)
PROVIDER = "council"  # in the addresses; whose account it is hangs on issuer and subject
# Signed by the issuer's own key, of which the public half is published: never by a shared secret, never not at all.
ALGORITHMS = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
]
CLOCKS_DIFFER_BY = 60  # seconds, between the issuer's and ours
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


def nonce_of(code_verifier: str) -> str:
    """What a token must carry to belong to one sign-in: made of a secret that stays in the session."""
    return hashlib.sha256(f"nonce:{code_verifier}".encode()).hexdigest()


class CouncilProvider(OpenIDConnectProvider):
    """The council's sign-in service. Nothing in the address of the page adds to what is asked of it."""

    def get_pkce_params(self) -> dict[str, str]:
        challenge = generate_code_challenge()
        return {**challenge, "nonce": nonce_of(challenge["code_verifier"])}

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        asked: dict[str, Any] = {"process": AuthProcess.LOGIN}
        if next_url := get_next_redirect_url(request):
            asked["next_url"] = next_url
        return asked

    def get_login_url(self, request: HttpRequest, **about: Any) -> str:
        return reverse("openid_connect_login")

    def get_callback_url(self) -> str:
        return reverse("openid_connect_callback")

    def get_oauth2_adapter(self, request: HttpRequest) -> CouncilSignIn:
        return CouncilSignIn(request, PROVIDER)


class CouncilSignIn(OpenIDConnectOAuth2Adapter):
    """One sign-in with the council's account, from the way there to the token that comes back."""

    code_verifier: str | None = None

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        try:
            told = super().openid_config
        except (RequestException, ValueError) as reason:
            raise OAuth2Error("The sign-in service does not answer") from reason
        if told.get("issuer") != settings.OIDC_ISSUER:
            raise OAuth2Error(f"The sign-in service calls itself {told.get('issuer')!r}")
        missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - told.keys()
        if missing:
            raise OAuth2Error(f"The sign-in service does not say its {', '.join(sorted(missing))}")
        return told

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return settings.SERVICE_ADDRESS + reverse("openid_connect_callback")

    def get_access_token_data(
        self,
        request: HttpRequest,
        app: SocialApp,
        client: Any,
        pkce_code_verifier: str | None = None,
    ) -> dict[str, Any]:
        self.code_verifier = pkce_code_verifier
        return super().get_access_token_data(request, app, client, pkce_code_verifier)

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        claims = self.checked(kwargs["response"].get("id_token"), app)
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def checked(self, token: object, app: SocialApp) -> dict[str, Any]:
        """What the token says, once it is sure that the issuer says it, to us, now, of this sign-in.

        Raises OAuth2Error otherwise.
        """
        if not isinstance(token, str) or not self.code_verifier:
            raise OAuth2Error("No token came back")
        try:
            _, key = jwtkit.fetch_key(token, self.openid_config["jwks_uri"], jwtkit.lookup_kid_jwk)
            claims = jwt.decode(
                token,
                key=key,
                algorithms=ALGORITHMS,
                issuer=settings.OIDC_ISSUER,
                audience=app.client_id,
                leeway=CLOCKS_DIFFER_BY,
                options={"require": REQUIRED},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as reason:
            raise OAuth2Error(f"The token is refused: {reason}") from reason
        if claims["nonce"] != nonce_of(self.code_verifier):
            raise OAuth2Error("The token belongs to another sign-in")
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The token was made for another service")
        if not isinstance(claims["sub"], str) or not claims["sub"].strip():
            raise OAuth2Error("The token names nobody")
        jwtkit.verify_jti(claims)
        return claims


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Whose an account is, is said by the performance team, and by no address it carries."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        claims = sociallogin.account.extra_data["id_token"]
        account = note_council_account(
            issuer=claims["iss"],
            subject=claims["sub"],
            name=str(claims.get("name") or ""),
            email=str(claims.get("email") or claims.get("preferred_username") or ""),
        )
        if account.person is None:
            waiting = render(
                request, "socialaccount/waiting.html", {"account": account}, status=403
            )
            raise ImmediateHttpResponse(waiting)
        sociallogin.user = account.person

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        logger.warning("A sign-in with a council account was refused: %s", exception or error)


@require_safe
def login(request: HttpRequest) -> HttpResponseBase:
    """The way to the council's sign-in service."""
    return _through(OAuth2LoginView, request)


@require_safe
def callback(request: HttpRequest) -> HttpResponseBase:
    """The way back from it, with a token or with a refusal."""
    return _through(OAuth2CallbackView, request)


@require_safe
def stopped(request: HttpRequest) -> HttpResponse:
    """Whoever went there came back without signing in."""
    return render(request, "socialaccount/login_cancelled.html")


def _through(view: Any, request: HttpRequest) -> HttpResponseBase:
    if not settings.OIDC_ISSUER:
        raise Http404
    sign_in = CouncilSignIn(request, PROVIDER)
    try:
        return view.adapter_view(sign_in)(request)
    except OAuth2Error as reason:
        refused: HttpResponse = render_authentication_error(
            request, get_social_adapter().get_provider(request, PROVIDER), exception=reason
        )
        return refused
