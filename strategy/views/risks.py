"""The registers of risks: the list, one risk, and an assessment of it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import localdate
from core.guards import require
from core.queries import last_closed
from core.views.entities import Done, FormPage, form_page
from indicators.models.definitions import Indicator
from indicators.queries.rows import indicator_rows
from indicators.queries.sight import seen_by
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from strategy import filters
from strategy.forms.risks import AssessRiskForm
from strategy.models.risks import Risk
from strategy.queries.risks import risks_on
from strategy.rules.risks import against_appetite
from strategy.services.risks import assess_risk as assess


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def risks(request: SignedInRequest) -> HttpResponse:
    """Every risk of the registers today, the highest score first."""
    found = filters.RiskListFilter(request.GET, queryset=Risk.objects.standing_on(localdate()))
    lines = risks_on(localdate(), among=found.qs)
    page = {
        "filter": found,
        "lines": lines,
        "there_are_some": bool(lines) or Risk.objects.standing_on(localdate()).exists(),
        "may_set_up": allowed(request.user, Permission.MANAGE_FRAMEWORK),
    }
    return render(request, "strategy/risks.html", page)


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def risk(request: SignedInRequest, risk: int) -> HttpResponse:
    """One risk: its score against what is accepted, what is done, and how it was assessed before."""
    row = get_object_or_404(
        Risk.objects.select_related("unit", "owner", "project__programme"), pk=risk
    )
    linked = list(
        Indicator.objects.visible_to(request.user).filter(risks=row).select_related("unit")
    )
    quarter = last_closed()
    seen = seen_by(request.user, [each.pk for each in linked])
    rows = indicator_rows(linked, quarter=quarter, seen=seen) if quarter else ()
    page = {
        "risk": row,
        "appetite": against_appetite(row.score, row.appetite),
        "rows": rows,
        "assessments": row.assessments.select_related("said_by").order_by("-number"),
        "may_assess": Risk.objects.answerable_by(request.user).filter(pk=row.pk).exists()
        and row.stands_on(localdate()),
        "may_set_up": allowed(request.user, Permission.MANAGE_FRAMEWORK),
    }
    return render(request, "strategy/risk.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.VIEW_PERFORMANCE)
def assess_risk(request: SignedInRequest, risk: int) -> HttpResponse:
    row = get_object_or_404(Risk.objects.answerable_by(request.user), pk=risk)

    def act(given: dict[str, object]) -> Done:
        assess(risk=row, today=localdate(), by=request.user, **given)  # type: ignore[arg-type]
        return Done(f"“{row.title}” is assessed", row.get_absolute_url())

    stored = {"likelihood": row.likelihood, "impact": row.impact}
    form = AssessRiskForm(request.POST or None, initial={"assessed_on": localdate(), **stored})
    return form_page(
        request,
        FormPage(
            form,
            "Assess a risk",
            "Save the assessment",
            row.get_absolute_url(),
            act,
            caption=str(row),
            lede=against_appetite(row.score, row.appetite) + ".",
        ),
    )
