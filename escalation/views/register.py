"""The register of escalations, and the SORP's rules that lead there."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from escalation.filters import EscalationFilter
from escalation.queries import register_of
from escalation.queries.evaluation import in_words
from indicators.queries.calendar import rules_of
from indicators.queries.outstanding import reminders_of
from organisation.clock import localdate
from organisation.queries import tree_on
from organisation.rights import Permission, require
from sorp.models import Version
from sorp.queries import as_rules

A_PAGE = 50


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def register(request):
    """Every escalation, open ones unless the address asks for others."""
    asked = request.GET.copy()
    asked.setdefault("state", "open")
    found = EscalationFilter(
        asked, queryset=register_of(reader=request.user), tree=tree_on(localdate())
    )
    page = Paginator(found.qs, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "escalation/register.html", {"filter": found, "page": page})


@require_safe
@require(Permission.VIEW_PERFORMANCE)
def sorp(request):
    """The statement of required practice in force: what each colour means, what refers what up."""
    version = (
        Version.objects.filter(state=Version.State.IN_FORCE).select_related("statement").first()
    )
    page = {"version": version}
    if version is not None:
        rules = in_words(as_rules(version))
        rows = version.trigger_rules.all()
        page |= {
            "definitions": version.rag_definitions.all(),
            "days": rules_of(version),
            "reminders": reminders_of(version),
            "triggers": list(zip(rows, rules.triggers, strict=True)),
        }
    return render(request, "sorp/version.html", page)
