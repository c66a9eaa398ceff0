"""The pages of an entity of the framework, the same for all: list, form, history, spreadsheet out and in.

An app says what its entity is (`Entity`), and its views call these. CONTRIBUTING tells how a page is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.canonical_json import digest
from core.clock import localdate
from core.filters import SearchFilter
from core.forms import SpreadsheetForm
from core.guards import require
from core.models.audit import AuditEvent
from core.models.people import Person
from core.models.spreadsheets import Spreadsheet
from core.refusals import Refused
from core.services.spreadsheets import Importer, keep_spreadsheet, write_spreadsheet
from core.tables.faults import WHOLE_ROW, RefusedFileError
from core.tables.importing import Imported
from core.tables.rows import Column, TableRow, columns_of
from core.tables.spreadsheets import XLSX, as_workbook

A_PAGE = 50
MOST_SHOWN = 200  # lines of one list: a page is to be read


@dataclass(frozen=True, slots=True)
class Entity:
    """What a framework holds many of, as its pages are drawn.

    Its `key` begins its addresses (/set-up/<key>/) and their names (set_up_<key>, _file, _bring, _check).
    """

    key: str
    one: str  # "unit"
    many: str  # "units"
    permission: str
    row: type[TableRow] | None = None  # a row of its file
    exported: Callable[[], str] | None = None  # its file, as CSV
    imported: Importer | None = None  # what takes the file back
    counted: str = ""  # what the file's import counts, where that is not these: "posts held"
    before_bringing: str = ""  # what has to stand before its file can be read: "Units come first"

    @property
    def is_taken(self) -> bool:
        """Whether there is a file of it. A template that asked for `exported` would call it."""
        return self.exported is not None

    @property
    def is_brought(self) -> bool:
        return self.imported is not None

    @property
    def list_name(self) -> str:
        return f"set_up_{self.key}"

    @property
    def title(self) -> str:
        return self.many[:1].upper() + self.many[1:]

    @property
    def columns(self) -> Sequence[Column]:
        return [
            each
            for each in columns_of(cast(type[TableRow], self.row)).values()
            if not each.is_passed_over
        ]

    @property
    def slug(self) -> str:
        return self.key.replace("_", "-")


# Those that have a spreadsheet, by the name of their list's route.
ENTITIES: dict[str, Entity] = {}


# The list -------------------------------------------------------------------------------------------


def list_page(
    request: HttpRequest,
    entity: Entity,
    *,
    template: str,
    rows: QuerySet | Sequence[Any] | None = None,
    found: SearchFilter | None = None,
    line: Callable[[Any], Any] | None = None,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """One page of what there is, searched and narrowed by what is in the address.

    The template extends `set_up/list.html` and draws the table of `page.object_list`. Where `rows`
    are given beside the filter, they are the lines of what it found; where a `line` is, it is what is
    drawn of each row of the page.
    """
    shown = rows if rows is not None or found is None else found.qs
    page = Paginator(shown if shown is not None else [], A_PAGE).get_page(request.GET.get("page"))
    if line is not None:
        page.object_list = [line(each) for each in page.object_list]
    return render(
        request,
        template,
        {"entity": entity, "filter": found, "page": page, **(context or {})},
    )


# The form, and what would change --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in the words of a banner, and where its reader goes next."""

    said: str
    address: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be otherwise."""

    what: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What an act would change, and what would follow from it, before anybody says yes."""

    changes: Sequence[Change] = ()
    follows: Sequence[str] = ()  # sentences: what moves, what ends, what stays as it was
    warnings: Sequence[str] = ()  # sentences that somebody should not read past

    @property
    def digest(self) -> str:
        return digest(repr((self.changes, self.follows, self.warnings)).encode())[:16]


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form, what it is about, and what is done with what was filled in."""

    form: forms.BaseForm
    title: str
    button: str
    back: str  # an address
    act: Callable[[dict[str, Any]], Done]  # a service; raises ValueError, in words
    caption: str = ""
    lede: str = ""
    preview: Callable[[dict[str, Any]], Preview] | None = None
    template: str = "set_up/form.html"
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_preview(self) -> bool:
        """Whether what would change is shown first: a template would call the preview itself."""
        return self.preview is not None


def form_page(request: HttpRequest, page: FormPage) -> HttpResponse:
    """Ask; where a preview is given, show what would change; act once that is confirmed.

    What the act refuses is said at the field it is about, before anything is shown as possible: to
    see, it is tried and undone. Where what would change is not what was confirmed, because somebody
    did something meanwhile, it is shown anew.
    """
    form = page.form
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        given = form.cleaned_data
        try:
            shown = page.preview(given) if page.preview else None
            if shown is None or request.POST.get("confirmed") == shown.digest:
                with transaction.atomic():  # several services, or none
                    done = page.act(given)
                messages.success(request, done.said)
                return redirect(done.address)
            with transaction.atomic():
                page.act(given)
                transaction.set_rollback(True)
        except ValueError as refusal:
            _say(form, refusal)
        else:
            return render(
                request,
                "set_up/preview.html",
                {
                    "about": page,
                    "preview": shown,
                    "is_stale": "confirmed" in request.POST,
                    "typed": _typed(request),
                    **page.context,
                },
            )
    _tell_what_cannot_be_chosen(form)
    return render(request, page.template, {"about": page, "form": form, **page.context})


def _tell_what_cannot_be_chosen(form: forms.BaseForm) -> None:
    """A question with nothing to choose from says so: on a new council it looked like a broken page."""
    for asked in form.fields.values():
        if isinstance(asked, forms.ModelChoiceField):
            has_any = asked.queryset is not None and asked.queryset.exists()
        elif isinstance(asked, forms.ChoiceField):
            offered = cast("Iterable[tuple[Any, Any]]", asked.choices)
            has_any = any(value != "" for value, _ in offered)
        else:
            continue
        if not has_any:
            asked.help_text = "There is none yet. " + (
                "Add one first." if asked.required else "Leave this for now."
            )


def _say(form: forms.BaseForm, refusal: ValueError) -> None:
    at = refusal.field if isinstance(refusal, Refused) else None
    form.add_error(at if at in form.fields else None, str(refusal))


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """All that was filled in, to be sent along with the yes."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "confirmed", "change")
        for value in values
    ]


