"""The SORP as it is read: the version in force, those before it, what differs, what its terms mean.

A version has a front page with its contents, a page for each chapter, clause and other part, and one
that holds it whole. What an address names without a version is of the one in force.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from core.guards import public, require
from core.http_cache import cached_response
from core.own_words import word
from organisation.permissions import Permission
from organisation.requests import SignedInRequest
from organisation.rights import allowed
from sorp.models.statement import Version
from sorp.queries.comparison import clauses_compared, rules_compared
from sorp.queries.consultation import approving_office
from sorp.queries.reading import PageInPlace, StatementPages, statement_pages
from sorp.queries.ruling import version_in_force
from sorp.queries.statement import terms_of
from sorp.rules.differences import ChangeKind, grouped


@public
@require_safe
def sorp(request: HttpRequest) -> HttpResponse:
    """The statement of required practice in force: what it is, and the contents that lead into it."""
    version = version_in_force()
    if version is None:
        return render(request, "sorp/none.html")
    return _read(request, version, "sorp/version.html", is_named=False)


@public
@require_safe
def sorp_version(request: HttpRequest, number: str) -> HttpResponse:
    """One version. Those not in force, now or before, are for readers who signed in, and say so."""
    return _read(request, _readable(request, number), "sorp/version.html", is_named=True)


@public
@require_safe
def sorp_whole(request: HttpRequest, number: str = "") -> HttpResponse:
    """All of a version on one page, to be read through, searched and printed."""
    version = _readable(request, number) if number else version_in_force()
    if version is None:
        return render(request, "sorp/none.html")
    return _read(request, version, "sorp/whole.html", is_named=bool(number))


@public
@require_safe
def sorp_clause(request: HttpRequest, key: str, number: str = "") -> HttpResponse:
    """A chapter with its clauses, or one clause: by the key that it keeps when it is renumbered.

    A clause that the version in force no longer has is found in the last that had it.
    """
    if number:
        version = _readable(request, number)
    else:
        had = Version.objects.published().filter(clauses__key=key)
        last = had.order_by("-from_quarter").first()
        if last is None:
            raise Http404(f"No version that is public has the clause {key}")
        if last.state != Version.State.IN_FORCE:
            return redirect("sorp_version_clause", last.number, key)
        version = last
    page = "sorp/statement_page.html"
    return _read(request, version, page, lambda of: of.clause(key), is_named=bool(number))


@public
@require_safe
def sorp_part(request: HttpRequest, part: str, number: str = "") -> HttpResponse:
    """What a version holds beside its clauses: its figures, calendar, reminders, appetite or terms."""
    version = _readable(request, number) if number else version_in_force()
    if version is None:
        raise Http404("No version is in force")
    page = "sorp/statement_page.html"
    return _read(request, version, page, lambda of: of.part(part), is_named=bool(number))


def _readable(request: HttpRequest, number: str) -> Version:
    """A version this person may read, or 404: a draft is answered as what does not exist."""
    versions = Version.objects.visible_to(request.user)
    people = versions.select_related("statement", "approved_by", "drafted_by", "drafted_from")
    return get_object_or_404(people, number=number)


def _is_published(version: Version) -> bool:
    return version.state in (Version.State.IN_FORCE, Version.State.SUPERSEDED)


def _mark(*versions: Version) -> str:
    """What a page of published versions shows: they never change, and those beside them may."""
    shown = [f"{each.pk}{each.state}" for each in versions]
    beside = Version.objects.published().order_by("pk").values_list("pk", "state")
    return "-".join(["sorp", *shown, *(f"{pk}{state[0]}" for pk, state in beside)])


def _read(
    request: HttpRequest,
    version: Version,
    template: str,
    shown: Callable[[StatementPages], PageInPlace | None] | None = None,
    *,
    is_named: bool,
) -> HttpResponse:
    """A page of a version: 404 where what it is to show is not there.

    One that is public is the same for everyone, and is kept by caches.
    """

    def draw() -> HttpResponse:
        pages = statement_pages(version, is_named=is_named)
        place = shown(pages) if shown else None
        if shown and place is None:
            raise Http404(f"Version {version.number} has no such page")
        published = list(Version.objects.published().order_by("-from_quarter"))
        page = {
            "version": version,
            "pages": pages,
            "place": place,
            "sheet": pages.sheet,
            "is_published": _is_published(version),
            "office": approving_office(version),
            "others": [each for each in published if each.pk != version.pk],
            "superseded_by": _next_of(version, published),
        }
        return render(request, template, page)

    return cached_response(request, _mark(version), draw) if _is_published(version) else draw()


def _next_of(version: Version, published: list[Version]) -> Version | None:
    if version.state != Version.State.SUPERSEDED:
        return None
    later = [each for each in published if each.from_quarter > version.from_quarter]
    return min(later, key=lambda each: each.from_quarter, default=None)


@require_safe
@require(Permission.ENTER)
def sorp_versions(request: SignedInRequest) -> HttpResponse:
    """Every version and how far it has come, with what one may do about it."""
    versions = (
        Version.objects.visible_to(request.user)
        .select_related("drafted_by", "approved_by")
        .order_by("-from_quarter", "-pk")
    )
    rows = list(versions)
    page = {
        "unfinished": [each for each in rows if each.state in ("draft", "consultation")],
        "approved": [each for each in rows if each.state == Version.State.APPROVED],
        "published": [each for each in rows if _is_published(each)],
        "may_draft": allowed(request.user, Permission.MANAGE_FRAMEWORK),
        "may_approve": allowed(request.user, Permission.APPROVE_SORP),
    }
    return render(request, "sorp/versions.html", page)


@public
@require_safe
def sorp_differences(request: HttpRequest, number: str, other: str) -> HttpResponse:
    """What differs between two versions: word by word, and rule by rule in sentences."""
    new, old = _readable(request, number), _readable(request, other)
    if new.pk == old.pk:
        raise Http404("Choose two different versions to compare")
    if old.from_quarter and new.from_quarter and new.from_quarter < old.from_quarter:
        return redirect("sorp_differences", old.number, new.number)  # the later against the earlier

    def draw() -> HttpResponse:
        between = clauses_compared(old, new)
        page = {
            "new": new,
            "old": old,
            "new_name": f"Version {new.number}",
            "caption": f"{word('sorp')}, version {old.number} and version {new.number}",
            "clauses": [each for each in between if each.change is not ChangeKind.SAME],
            "unchanged": sum(each.change is ChangeKind.SAME for each in between),
            "groups": grouped(rules_compared(old, new)),
        }
        return render(request, "sorp/differences.html", page)

    if _is_published(new) and _is_published(old):
        return cached_response(request, _mark(new, old), draw)
    return draw()


@public
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """What each term of the SORP means."""
    version = version_in_force()
    if version is None:
        return render(request, "sorp/none.html")
    page = {"version": version, "terms": terms_of(version)}
    return cached_response(
        request, _mark(version), lambda: render(request, "sorp/terms.html", page)
    )
