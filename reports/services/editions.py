"""Freezing an edition, and publishing it."""

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
from organisation.models.people import User
from reports.contents.edition import edition_contents
from reports.models import Edition, QuarterlyReport
from reports.queries.editions import kept_files
from reports.rules.counting import same_content
from reports.rules.projection import public_form
from reports.rules.sentences import CannotBeMade, wrong_sentences
from reports.schema import check_form
from reports.verification import wrong_figures


class DoesNotFollow(Refused):
    """What was gathered does not follow from its own inputs, so it is not frozen."""

    def __init__(self, quarter: Quarter, what: str) -> None:
        super().__init__(
            f"The report for {quarter} would contradict itself ({what}). Where a result was revised,"
            " close the quarter again, so that escalations follow it; then build the report"
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


class CannotPublish(Refused):
    """The edition cannot be published as it is. The message says what to do."""


@transaction.atomic
def freeze_edition(*, quarter: Quarter, by: User | None) -> tuple[Edition, bool]:
    """The report of a closed quarter is frozen. Returns its newest edition, and whether it is new.

    Where the newest edition says the same already, it stands and nothing is written. Raises
    NotClosed for an open quarter; NotAnEdition where what was gathered has not the form it should;
    DoesNotFollow where it would not verify, as when a revision is not yet followed up;
    CannotBePrinted where a font lacks what somebody wrote.
    """
    report, _ = QuarterlyReport.objects.get_or_create(quarter=quarter)
    QuarterlyReport.objects.select_for_update().get(pk=report.pk)
    newest = report.editions.order_by("-number").first()
    number = newest.number + 1 if newest else 1
    try:
        full = edition_contents(quarter=quarter, number=number, frozen_on=localdate())
    except CannotBeMade as reason:
        raise DoesNotFollow(quarter, str(reason)) from None
    if newest is not None and same_content(full, newest.document):
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
    audit.record("froze edition", edition, by=by, sha256=edition.sha256)
    return edition, True


def _place(document: Mapping[str, Any], path: str) -> str:
    """Where in the report a text stands, in words: PL-04, management action."""
    part, *within = path.split("/")
    name = (within or [part])[-1].replace("_", " ")
    if within and part in ("indicators", "priorities"):
        each = document[part][int(within[0])]
        return f"{each.get('reference') or each.get('title')}, {name}"
    return f"{part}, {name}" if within else name


@transaction.atomic
def publish_edition(*, edition: Edition, by: User | None) -> Edition:
    """Everyone may read the edition, for good. Publishing it again changes nothing.

    Raises CannotPublish where its files were not built or do not read back as they were drawn, where a
    sentence of it does not follow from its facts, or a newer edition is published already.
    """
    edition = (
        Edition.objects.select_for_update(of=("self",)).select_related("report").get(pk=edition.pk)
    )
    if edition.is_published:
        return edition
    if not edition.files.exists():
        raise CannotPublish(f"Build the files of edition {edition.number} first, then publish it")
    if not kept_files(edition):
        raise CannotPublish(
            f"The files of edition {edition.number} are not all kept as they were drawn: build the"
            " report again, then publish it"
        )
    for document in (edition.document, edition.public_document):
        for what in wrong_sentences(document):
            raise CannotPublish(
                f"Edition {edition.number} says what its facts do not bear out ({what}): build the"
                " report again, then publish it"
            )
    newer = Edition.objects.published().filter(report=edition.report, number__gt=edition.number)
    if newer.exists():
        raise CannotPublish(
            f"A later edition of the report for {edition.quarter} is published already: build the"
            " report again to say something new"
        )
    edition.state, edition.published_at, edition.published_by = (
        Edition.State.PUBLISHED,
        now(),
        by,
    )
    edition.save(update_fields=["state", "published_at", "published_by"])
    audit.record("published edition", edition, by=by, sha256=edition.public_sha256)
    return edition
