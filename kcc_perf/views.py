"""Pages that belong to no app: signing in, and what a machine asks of the service."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, register_converter
from django.urls.converters import StringConverter
from django.views.decorators.http import require_safe

from core.guards import public
from kcc_perf import accessibility, sign_ins, single_sign_on


class PersonKey(StringConverter):
    """A person as the address in a reset e-mail names them: figures and letters."""

    regex = "[0-9A-Za-z]+"


register_converter(PersonKey, "person")

account_patterns = [
    path("sign-in/", public(account.login), name="account_login"),
    path("sign-out/", public(account.logout), name="account_logout"),
    path("password/change/", public(account.password_change), name="account_change_password"),
    path("password/set/", public(account.password_set), name="account_set_password"),
    path("password/reset/", public(account.password_reset), name="account_reset_password"),
    path(
        "password/reset/sent/",
        public(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "password/reset/key/<person:uidb36>-<str:key>/",
        public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("inactive/", public(account.account_inactive), name="account_inactive"),
    path("confirm/", public(account.reauthenticate), name="account_reauthenticate"),
    # How one signs in, and where one is signed in.
    path("", public(sign_ins.account), name="mfa_index"),
    path("sign-ins/<int:pk>/end/", public(sign_ins.end_sign_in), name="end_sign_in"),
    path("code/", public(second_factor.authenticate), name="mfa_authenticate"),
    path("code/confirm/", public(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path("second-step/add/", public(totp.activate_totp), name="mfa_activate_totp"),
    path("second-step/remove/", public(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "recovery-codes/",
        public(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "recovery-codes/new/",
        public(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "recovery-codes/file/",
        public(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    # With the council's own account.
    path("council/", public(single_sign_on.login), name="openid_connect_login"),
    path("council/back/", public(single_sign_on.callback), name="openid_connect_callback"),
    path("council/stopped/", public(single_sign_on.stopped), name="socialaccount_login_cancelled"),
]


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers and is migrated, and the cache keeps what it is given."""
    wrong = [name for name, works in READINESS.items() if not works()]
    return JsonResponse({"ready": not wrong, "failing": wrong}, status=503 if wrong else 200)


def _database_answers() -> bool:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return False
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _cache_keeps() -> bool:
    try:
        cache.set("readyz", "kept", 10)
        return cache.get("readyz") == "kept"
    except Exception:
        return False


READINESS = {"database": _database_answers, "cache": _cache_keeps}


@public
@require_safe
def accessibility_statement(request: HttpRequest) -> HttpResponse:
    return render(request, "accessibility_statement.html", accessibility.facts())
