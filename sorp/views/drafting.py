"""Where the next version of the SORP is written: beginning a draft, and the draft as it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.figures import number_sent
from core.guards import require
from core.refusals import Refused
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from sorp.forms import drafting as forms
from sorp.forms.drafting import NewDraftForm
from sorp.models.clauses import Clause, RagDefinition, RiskAppetite, Term
from sorp.models.conditions import CalendarRule, LevelDuty, ReminderRule, TriggerRule
from sorp.models.statement import Version
from sorp.queries.drafts import PARTS as PARTS_HELD
from sorp.queries.drafts import draft_progress, rows_of, tiers_of
from sorp.services import drafting
from sorp.services.drafting import (
    Gone,
    NotADraft,
    Stale,
    condition_given,
    contradictions_with,
    draft_version,
    why_closed,
)

LEADING = re.compile(r"[0-9]{1,9}(?![0-9])")  # the whole number that a version's number begins with
UNTYPED = ("csrfmiddlewaretoken", "seen", "act")
# What a draft's parts are counted and judged by, so that a long draft asks no more than a short one.
HELD = (
    "clauses",
    "rag_definitions",
    "terms",
    "trigger_rules__tiers",
    "level_duties",
    "calendar_rules",
    "reminder_rules",
    "appetites__triggers",
    "drafted_from__calendar_rules",
)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def new_draft(request: SignedInRequest) -> HttpResponse:
    """A draft is begun from a version; where one is being written already, that is shown."""
    versions = Version.objects.select_related("statement")
    bases = list(versions.binding().order_by("-from_quarter"))
    unfinished = versions.unfinished().first()
    form = NewDraftForm(request.POST or None, bases=bases, initial=_first(bases))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            draft = draft_version(
                base=form.by_number[said["base"]],
                number=said["number"],
                summary=said["summary"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"Version {draft.number} is started. Change what you need to")
            return redirect("edit_draft", draft.number)
    page = {"form": form, "bases": bases, "unfinished": unfinished}
    return render(request, "sorp/draft_new.html", page)


def _first(bases: list[Version]) -> dict[str, str]:
    """The latest version to begin from, and the number after the highest."""
    if not bases:
        return {}
    found = (LEADING.match(each.number) for each in bases)
    whole = [int(each[0]) for each in found if each]
    return {"base": bases[0].number, "number": str(max(whole, default=len(bases)) + 1)}


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def edit_draft(request: SignedInRequest, number: str) -> HttpResponse:
    """A draft at a glance: its settings, what it still lacks, and how far each part has come."""
    draft = version_or_404(number)
    if why_closed(draft):
        return closed(request, draft)
    prefetch_related_objects([draft], *HELD, "authorships__author")
    page = {
        "draft": draft,
        "progress": draft_progress(draft),
        "authors": [each.author for each in draft.authorships.all()],
    }
    return render(request, "sorp/draft.html", page)


@require_safe
@require(Permission.MANAGE_FRAMEWORK)
def draft_part(request: SignedInRequest, number: str, part: str) -> HttpResponse:
    """One part of a draft as its reader will see it, each row to change, move or remove."""
    kind, draft = _part_or_404(part), version_or_404(number)
    if why_closed(draft):
        return closed(request, draft)
    prefetch_related_objects([draft], *HELD)
    parts = draft_progress(draft).parts
    place = [each.key for each in parts].index(part)
    page = {
        "draft": draft,
        "part": part,
        "word": kind.word,
        "progress": parts[place],
        "rows": rows_of(draft, part),
        "before": parts[place - 1] if place else None,
        "after": parts[place + 1] if place + 1 < len(parts) else None,
    }
    return render(request, f"sorp/draft/{part}.html", page)


def version_or_404(number: str) -> Version:
    versions = Version.objects.select_related("statement", "drafted_from", "drafted_by")
    version = versions.filter(number=number).order_by("statement").first()
    if version is None:
        raise Http404(f"The SORP has no version {number}")
    return version


def closed(request: SignedInRequest, version: Version) -> HttpResponse:
    """What is no draft cannot be edited: why, what to do, and whatever was typed."""
    page = {"version": version, "why": why_closed(version), "typed": typed_in(request)}
    return render(request, "sorp/draft_closed.html", page, status=409)


def typed_in(request: SignedInRequest) -> dict[str, str]:
    """What somebody typed, under what each box is called, to be given back."""
    return {
        name.replace("_", " ").capitalize(): "\n".join(values)
        for name, values in request.POST.lists()
        if name not in UNTYPED and "".join(values).strip()
    }


@dataclass(frozen=True, slots=True)
class DraftPart:
    """A kind of row: its word, where it stands on the page, its form, and the service it is for."""

    word: str
    model: type[Any]
    form: type[forms.DraftForm]
    save: Callable[..., Any]
    moves: bool = False
    template: str = "sorp/draft_part.html"


PARTS = {
    "clause": DraftPart("clause", Clause, forms.ClauseForm, drafting.save_clause, moves=True),
    "term": DraftPart("term", Term, forms.TermForm, drafting.save_term),
    "definition": DraftPart(
        "RAG definition", RagDefinition, forms.DefinitionForm, drafting.save_definition
    ),
    "appetite": DraftPart(
        "risk appetite", RiskAppetite, forms.AppetiteForm, drafting.save_appetite
    ),
    "trigger": DraftPart(
        "trigger",
        TriggerRule,
        forms.TriggerForm,
        drafting.save_trigger,
        moves=True,
        template="sorp/draft_trigger.html",
    ),
    "ladder": DraftPart("duty", LevelDuty, forms.LevelDutyForm, drafting.save_duty),
    "calendar": DraftPart("day", CalendarRule, forms.CalendarForm, drafting.save_day),
    "reminder": DraftPart("reminder", ReminderRule, forms.ReminderForm, drafting.save_reminder),
}


def _part_or_404(key: str) -> DraftPart:
    if key not in PARTS:
        raise Http404(f"The SORP has no part called {key}")
    return PARTS[key]


def _seen(request: SignedInRequest, draft: Version) -> int:
    """The edition a form was opened with. What is no edition is none that anybody saw."""
    if request.method != "POST":
        return draft.edition
    return number_sent(request.POST.get("seen", ""))


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def edit_part(
    request: SignedInRequest, number: str, part: str, pk: int | None = None
) -> HttpResponse:
    """One row of the draft is written, anew or again; a trigger may first be tried."""
    kind, draft = _part_or_404(part), version_or_404(number)
    if why_closed(draft):
        return closed(request, draft)
    # Only a row that is nowhere was removed: one of another version was never here.
    if (
        request.method == "POST"
        and pk is not None
        and not kind.model.objects.filter(pk=pk).exists()
    ):
        return _gone(request, draft, part)
    row = _row_or_404(kind, draft, pk)
    typed = request.POST if request.method == "POST" else None
    form = kind.form(typed, draft=draft, row=row)
    seen, is_stale = _seen(request, draft), False
    page = {
        "form": form,
        "draft": draft,
        "row": row,
        "part": part,
        "part_title": PARTS_HELD[part][0],
        "word": kind.word,
    }
    given = form.given if typed is not None and form.is_valid() else None
    if given is not None and request.POST.get("act") != "preview":
        try:
            said = kind.save(version=draft, edition=seen, by=request.user, pk=pk, **given)
        except NotADraft:
            return closed(request, version_or_404(number))
        except Gone:
            return _gone(request, draft, part)
        except Refused as refusal:
            is_stale = _refused(form, refusal)
        else:
            messages.success(request, f"“{said}” is in the draft")
            return redirect(_at(draft, part, said))
    if is_stale:
        fresh = _row_or_404(kind, draft, pk)
        page |= {"is_stale": True, "compared": form.compared(fresh) if fresh else []}
        seen = Version.objects.get(pk=draft.pk).edition
    if part == "trigger":
        page |= _tried(form, draft, pk, given)
    status = 409 if is_stale else 200
    return render(request, kind.template, page | {"seen": seen}, status=status)


def _row_or_404(kind: DraftPart, draft: Version, pk: int | None) -> Any:
    return None if pk is None else get_object_or_404(kind.model, version=draft, pk=pk)


def _gone(request: SignedInRequest, draft: Version, part: str) -> HttpResponse:
    """Somebody removed the row that was being written: what was typed is given back."""
    page = {"draft": draft, "part": part, "word": PARTS[part].word, "typed": typed_in(request)}
    return render(request, "sorp/draft_gone.html", page, status=409)


def _refused(form: forms.DraftForm, refusal: Refused) -> bool:
    """The refusal stands at its field. Returns whether it is for what somebody wrote meanwhile."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    return isinstance(refusal, Stale)


