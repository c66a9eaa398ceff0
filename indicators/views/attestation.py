"""Once a quarter a manager says: I am accountable for these."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.clock import localdate
from core.guards import require
from core.queries import quarter_state
from indicators.forms.attestation import AttestationForm
from indicators.queries.accountability import attestation_sheet
from indicators.services import accountability
from organisation.permissions import Permission


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def attestation(request, quarter):
    """A manager's indicators of a quarter, to answer for, or to say whose they are not."""
    sheet = attestation_sheet(user=request.user, quarter=quarter)
    form = AttestationForm(
        request.POST if request.method == "POST" else None,  # ticking nothing is an answer
        indicators=sheet.indicators,
        initial={"not_mine": sorted(sheet.disowned - sheet.attested)},
    )
    if form.is_valid() and _attested(request, form, quarter):
        return redirect("attestation", quarter.key)
    page = {"form": form, "sheet": sheet, "state": quarter_state(quarter)}
    return render(request, "indicators/attestation.html", page)


def _attested(request, form, quarter):
    not_mine = form.cleaned_data["not_mine"]
    try:
        accountability.attest(
            quarter=quarter, by=request.user, today=localdate(), not_mine=not_mine
        )
    except ValueError as refusal:
        form.add_error(None, str(refusal))
        return False
    told = f"Thank you. {quarter}: you have said which indicators you answer for"
    if not_mine:
        told += f". The performance team is told about {', '.join(not_mine)}"
    messages.success(request, told)
    return True
