"""Whose a council account is, and what is done when a phone is lost."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.guards import require
from core.refusals import Refused
from organisation.forms.accounts import JoinForm
from organisation.models.accounts import CouncilAccount
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.services.accounts import (
    forget_second_factor,
    join_council_account,
    part_council_account,
)

A_PAGE = 50


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def accounts(request: SignedInRequest) -> HttpResponse:
    """Which accounts wait for a person, which are joined, and who has a second step."""
    joined = CouncilAccount.objects.joined().select_related("person").order_by("person__name", "pk")
    guarded = User.objects.filter(
        pk__in=Authenticator.objects.filter(type=Authenticator.Type.TOTP).values("user")
    )
    return render(
        request,
        "organisation/accounts.html",
        {
            "waiting": CouncilAccount.objects.waiting(),
            "joined": Paginator(joined, A_PAGE).get_page(request.GET.get("joined")),
            "guarded": Paginator(guarded, A_PAGE).get_page(request.GET.get("guarded")),
            "has_council_sign_in": bool(settings.OIDC_ISSUER),
            "second_factor_required": settings.SECOND_FACTOR_REQUIRED,
        },
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def join(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say whose a waiting account is. Somebody of the same address is offered, and nothing more."""
    account = get_object_or_404(CouncilAccount, pk=pk)
    alike = User.objects.filter(email__iexact=account.email, is_active=True).first()
    form = JoinForm(request.POST or None, initial={"person": alike})
    if request.method == "POST" and form.is_valid():
        try:
            join_council_account(
                account=account, person=form.cleaned_data["person"], by=request.user
            )
        except Refused as refused:
            form.add_error("person", str(refused))
        else:
            messages.success(
                request, f"{account} now signs in as {form.cleaned_data['person'].name}"
            )
            return redirect("set_up_accounts")
    return render(
        request,
        "organisation/join_account.html",
        {"form": form, "account": account, "alike": alike},
    )


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def part(request: SignedInRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(CouncilAccount.objects.select_related("person"), pk=pk)
    if account.person is None:
        messages.info(request, f"{account} is not linked to anybody")
    else:
        part_council_account(account=account, by=request.user)
        messages.success(request, f"{account} no longer signs in as {account.person.name}")
    return redirect("set_up_accounts")


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def forget(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody's phone is lost: the next sign-in asks for the password alone."""
    person = get_object_or_404(User, pk=pk)
    if forget_second_factor(person=person, by=request.user):
        messages.success(request, f"{person.name} now signs in without a second step")
    else:
        messages.info(request, f"{person.name} has no second step")
    return redirect("set_up_accounts")
