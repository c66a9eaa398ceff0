"""Partners: set up by an officer, let in by their link, and answered by the manager."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import localdate
from core.dates import as_date
from core.forms import SpreadsheetForm
from core.guards import public, require
from core.months import months_of
from core.quarters import Quarter
from core.refusals import Refused
from core.tables.faults import WHOLE_ROW, RefusedFileError
from core.tables.spreadsheets import XLSX, as_workbook
from core.views.entities import Done, Entity, FormPage, form_page, history_page, list_page
from indicators.exporting.partners import partners_csv
from indicators.forms.partners import (
    DecideGivenForm,
    GivenForm,
    NewPartnerForm,
    PartnerForm,
    WithdrawForm,
)
from indicators.importing.partners import import_partner, partner_csv
from indicators.models.partners import GivenFigure, Partner
from indicators.queries.partners import (
    AskedOfPartner,
    asked_of,
    partner_of,
    partners,
    waiting_from_partners,
)
from indicators.rights import answerable_by
from indicators.rules.partners import GIVEN
from indicators.services.partners import (
    accept_figure,
    change_partner,
    give_figure,
    invite_partner,
    make_link,
    refuse_figure,
    send_link,
    withdraw_partner,
)
from organisation.permissions import Permission
from organisation.requests import SignedInRequest

MOST_WRONG, WRONG_WITHIN = 20, 600  # links that are nobody's, from one address, in seconds
MOST_GIVEN, GIVEN_WITHIN = 60, 3600  # what one partner sends in an hour
MOST_FAULTS = 50
IN_WORDS = {
    "value": "Result",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "not_available": "Why there is no figure",
    "status": "As they rate it themselves",
    "commentary": "Note",
}
PARTNERS = Entity(
    key="partners",
    one="partner",
    many="partners",
    permission=Permission.MANAGE_FRAMEWORK,
    exported=partners_csv,
)


# Set up --------------------------------------------------------------------------------------------


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def all_partners(request: SignedInRequest) -> HttpResponse:
    """Every organisation that was invited, and whether its link serves."""
    text = request.GET.get("text", "").replace("\0", "")[:100]
    context = {"today": localdate(), "text": text}
    template = "indicators/set_up/partners.html"
    return list_page(
        request, PARTNERS, template=template, rows=partners(text=text), context=context
    )


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def partners_file(request: SignedInRequest, ending: str) -> HttpResponse:
    """Every partner as a workbook or as CSV, with how much of what it gave was taken."""
    content, is_csv = partners_csv(), ending == "csv"
    return HttpResponse(
        content.encode() if is_csv else as_workbook(content, title=PARTNERS.title),
        content_type="text/csv; charset=utf-8" if is_csv else XLSX,
        headers={"Content-Disposition": f'attachment; filename="partners.{ending}"'},
    )


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def new_partner(request: SignedInRequest) -> HttpResponse:
    """An organisation is invited for some indicators, between two days."""
    form = NewPartnerForm(request.POST or None)

    def act(given: dict[str, Any]) -> Done:
        found = invite_partner(**given, by=request.user)
        said = f"{found} is added. Now send it a link"
        return Done(said, reverse("set_up_partner", args=[found.pk]))

    about = FormPage(
        form,
        "Invite a partner",
        "Invite",
        reverse("set_up_partners"),
        act,
        lede="A partner gives figures by its own link, without an account. Its figures wait for the manager who answers for the indicator. They become results only when the manager submits them.",
    )
    return form_page(request, about)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def set_up_partner(request: SignedInRequest, pk: int) -> HttpResponse:
    """One partner: its indicators, its link, and all that it gave."""
    found = get_object_or_404(Partner.objects.select_related("invited_by", "withdrawn_by"), pk=pk)
    return render(request, "indicators/set_up/partner.html", _about(found))


def _about(found: Partner) -> dict[str, Any]:
    return {
        "partner": found,
        "indicators": found.indicators.order_by("reference"),
        "figures": found.figures.select_related("indicator", "decided_by")[:MOST_FAULTS],
        "serves": found.serves_on(localdate()),
        "today": localdate(),
    }


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody else there, other indicators, or another last day."""
    found = get_object_or_404(Partner, pk=pk)
    references = found.indicators.order_by("reference").values_list("reference", flat=True)
    form = PartnerForm(
        request.POST or None,
        initial={
            "contact": found.contact,
            "email": found.email,
            "indicators": "\n".join(references),
            "quarter": found.quarter,
            "ends_on": found.ends_on,
        },
    )
    there = reverse("set_up_partner", args=[pk])

    def act(given: dict[str, Any]) -> Done:
        change_partner(partner=found, **given, by=request.user)
        return Done(f"{found} is changed", there)

    about = FormPage(form, "Save the change", "Save", there, act, caption=found.name)
    return form_page(request, about)


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def link(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new link, sent or shown this once. The one before serves no longer."""
    found = get_object_or_404(Partner, pk=pk)
    try:
        if request.POST.get("way") == "e-mail":
            to = send_link(partner=found, by=request.user)
            messages.success(request, f"A link is sent to {to}")
            return redirect("set_up_partner", pk)
        made = make_link(partner=found, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("set_up_partner", pk)
    found.refresh_from_db()
    response = render(request, "indicators/set_up/partner.html", _about(found) | {"link": made})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def withdraw_link(request: SignedInRequest, pk: int) -> HttpResponse:
    """The partner gives no more, from this moment."""
    found = get_object_or_404(Partner, pk=pk)
    form, there = WithdrawForm(request.POST or None), reverse("set_up_partner", args=[pk])

    def act(given: dict[str, Any]) -> Done:
        withdraw_partner(partner=found, **given, by=request.user)
        return Done(f"The link of {found} no longer works", there)

    lede = "Its link stops working at once. What it gave stays."
    about = FormPage(form, "Withdraw it", "Withdraw", there, act, caption=found.name, lede=lede)
    return form_page(request, about)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def partner_history(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was done about it, and what it gave."""
    found = get_object_or_404(Partner, pk=pk)
    back = reverse("set_up_partner", args=[pk])
    subjects = [found, *found.figures.all()]
    return history_page(request, title=found.name, back=back, subjects=subjects)


# The partner's own pages ---------------------------------------------------------------------------


PartnerView = Callable[..., HttpResponse]


def by_link(view: PartnerView) -> PartnerView:
    """Let in whoever has a partner's link while it serves, and hand the view the partner.

    A link that is nobody's is answered as an address that does not exist; too many of them from one
    place, or too much sent by one partner, with a request to wait. No page is kept or indexed, and no
    link is told to another site.
    """

    @wraps(view)
    def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        found = partner_of(token)
        if found is None:
            place = get_adapter().get_client_ip(request)
            if _too_often(f"partner-wrong-{place}", MOST_WRONG, WRONG_WITHIN):
                return _untold(render(request, "indicators/partner_wait.html", status=429))
            raise Http404("No partner has this link")
        if not found.serves_on(localdate()):
            page = {"partner": found, "is_over": found.ends_on < localdate()}
            return _untold(render(request, "indicators/partner_over.html", page, status=410))
        if request.method == "POST" and _too_often(
            f"partner-gives-{found.pk}", MOST_GIVEN, GIVEN_WITHIN
        ):
            return _untold(render(request, "indicators/partner_wait.html", status=429))
        return _untold(view(request, found, token, *args, **kwargs))

    return public(guarded)


def _too_often(key: str, most: int, within: int) -> bool:
    cache.add(key, 0, within)
    try:
        return cache.incr(key) > most
    except ValueError:  # forgotten between the two
        return False


def _untold(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_safe
@by_link
def partner(request: HttpRequest, found: Partner, token: str) -> HttpResponse:
    """What is asked of a partner now, how far each figure has got, and the workbook."""
    return render(request, "indicators/partner.html", _asked_page(found, token))


def _asked_page(found: Partner, token: str) -> dict[str, Any]:
    return {
        "partner": found,
        "token": token,
        "asked": asked_of(found),
        "form": SpreadsheetForm(),
    }


@require_http_methods(["GET", "POST"])
@by_link
def give(
    request: HttpRequest, found: Partner, token: str, quarter: Quarter, address: str
) -> HttpResponse:
    """One figure, with a note and a file. What cannot be read comes back with what to do."""
    asked = _asked_or_404(found, quarter, address)
    form = GivenForm(request.POST or None, request.FILES or None, asked=asked)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            _, is_new = give_figure(
                partner=found,
                indicator=asked.indicator,
                quarter=quarter,
                typed=form.typed,
                file=(file.name or "", file.read()) if file else None,
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            said = "given: its manager has a notice" if is_new else "given already"
            messages.success(request, f"{asked.indicator.title}: the figure is {said}")
            return redirect("partner", token)
    page = {"partner": found, "token": token, "asked": asked, "form": form}
    return render(request, "indicators/partner_figure.html", page)


def _asked_or_404(found: Partner, quarter: Quarter, address: str) -> AskedOfPartner:
    for each in asked_of(found):
        if (each.indicator.address, each.quarter) == (address, quarter):
            return each
    raise Http404("Not wanted from this partner now")


@require_safe
@by_link
def partner_workbook(request: HttpRequest, found: Partner, token: str) -> HttpResponse:
    """What is asked now, as a workbook to fill in and send back."""
    return HttpResponse(
        as_workbook(partner_csv(found), title="Figures"),
        content_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="figures.xlsx"'},
    )


@require_http_methods(["GET", "POST"])
@by_link
def partner_file(request: HttpRequest, found: Partner, token: str) -> HttpResponse:
    """The workbook comes back: every figure in it is given, or none is and each fault is named."""
    if request.method != "POST":
        return redirect("partner", token)
    form = SpreadsheetForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            outcome = import_partner(file.read(), file=file.name or "", partner=found)
        except RefusedFileError as refusal:
            for fault in refusal.faults[:MOST_FAULTS]:
                cell = "" if fault.column == WHOLE_ROW else f"{fault.column}, row {fault.row}: "
                form.add_error("file", f"{cell}{fault.what_to_do}")
        else:
            given = len(outcome.new)
            messages.success(request, f"{given} figure{'' if given == 1 else 's'} given")
            return redirect("partner", token)
    return render(request, "indicators/partner.html", _asked_page(found, token) | {"form": form})


# The manager's answer ------------------------------------------------------------------------------


@require_safe
@require(Permission.SUBMIT_RESULT)
def from_partners(request: SignedInRequest) -> HttpResponse:
    """What partners gave for one's indicators and nobody has decided on."""
    page = {"figures": waiting_from_partners(request.user)}
    return render(request, "indicators/from_partners.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.SUBMIT_RESULT)
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """One figure from a partner: taken into one's own draft, or not, with the reason."""
    figure = get_object_or_404(
        GivenFigure.objects.select_related("indicator", "partner", "decided_by"), pk=pk
    )
    if not answerable_by(request.user).holds(figure.indicator):
        raise Http404("Not yours")
    form = DecideGivenForm(request.POST or None)

    def act(given: dict[str, Any]) -> Done:
        if given["verdict"] == "refuse":
            refuse_figure(figure=figure, why=given["why"], by=request.user)
            return Done(
                f"{figure.partner} can read the reason at its link", reverse("from_partners")
            )
        accept_figure(figure=figure, by=request.user)
        there = [figure.quarter.key, figure.indicator.address]
        said = "It is in your draft. Check it and submit it with your return"
        return Done(said, reverse("enter_result", args=there))

    typed = [(_called(name, figure), figure.typed[name]) for name in GIVEN if name in figure.typed]
    about = FormPage(
        form,
        figure.indicator.title,
        "Save",
        reverse("from_partners"),
        act,
        caption=f"{figure.quarter}, from {figure.partner}, {as_date(figure.given_at)}",
        template="indicators/decide_given.html",
        context={"figure": figure, "typed": typed},
    )
    return form_page(request, about)


def _called(name: str, figure: GivenFigure) -> str:
    """What a box is called: that of a month with its month."""
    if name in IN_WORDS:
        return IN_WORDS[name]
    _, place, part = name.split("_", 2)
    month = months_of(figure.quarter)[int(place) - 1]
    return f"{month}: {IN_WORDS[part][:1].lower()}{IN_WORDS[part][1:]}"
