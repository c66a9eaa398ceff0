"""Back-tests of the SORP's rules: asked for, followed, read, and kept as evidence."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.guards import require
from core.refusals import Refused
from core.tables.writing import written
from escalation.backtest_page import COLUMNS, BacktestReading
from escalation.forms.backtests import BacktestForm
from escalation.models.backtests import Backtest
from escalation.queries.backtests import (
    differs_from,
    jobs_of,
    rules_now,
    rules_of,
    rules_tried,
    unfinished_versions,
    visible_backtests,
)
from escalation.rules.backtests import in_sentences
from escalation.rules.triggers import Rules
from escalation.services.backtests import keep_as_evidence, request_backtest
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from sorp.models.statement import Version


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def backtests(request: SignedInRequest) -> HttpResponse:
    """Those there are; for the performance team also the rules of a version, to be tried changed."""
    may_ask = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    if request.method == "POST" and not may_ask:
        raise PermissionDenied
    page: dict[str, Any] = {"may_ask": may_ask}
    if may_ask:
        version, in_force, rules = _starting_from(request)
        form = None
        if rules is not None:
            form = _form(request, rules, version)
        if form is not None and form.is_valid() and (row := _requested(request, form, version)):
            return redirect("backtest", row.pk)
        page |= {
            "form": form,
            "version": version,
            "in_force": in_force,
            "versions": unfinished_versions(),
        }
    return render(
        request,
        "escalation/backtests.html",
        page | {"found": visible_backtests(reader=request.user)},
    )


def _form(request: SignedInRequest, rules: Rules, version: Version | None) -> BacktestForm:
    if request.method == "POST":
        return BacktestForm(request.POST, request.FILES, rules=rules)
    named = {"name": f"Version {version.number}"} if version else {}
    return BacktestForm(rules=rules, initial=named)


def _starting_from(request: SignedInRequest) -> tuple[Version | None, Version | None, Rules | None]:
    """The version asked for, if one was; the one in force; the rules that the form opens with."""
    in_force, rules = rules_now()
    number = request.POST.get("version", request.GET.get("version", ""))
    if not number or rules is None:
        return None, in_force, rules
    version = get_object_or_404(Version.objects.select_related("statement"), number=number)
    try:
        return version, in_force, rules_of(version)
    except ValueError as refusal:  # a draft under way may hold what cannot be tried yet
        messages.info(request, f"These are the rules in force: those of {version} say {refusal}")
        return None, in_force, rules


def _requested(
    request: SignedInRequest, form: BacktestForm, version: Version | None
) -> Backtest | None:
    """The back-test that is now owed; None where asking was refused, which the form then says."""
    given = form.cleaned_data
    try:
        row = request_backtest(
            name=given["name"], rules=given["rules"], version=version, by=request.user
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None
    messages.success(request, "The back-test has begun. You can leave this page.")
    return row


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def backtest(request: SignedInRequest, pk: int) -> HttpResponse:
    """What one found; until it is finished, how far it has come. Posting asks for it again."""
    row = _visible(request, pk)
    may_manage = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    if request.method == "POST":
        return _again(request, row, may_manage)
    page = {"backtest": row, "may_manage": may_manage}
    if row.finished_at is None:
        return render(
            request,
            "escalation/backtest_running.html",
            page | {"job": jobs_of([row]).get(row.pk)},
        )
    version = row.version
    page |= {
        "reading": BacktestReading(row.finding),
        "found": row.found,
        "rules": in_sentences(rules_tried(row)),
        "differs": differs_from(version, row) if version else [],
        "versions": unfinished_versions() if may_manage and not row.is_evidence else [],
    }
    return render(request, "escalation/backtest.html", page)


def _visible(request: SignedInRequest, pk: int) -> Backtest:
    found = Backtest.objects.visible_to(request.user)
    return get_object_or_404(found.select_related("asked_by", "version__statement"), pk=pk)


def _again(request: SignedInRequest, row: Backtest, may_manage: bool) -> HttpResponse:
    if not may_manage:
        raise PermissionDenied
    if row.finished_at is None:
        request_backtest(
            name=row.name, rules=rules_tried(row), version=row.version, by=request.user
        )
        messages.success(request, "The back-test has begun again. You can leave this page.")
    return redirect("backtest", row.pk)


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def keep_backtest(request: SignedInRequest, pk: int) -> HttpResponse:
    """It stands as evidence with the draft that is named."""
    row = _visible(request, pk)
    version = get_object_or_404(Version, number=request.POST.get("version", ""))
    try:
        keep_as_evidence(backtest=row, version=version, by=request.user)
    except Refused as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(request, f"This back-test is kept as evidence on {version}")
    return redirect("backtest", row.pk)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def backtest_json(request: SignedInRequest, pk: int) -> HttpResponse:
    """All that was found, with the rules that were tried."""
    row = _finished(request, pk)
    response = JsonResponse(
        {"name": row.name, "rules": row.rules, "found": row.found},
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    response["Content-Disposition"] = f'attachment; filename="backtest-{row.pk}.json"'
    return response


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def backtest_csv(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything gained, lost and moved, a row each."""
    row = _finished(request, pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="backtest-{row.pk}.csv"'
    response.write(written(COLUMNS, BacktestReading(row.finding).csv_rows))
    return response


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def backtest_rules(request: SignedInRequest, pk: int) -> HttpResponse:
    """The rules tried as a rules.json: to be read, replayed elsewhere, or tried again changed."""
    row = _visible(request, pk)
    response = JsonResponse(row.rules, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="rules-{row.pk}.json"'
    return response


def _finished(request: SignedInRequest, pk: int) -> Backtest:
    row = _visible(request, pk)
    if row.finished_at is None:
        raise Http404("This back-test is not finished")
    return row
