"""What may be asked about reports and their editions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from core.kept_files import store
from core.quarters import Quarter
from organisation.models.people import User
from organisation.permissions import Permission
from organisation.queries import people_who_may
from organisation.rights import allowed
from reports.models import Edition, EditionFile, EditionQuerySet, SmallEdition, Withdrawal


def latest_edition(quarter: Quarter) -> Edition | None:
    """The newest edition of a quarter's report, draft or published."""
    return Edition.objects.of(quarter).select_related("report").order_by("-number").first()


def published_edition(quarter: Quarter | None = None) -> Edition | None:
    """The newest published edition: of a quarter, or of the latest quarter that has one.

    Of a quarter whose newest was withdrawn there is none: what it corrected does not stand again.
    Without its documents, which `public_document` reads: a page that is not changed needs neither.
    """
    rows = _newest_issued().published()
    if quarter is not None:
        rows = rows.of(quarter)
    return rows.order_by("-report__quarter").first()


def published_editions() -> QuerySet[Edition]:
    """The newest published edition of each quarter, with its files, latest quarter first."""
    rows = _newest_issued().published().prefetch_related("files")
    return rows.order_by("-report__quarter")


def withdrawals() -> QuerySet[Withdrawal]:
    """Of each quarter whose newest edition was withdrawn, why, latest quarter first."""
    rows = Withdrawal.objects.filter(edition__in=_newest_issued())
    return (
        rows.select_related("edition__report")
        .defer("edition__document", "edition__public_document")
        .order_by("-edition__report__quarter")
    )


def withdrawal_at(address: str) -> Withdrawal | None:
    """What became of a page that only a withdrawn edition had; None where none had it."""
    rows = Withdrawal.objects.select_related("edition__report")
    rows = rows.defer("edition__document", "edition__public_document")
    return next((each for each in rows if address in each.addresses), None)


def _newest_issued() -> EditionQuerySet:
    """The newest edition of each quarter that was ever published, without its documents."""
    newest = Edition.objects.issued().filter(report=OuterRef("report")).order_by("-number")
    rows: EditionQuerySet = Edition.objects.issued()
    return (
        rows.filter(pk=Subquery(newest.values("pk")[:1]))
        .without_documents()
        .select_related("report")
    )


def edition_telling_of(reference: str) -> Edition | None:
    """The newest published edition that tells of an indicator, or None."""
    for edition in published_editions().filter(public_document__icontains=f'"{reference}"'):
        if any(each["reference"] == reference for each in public_document(edition)["indicators"]):
            return edition
    return None


def agreed_plans_after(edition: Edition) -> dict[str, SmallEdition]:
    """The plans agreed since an edition was frozen, by reference: of each indicator the latest."""
    rows = small_editions().filter(kind=SmallEdition.Kind.PLAN, frozen_at__gt=edition.frozen_at)
    return {each.reference: each for each in rows.order_by("number")}


def who_may_approve(edition: Edition, *, on: date) -> list[User]:
    """Everybody who may approve an edition on a day, by name: neither built nor checked it."""
    had_a_hand = (edition.frozen_by_id, edition.checked_by_id)
    return [each for each in people_who_may(Permission.SECOND, on=on) if each.pk not in had_a_hand]


def waiting_for_approval(reader: User) -> list[Edition]:
    """The checked editions that wait for this reader's word, earliest checked first."""
    if not allowed(reader, Permission.SECOND):
        return []
    rows = Edition.objects.without_documents().filter(state=Edition.State.CHECKED)
    rows = rows.exclude(frozen_by=reader).exclude(checked_by=reader)
    return list(rows.select_related("report", "checked_by").order_by("checked_at", "pk"))


def small_editions() -> QuerySet[SmallEdition]:
    """All that was published between reports, newest first, with its withdrawal where there is one."""
    rows = SmallEdition.objects.select_related("withdrawal__withdrawn_by", "approved_by")
    return rows.order_by("-frozen_at", "-id")


def all_editions() -> EditionQuerySet:
    """Every edition, newest first, for those who build them."""
    rows: EditionQuerySet = Edition.objects.without_documents()
    return (
        rows.select_related(
            *("report", "frozen_by", "checked_by", "approved_by", "published_by"),
            "withdrawal__withdrawn_by",
        )
        .prefetch_related("files")
        .order_by("-report__quarter", "-number")
    )


def public_document(edition: Edition) -> dict[str, Any]:
    """What everyone may read of an edition."""
    return Edition.objects.values_list("public_document", flat=True).get(pk=edition.pk)


def public_file(quarter: Quarter, name: str) -> EditionFile | None:
    """A file of the newest published edition of a quarter, or None."""
    edition = published_edition(quarter)
    if edition is None:
        return None
    return (
        EditionFile.objects.filter(edition=edition, name=name)
        .select_related("edition__report")
        .defer("edition__document", "edition__public_document")
        .first()
    )


def kept_files(edition: Edition) -> dict[str, bytes]:
    """The files of an edition as they are kept; none where any is gone or not as it was drawn."""
    found = {}
    for each in edition.files.all():
        content = store.read_back(each.path, each.sha256)
        if content is None:
            return {}
        found[each.name] = content
    return found