def _at(draft: Version, part: str, row: Any = None) -> str:
    """The page of a part, at one of its rows where one is named."""
    return reverse("draft_part", args=[draft.number, part]) + (f"#row-{row.pk}" if row else "")


def _tried(
    form: forms.DraftForm, draft: Version, pk: int | None, given: dict[str, Any] | None
) -> dict[str, Any]:
    """The sentence that a trigger would be, and what it would contradict. Nothing is kept."""
    if not form.is_bound:
        return {"sentence": form.row and _sentence_of(form.row)}
    if given is None:
        return {}
    row = TriggerRule(version=draft, pk=pk, **{k: v for k, v in given.items() if k != "tiers"})
    try:
        condition = condition_given(row, given["tiers"])
    except Refused as refusal:
        if not form.errors:
            _refused(form, refusal)
        return {}
    found = contradictions_with(condition, version=draft, instead_of=pk)
    return {"sentence": condition.sentence, "found": found}


def _sentence_of(row: TriggerRule) -> str:
    """What a trigger says; nothing where it is no rule yet, which saving it will say."""
    try:
        return condition_given(row, tiers_of(row)).sentence
    except Refused:
        return ""


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def preview_trigger(request: SignedInRequest, number: str, pk: int | None = None) -> HttpResponse:
    """The sentence while the form is being filled in. Nothing is kept, and nothing refused."""
    draft = version_or_404(number)
    if why_closed(draft):
        return closed(request, draft)
    row = _row_or_404(PARTS["trigger"], draft, pk)
    form = forms.TriggerForm(request.POST, draft=draft, row=row)
    given = form.given if form.is_valid() else None
    page = {"form": form, "is_live": True} | _tried(form, draft, pk, given)
    return render(request, "sorp/draft_sentence.html", page)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def edit_settings(request: SignedInRequest, number: str) -> HttpResponse:
    """The draft's number and summary, and its rules for travel, exit, relapse and plans."""
    draft = version_or_404(number)
    if why_closed(draft):
        return closed(request, draft)
    typed = request.POST if request.method == "POST" else None
    form = forms.SettingsForm(typed, draft=draft, row=draft)
    seen, is_stale = _seen(request, draft), False
    page = {"form": form, "draft": draft, "row": draft, "part": "settings", "word": "settings"}
    if typed is not None and form.is_valid():
        try:
            said = drafting.change_settings(
                version=draft, edition=seen, by=request.user, **form.given
            )
        except NotADraft:
            return closed(request, version_or_404(number))
        except Refused as refusal:
            is_stale = _refused(form, refusal)
        else:
            messages.success(request, "The settings are saved in the draft")
            return redirect(reverse("edit_draft", args=[said.number]) + "#settings")
    if is_stale:
        fresh = version_or_404(number)
        page |= {"is_stale": True, "compared": form.compared(fresh)}
        seen = fresh.edition
    status = 409 if is_stale else 200
    return render(request, "sorp/draft_part.html", page | {"seen": seen}, status=status)


