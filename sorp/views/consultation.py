"""The page of a consultation on a draft of the SORP, clause by clause."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from core.clock import localdate
from core.figures import number_sent
from core.guards import require
from core.queries import last_closed
from core.refusals import Refused
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from sorp.forms.consultation import AnswerForm, CommentForm, OpenForm, ReasonForm
from sorp.models.clauses import Comment
from sorp.models.statement import Version
from sorp.queries.comparison import consultation_on
from sorp.rules.approval import earliest_quarter
from sorp.services.consultation import (
    answer_comment,
    back_to_draft,
    close_consultation,
    comment_on_version,
    open_consultation,
)

State = Version.State
# What a press does: the sentence that says so, and where on the page it leads.
Act = Callable[[SignedInRequest, Version, dict[str, Any]], tuple[str, str]]


@require_http_methods(["GET", "POST"])
@require(Permission.ENTER)
def consultation(request: SignedInRequest, number: str) -> HttpResponse:
    """What would change, what was said of it, and, by turns, the form that one asked for."""
    version = _version(request, number)
    act = request.POST.get("act", "")
    form = FORMS[act](request, version) if act in FORMS else None
    if act in ACTS and (done := _is_done(ACTS[act], request, version, form)):
        return redirect(reverse("consultation", args=[version.number]) + done)
    forms = _asked_for(request, version, act, form)
    return render(request, "sorp/consultation.html", forms | _page(request, version, form))


def _version(request: SignedInRequest, number: str) -> Version:
    versions = Version.objects.visible_to(request.user)
    people = versions.select_related("drafted_from", "drafted_by", "statement")
    return get_object_or_404(people, number=number)


def _page(request: SignedInRequest, version: Version, form: Form | None) -> dict[str, Any]:
    today = localdate()
    is_open = version.state == State.CONSULTATION
    until = version.consulted_until
    is_over = is_open and until is not None and until < today
    leads = allowed(request.user, Permission.MANAGE_FRAMEWORK)
    return {
        "version": version,
        "heading": f"Version {version.number}",
        "talk": consultation_on(version),
        "is_open": is_open and not is_over,
        "is_over": is_over,
        "leads": leads,
        "may_answer": leads and version.state in (State.CONSULTATION, State.DRAFT),
        "may_approve": leads or allowed(request.user, Permission.APPROVE_SORP),
        "form": form if form is not None and form.is_bound else None,
    }


def _asked_for(
    request: SignedInRequest, version: Version, act: str, form: Form | None
) -> dict[str, Any]:
    """The forms of the page: that which came back with something to mend, and empty ones."""
    page: dict[str, Any] = {}
    if version.state == State.DRAFT:
        page["open_form"] = form if act == "open" else _open_form(request, version, typed=None)
    page["reason_form"] = form if act == "back" else _reason_form(request, version, typed=None)
    clause = request.POST.get("clause") if act == "comment" else request.GET.get("on")
    if clause is not None:
        numbers = version.clauses.values_list("number", flat=True)
        page["commented_on"] = clause if clause in set(numbers) else "whole"
        page["comment_form"] = form if act == "comment" else CommentForm(initial={"clause": clause})
    answered = request.POST.get("comment") if act == "answer" else request.GET.get("answer")
    if answered and (comment := version.comments.filter(pk=number_sent(answered)).first()):
        page["answered"] = comment.pk
        page["answer_form"] = form if act == "answer" else _held_answer(comment)
    return page


def _held_answer(comment: Comment) -> AnswerForm:
    changed = "yes" if comment.led_to_change else "no"
    held = {"words": comment.answer, "led_to_change": changed if comment.answer else None}
    return AnswerForm(initial=held)


def _open_form(
    request: SignedInRequest, version: Version, *, typed: str | None = "post"
) -> OpenForm:
    earliest = earliest_quarter(today=localdate(), closed_until=last_closed())
    planned = version.from_quarter.key if version.from_quarter else ""
    bound = request.POST if typed else None
    return OpenForm(bound, earliest=earliest, initial={"from_quarter": planned})


def _reason_form(
    request: SignedInRequest, version: Version, *, typed: str | None = "post"
) -> ReasonForm:
    return ReasonForm(request.POST if typed else None, missing="Say why it goes back to draft")


FORMS: dict[str, Callable[[SignedInRequest, Version], Form]] = {
    "open": _open_form,
    "comment": lambda request, version: CommentForm(request.POST),
    "answer": lambda request, version: AnswerForm(request.POST),
    "back": _reason_form,
}


def _is_done(act: Act, request: SignedInRequest, version: Version, form: Form | None) -> str:
    """Where to go once the act is done; nothing where it was not, and the form says what to do."""
    if form is not None and not form.is_valid():
        return ""
    try:
        message, anchor = act(request, version, form.cleaned_data if form is not None else {})
    except Refused as refusal:
        if form is None:
            messages.error(request, str(refusal))
            return "#main-content"
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return ""
    messages.success(request, message)
    return anchor


def _open(request: SignedInRequest, version: Version, given: dict[str, Any]) -> tuple[str, str]:
    opened = open_consultation(version=version, today=localdate(), by=request.user, **given)
    return (
        f"Version {opened.number} is open for comment, and everybody with a duty under it has a "
        f"notice",
        "#main-content",
    )


def _comment_made(
    request: SignedInRequest, version: Version, given: dict[str, Any]
) -> tuple[str, str]:
    comment = comment_on_version(version=version, today=localdate(), by=request.user, **given)
    on = f"clause {comment.clause}" if comment.clause else "the whole"
    return f"Your comment on {on} is saved", f"#comment-{comment.pk}"


def _answer(request: SignedInRequest, version: Version, given: dict[str, Any]) -> tuple[str, str]:
    key = number_sent(request.POST.get("comment", ""))
    comment = get_object_or_404(Comment, version=version, pk=key)
    answer_comment(comment=comment, today=localdate(), by=request.user, **given)
    return f"{comment.author} is answered", f"#comment-{comment.pk}"


def _close(request: SignedInRequest, version: Version, given: dict[str, Any]) -> tuple[str, str]:
    close_consultation(version=version, today=localdate(), by=request.user)
    return "The consultation is over", "#main-content"


def _back(request: SignedInRequest, version: Version, given: dict[str, Any]) -> tuple[str, str]:
    back_to_draft(version=version, today=localdate(), by=request.user, **given)
    return f"Version {version.number} is a draft again", "#main-content"


ACTS: dict[str, Act] = {
    "open": _open,
    "comment": _comment_made,
    "answer": _answer,
    "close": _close,
    "back": _back,
}
