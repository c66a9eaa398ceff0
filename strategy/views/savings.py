"""Savings of the Medium Term Financial Plan: the list, one saving, and a report on it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.guards import require
from core.views.entities import Done, FormPage, form_page
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from strategy import filters
from strategy.forms.savings import ReportSavingForm
from strategy.models.savings import Saving
from strategy.queries.savings import SavingLine, saving_bar, savings_on, sums
from strategy.services.savings import report_saving as report_on


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def savings(request: SignedInRequest) -> HttpResponse:
    """What the plan counts on today, what it comes to, and what to ask about first."""
    found = filters.SavingListFilter(request.GET, queryset=Saving.objects.all())
    chosen = set(found.qs.values_list("pk", flat=True))
    standing = savings_on(localdate())
    rows = [each for each in standing if each.pk in chosen]
    page = {
        "filter": found,
        "lines": [SavingLine(each) for each in rows],
        "there_are_some": bool(standing),
        "sums": sums(rows),
        "may_set_up": allowed(request.user, Permission.MANAGE_FRAMEWORK),
    }
    return render(request, "strategy/savings.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def saving(request: SignedInRequest, saving: int) -> HttpResponse:
    """One saving: how it stands, when it falls, and everything that was reported of it."""
    row = get_object_or_404(
        Saving.objects.select_related("unit", "owner", "project__programme", "indicator"),
        pk=saving,
    )
    page = {
        "saving": row,
        "bar": saving_bar(row.amount, row.position, small=False),
        "updates": row.updates.select_related("said_by").order_by("-number"),
        "may_report": Saving.objects.answerable_by(request.user).filter(pk=row.pk).exists()
        and row.stands_on(localdate()),
        "may_set_up": allowed(request.user, Permission.MANAGE_FRAMEWORK),
    }
    return render(request, "strategy/saving.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def report_saving(request: SignedInRequest, saving: int) -> HttpResponse:
    row = get_object_or_404(Saving.objects.answerable_by(request.user), pk=saving)

    def act(given: dict[str, object]) -> Done:
        report_on(saving=row, today=localdate(), by=request.user, **given)  # type: ignore[arg-type]
        return Done(f"“{row.title}” is up to date", row.get_absolute_url())

    stored = {name: getattr(row, name) for name in ("delivered", "forecast", "at_risk", "note")}
    form = ReportSavingForm(request.POST or None, initial={"as_at": localdate(), **stored})
    return form_page(
        request,
        FormPage(
            form,
            "Report on a saving",
            "Save the report",
            row.get_absolute_url(),
            act,
            caption=str(row),
            template="strategy/report_saving.html",
            context={"saving": row},
        ),
    )
