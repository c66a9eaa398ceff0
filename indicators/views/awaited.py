"""Where it is said that a figure's publisher has not issued it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.clock import localdate
from core.dates import as_date
from core.guards import require
from core.quarters import Quarter
from indicators.forms.awaited import AwaitedForm
from indicators.models.definitions import Awaited, Indicator
from indicators.services.awaited import refusal_to_wait, say_awaited, take_back_awaited
from organisation.permissions import Permission
from organisation.requests import SignedInRequest


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def awaited(request: SignedInRequest, quarter: Quarter, address: str) -> HttpResponse:
    """From whom a figure is awaited, and until when; or that it is owed as any other after all."""
    indicator = get_object_or_404(Indicator.objects.answerable_by(request.user), address=address)
    row = Awaited.objects.filter(indicator=indicator, quarter=quarter).first()
    initial = {"publisher": row.publisher, "until": row.until} if row else {}
    form = AwaitedForm(initial=initial)
    if request.method == "POST" and "take_back" in request.POST:
        try:
            if row is not None:  # else somebody took it back already
                take_back_awaited(awaited=row, by=request.user)
        except ValueError as refusal:
            messages.info(request, str(refusal))
            return redirect("awaited", quarter.key, address)
        messages.success(request, f"{indicator.title} is due like any other result")
        return redirect("enter_result", quarter.key, address)
    if request.method == "POST":
        form = AwaitedForm(request.POST)
        if form.is_valid():
            try:
                said, _ = say_awaited(
                    indicator=indicator,
                    quarter=quarter,
                    today=localdate(),
                    by=request.user,
                    **form.cleaned_data,
                )
            except ValueError as refusal:
                form.add_error(None, str(refusal))
            else:
                until = as_date(said.until)
                messages.success(request, f"{indicator.title} is awaited until {until}")
                return redirect("my_return", quarter.key)
    page = {
        "form": form,
        "indicator": indicator,
        "quarter": quarter,
        "awaited": row,
        "refusal": refusal_to_wait(indicator, quarter, row, localdate()),
    }
    return render(request, "indicators/awaited.html", page)
