"""Freezing an edition. Its publication: `publishing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from core import audit
from core.canonical_json import canonical, digest
from core.clock import localdate, now
from core.lettering import unprintable_in
from core.quarters import Quarter
from core.refusals import Refused
from core.services.quarters import held_quarter
from organisation.models.people import User
from reports.contents.edition import edition_contents
from reports.models import Edition, QuarterlyReport
from reports.rules.counting import same_content
from reports.rules.projection import public_form
from reports.rules.sentences import CannotBeMade
from reports.schema import check_form
from reports.services.publishing import set_back_older
from reports.verification import wrong_figures


class DoesNotFollow(Refused):
    """What was gathered does not follow from its own inputs, so it is not frozen."""

    def __init__(self, quarter: Quarter, what: str) -> None:
        super().__init__(
            f"The report for {quarter} would contradict itself ({what}). If a result was "
            f"revised, close the quarter again to update its escalations; then build the report"
        )


class CannotBePrinted(Refused):
    """Somebody wrote letters that the report's fonts do not hold: whose, where, and which."""

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        named = "; ".join(f"{where}: {letters}" for where, letters in found[:10])
        rest = f"; and {len(found) - 10} more" if len(found) > 10 else ""
        super().__init__(
            "Write these in letters that can be printed, then build the report again:"
            f" {named}{rest}"
        )


@transaction.atomic
def freeze_edition(*, quarter: Quarter, by: User | None, note: str = "") -> tuple[Edition, bool]:
    """The report of a closed quarter is frozen. Returns its newest edition, and whether it is new.

    `note` says in public what it corrects of what was published before. Where the newest edition
    says the same already, it stands and nothing is written. An older one that was to be published is
    a draft again. Raises
    NotClosed for an open quarter; NotAnEdition where what was gathered has not the form it should;
    DoesNotFollow where it would not verify, as when a revision is not yet followed up;
    CannotBePrinted where a font lacks what somebody wrote.
    """
    held_quarter(quarter)  # it stays closed until the edition is frozen
    report, _ = QuarterlyReport.objects.get_or_create(quarter=quarter)
    QuarterlyReport.objects.select_for_update().get(pk=report.pk)
    newest = report.editions.order_by("-number").first()
    number = newest.number + 1 if newest else 1
    try:
        full = edition_contents(quarter=quarter, number=number, frozen_on=localdate(), note=note)
    except CannotBeMade as reason:
        raise DoesNotFollow(quarter, str(reason)) from None
    if newest is not None and _says_already(newest, full):
        return newest, False
    public = public_form(full)
    for document in (full, public):
        check_form(document)
    for what in wrong_figures(full):
        raise DoesNotFollow(quarter, what)
    written = {key: value for key, value in public.items() if key != "sentences"}
    if unprinted := [(_place(public, path), found) for path, found in unprintable_in(written)]:
        raise CannotBePrinted(unprinted)
    edition = Edition.objects.create(
        report=report,
        number=full["edition"]["number"],
        document=full,
        public_document=public,
        sha256=digest(canonical(full)),
        public_sha256=digest(canonical(public)),
        frozen_at=now(),
        frozen_by=by,
    )
    audit.record("froze edition", edition, by=by, sha256=edition.sha256, note=note)
    set_back_older(than=edition, by=by)
    return edition, True


def _says_already(newest: Edition, full: Mapping[str, Any]) -> bool:
    """Whether the newest edition holds this content, and the note, where one was given."""
    note = full["edition"].get("note")
    return (
        not newest.is_withdrawn
        and same_content(dict(full), newest.document)
        and note in (None, newest.document["edition"].get("note"))
    )


def _place(document: Mapping[str, Any], path: str) -> str:
    """Where in the report a text stands, in words: PL-04, management action."""
    part, *within = path.split("/")
    name = (within or [part])[-1].replace("_", " ")
    if within and part in ("indicators", "priorities"):
        each = document[part][int(within[0])]
        return f"{each.get('reference') or each.get('title')}, {name}"
    return f"{part}, {name}" if within else name