# The history ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One act, as a line of a timeline."""

    title: str
    date: Any
    text: str
    by: str


def history_page(
    request: HttpRequest,
    *,
    title: str,
    back: str,
    subjects: Sequence[Model] = (),
    events: QuerySet[AuditEvent] | None = None,
) -> HttpResponse:
    """What the record says was done to these, latest first."""
    told = events if events is not None else audit.history_of(*subjects)
    page = Paginator(told, A_PAGE).get_page(request.GET.get("page"))
    lines = [
        HistoryLine(
            title=f"{each.act[:1].upper()}{each.act[1:]}: {each.subject_name}",
            date=each.at,
            text=audit.in_words(each),
            by=each.actor_name,
        )
        for each in page.object_list
    ]
    about = {"title": title, "back": back, "page": page, "lines": lines}
    return render(request, "set_up/history.html", about)


# Spreadsheets, out and in ---------------------------------------------------------------------------


def spreadsheet_paths(entity: Entity) -> list[URLPattern]:
    """The addresses of an entity's spreadsheet: to take, to bring, and to look over what was brought."""

    @require_safe
    @require(entity.permission)
    def take(request: HttpRequest, ending: str) -> HttpResponse:
        return _take(entity, ending)

    @require_http_methods(["GET", "POST"])
    @require(entity.permission)
    def bring(request: HttpRequest) -> HttpResponse:
        return _bring(request, entity)

    @require_http_methods(["GET", "POST"])
    @require(entity.permission)
    def check(request: HttpRequest, token: UUID) -> HttpResponse:
        return _check(request, entity, token)

    ENTITIES[entity.list_name] = entity
    there, name = f"set-up/{entity.slug}/", entity.list_name
    return [
        path(f"{there}{entity.slug}.<spreadsheet:ending>", take, name=f"{name}_file"),
        path(f"{there}spreadsheet/", bring, name=f"{name}_bring"),
        path(f"{there}spreadsheet/<uuid:token>/", check, name=f"{name}_check"),
    ]


def _take(entity: Entity, ending: str) -> HttpResponse:
    """Everything of this kind, as its import takes it back; the headings alone where there is none."""
    content = cast(Callable[[], str], entity.exported)()
    is_csv = ending == "csv"
    name = f"{entity.slug}-{localdate().isoformat()}.{ending}"
    return HttpResponse(
        content.encode() if is_csv else as_workbook(content, title=entity.title),
        content_type="text/csv; charset=utf-8" if is_csv else XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _bring(request: HttpRequest, entity: Entity) -> HttpResponse:
    """A file is chosen, and kept to be looked over. What is wrong with it as a whole is said here."""
    is_sent = request.method == "POST"
    form = SpreadsheetForm(request.POST, request.FILES) if is_sent else SpreadsheetForm()
    if form.is_valid():
        file: UploadedFile = form.cleaned_data["file"]
        try:
            kept = keep_spreadsheet(
                kind=entity.key,
                name=file.name or "",
                content=file.read(),
                by=cast(Person, request.user),
            )
        except RefusedFileError as refusal:
            for fault in refusal.faults[:MOST_SHOWN]:
                cell = "" if fault.column == WHOLE_ROW else f"Cell {fault.column}{fault.row}: "
                form.add_error("file", cell + _as_sentence(fault.what_to_do, after=cell))
        else:
            return redirect(f"{entity.list_name}_check", kept.token)
    about = {"entity": entity, "form": form, "back": reverse(entity.list_name)}
    return render(request, "set_up/bring.html", about)


def _as_sentence(said: str, *, after: str) -> str:
    return said if after else said[:1].upper() + said[1:]


def _check(request: HttpRequest, entity: Entity, token: UUID) -> HttpResponse:
    """What the file would change, by trying it and undoing it; and the button that writes it."""
    kept = get_object_or_404(
        Spreadsheet, token=token, user_id=cast(Person, request.user).pk, kind=entity.key
    )
    importer = cast(Importer, entity.imported)
    refusal = ""
    if request.method == "POST":
        try:
            written = write_spreadsheet(
                token=token, importer=importer, by=cast(Person, request.user)
            )
        except RefusedFileError:
            pass  # somebody did something meanwhile: what is wrong now is shown below
        except Refused as reason:
            refusal = str(reason)
        else:
            messages.success(request, f"{written.name}: {written.outcome}")
            return redirect(entity.list_name)
    found: Imported | None = None
    faults: Sequence[Any] = ()
    if kept.written_at is None:
        try:
            found = importer(
                bytes(kept.content), file=kept.name, by=cast(Person, request.user), dry_run=True
            )
        except RefusedFileError as reason:
            faults = reason.faults
    about = {
        "entity": entity,
        "kept": kept,
        "found": found,
        "faults": faults,
        "refusal": refusal,
        "most": MOST_SHOWN,
        "back": reverse(f"{entity.list_name}_bring"),
    }
    return render(request, "set_up/check.html", about, status=409 if refusal else 200)
