"""A person's notices, and how they want to be told."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.guards import require
from core.models.notices import NoticePreference
from core.services.notices import choose_notices, how_told
from organisation.forms.notices import NoticePreferenceForm
from organisation.permissions import Permission
from organisation.requests import SignedInRequest

A_PAGE = 20


@require_safe
@require(Permission.ENTER)
def notices(request: SignedInRequest) -> HttpResponse:
    """The reader's own notices, newest first: nobody else's can be asked for."""
    own = request.user.notices.told().order_by("-owed_at", "-id")
    return render(
        request,
        "organisation/notices.html",
        {
            "page": Paginator(own, A_PAGE).get_page(request.GET.get("page")),
            "how": NoticePreference.How(how_told(request.user)).label,
        },
    )


@require_http_methods(["GET", "POST"])
@require(Permission.ENTER)
def preferences(request: SignedInRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else None  # nothing chosen is an answer too
    form = NoticePreferenceForm(typed, initial={"how": how_told(request.user)})
    if form.is_valid():
        chosen = choose_notices(how=form.cleaned_data["how"], by=request.user)
        messages.success(request, f"From now on: {chosen.get_how_display().lower()}")
        return redirect("notices")
    return render(request, "organisation/notice_preferences.html", {"form": form})
