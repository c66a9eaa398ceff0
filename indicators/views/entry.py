"""Where managers enter results."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from indicators import services
from indicators.forms import ResultForm
from indicators.models import Indicator
from indicators.queries import result_sheet
from organisation.clock import localdate
from organisation.rights import Permission, allowed, require
from sorp.lexicon import Quarter


def quarter_or_404(key):
    """The quarter an address names; an address that names none leads nowhere."""
    try:
        return Quarter.parse(key)
    except ValueError:
        raise Http404(f"{key} is not a quarter") from None


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def enter_result(request, quarter, reference):
    """One indicator's result for one quarter. A closed quarter takes revisions from the centre."""
    quarter = quarter_or_404(quarter)
    indicator = get_object_or_404(
        Indicator.objects.answerable_by(request.user).select_related("unit", "accountable_manager"),
        reference=reference,
    )
    sheet = result_sheet(indicator=indicator, quarter=quarter)
    page = {"indicator": indicator, "quarter": quarter, "sheet": sheet}
    if quarter.last_day >= localdate() or (sheet.is_closed and not may_revise(request.user)):
        return render(request, "indicators/not_open.html", page, status=403)
    initial = ResultForm.starting_from(sheet)
    form = ResultForm(request.POST or None, sheet=sheet, initial=initial)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["seen"] not in (None, initial["seen"]):
            return render(
                request, "indicators/changed_meanwhile.html", page | {"form": form}, status=409
            )
        if _said(request, form, sheet):
            return redirect("home")
    return render(request, "indicators/enter_result.html", page | {"form": form})


def may_revise(user):
    """Whether this person may revise a result of a closed quarter."""
    return allowed(user, Permission.MANAGE_FRAMEWORK)


def _said(request, form, sheet):
    """Submit or revise what the form says, and tell the person what that did."""
    about = {"indicator": sheet.indicator, "quarter": sheet.quarter, "given": form.given}
    try:
        if sheet.is_closed:
            revision, is_new = services.revise_result(
                **about, reason=form.cleaned_data["reason"], by=request.user
            )
        else:
            revision, is_new = services.submit_result(**about, today=localdate(), by=request.user)
    except ValueError as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _told(revision, is_new, sheet))
    return True


def _told(revision, is_new, sheet):
    name = f"{sheet.indicator.title}, {sheet.quarter}"
    if not is_new:
        return f"{name}: nothing was changed"
    rating = revision.ratings.latest_ones().first()
    verdict = rating.get_rag_display() or f"not rated, {rating.get_not_rated_display().lower()}"
    return f"{name}: {'revised' if revision.is_revised else 'submitted'}. It is {verdict.lower()}."