@require_http_methods(["GET", "POST"])
@require(Permission.MANAGE_FRAMEWORK)
def remove_part(request: SignedInRequest, number: str, part: str, pk: int) -> HttpResponse:
    """One row is taken out of the draft, once that is confirmed. The base keeps its own."""
    kind, draft = _part_or_404(part), version_or_404(number)
    if why_closed(draft):
        return closed(request, draft)
    row = kind.model.objects.filter(version=draft, pk=pk).first()
    if row is None:
        messages.info(request, "That is no longer in the draft: nothing was changed")
        return redirect(_at(draft, part))
    page = {"draft": draft, "row": row, "part": part, "word": kind.word, "seen": draft.edition}
    if request.method == "POST":
        try:
            drafting.remove_row(row=row, edition=_seen(request, draft), by=request.user)
        except Stale as refusal:
            page["refusal"] = (
                f"{refusal.meanwhile}. This is what it says now: remove it if you still want to"
            )
        except Refused as refusal:
            page["refusal"] = str(refusal)
        else:
            messages.success(request, f"“{row}” is no longer in the draft")
            return redirect(_at(draft, part))
    return render(request, "sorp/draft_remove.html", page, status=409 if "refusal" in page else 200)


@require_POST
@require(Permission.MANAGE_FRAMEWORK)
def move_part(request: SignedInRequest, number: str, part: str, pk: int) -> HttpResponse:
    """A clause or a trigger changes places with its neighbour."""
    kind, draft = _part_or_404(part), version_or_404(number)
    if why_closed(draft):
        return closed(request, draft)
    if not kind.moves:
        raise Http404(f"A {kind.word} has no place to be moved from")
    act = request.POST.get("act")
    if act not in ("up", "down"):
        raise Http404("A row can move up or down")
    row, up = _row_or_404(kind, draft, pk), act == "up"
    try:
        drafting.move_row(row=row, up=up, edition=_seen(request, draft), by=request.user)
    except Stale as refusal:
        message = f"{refusal.meanwhile}, and “{row}” was not moved: this is the order now"
        messages.info(request, message)
    except Refused as refusal:
        messages.info(request, str(refusal))
    else:
        messages.success(request, f"“{row}” is moved {'up' if up else 'down'}")
    return redirect(_at(draft, part, row))
