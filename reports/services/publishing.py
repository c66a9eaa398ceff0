"""Publishing an edition in steps, each by somebody: checked, approved by another, published at its time, withdrawn.

Decision 50 says why two people, and what a withdrawal takes away.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from core import audit
from core.clock import localdate, now
from core.converters import address_of
from core.kept_files import store
from core.models.notices import Notice
from core.refusals import Refused
from core.services.notices import owe_notice
from organisation.models.people import User
from reports.models import Edition, Withdrawal
from reports.queries.editions import kept_files, who_may_approve
from reports.rules.sentences import wrong_sentences

State = Edition.State


class CannotPublish(Refused):
    """The edition cannot take this step as it is. The message says what to do."""


class CannotWithdraw(Refused):
    """The edition cannot be withdrawn. The message says why."""


@transaction.atomic
def check_edition(*, edition: Edition, by: User) -> Edition:
    """Somebody has read the edition's public form and found it right; who may approve it is told.

    Checking again changes nothing.
    Raises CannotPublish where it could not be published as it is.
    """
    edition = _locked(edition)
    if edition.state != State.DRAFT:
        return edition
    _refuse_unfit(edition)
    edition.state, edition.checked_at, edition.checked_by = State.CHECKED, now(), by
    edition.save(update_fields=["state", "checked_at", "checked_by"])
    audit.record("checked edition", edition, by=by, sha256=edition.public_sha256)
    for person in who_may_approve(edition, on=localdate()):
        owe_notice(
            key=f"approve-edition-{edition.pk}-{edition.checked_at:%Y%m%d%H%M%S%f}-{person.pk}",
            kind=Notice.Kind.TO_DECIDE,
            recipient=person,
            subject=f"The report for {edition.quarter} is waiting for your approval",
            body=(
                f"{by.name} checked edition {edition.number}. It can be published once somebody "
                f"who neither built nor checked it approves it."
            ),
            address=reverse("edition", args=[edition.quarter.key, edition.number]),
        )
    return edition


@transaction.atomic
def approve_edition(*, edition: Edition, publish_at: datetime, by: User) -> Edition:
    """Another than built or checked it approves the edition, to be published at a time.

    Approved again for another time, it is published then. Raises CannotPublish where nobody checked
    it, the same person did, or it could not be published as it is.
    """
    edition = _locked(edition)
    if edition.is_published or (
        edition.state == State.APPROVED
        and (edition.publish_at, edition.approved_by_id) == (publish_at, by.pk)
    ):
        return edition
    if edition.state == State.DRAFT:
        raise CannotPublish(
            f"Edition {edition.number} has not been checked: read it and check it first"
        )
    if by.pk in (edition.checked_by_id, edition.frozen_by_id):
        did = "checked" if by.pk == edition.checked_by_id else "built"
        raise CannotPublish(
            f"You {did} edition {edition.number}, so somebody else has to approve it: another "
            f"performance officer, the Managing Director or the Deputy Managing Director"
        )
    _refuse_unfit(edition)
    was = edition.publish_at
    edition.state, edition.approved_at, edition.approved_by = State.APPROVED, now(), by
    edition.publish_at = publish_at
    edition.save(update_fields=["state", "approved_at", "approved_by", "publish_at"])
    audit.record(
        "approved edition",
        edition,
        by=by,
        publish_at=publish_at.isoformat(),
        was=was.isoformat() if was else None,
        sha256=edition.public_sha256,
    )
    return edition


@transaction.atomic
def send_back_edition(*, edition: Edition, reason: str, by: User) -> Edition:
    """What was checked or approved is a draft again, and is not published. Raises CannotPublish."""
    edition = _locked(edition)
    if edition.is_published:
        raise CannotPublish(
            f"Edition {edition.number} is published already: withdraw it, or build a correction"
        )
    if edition.state == State.DRAFT:
        return edition
    if not reason.strip():
        raise CannotPublish("Say what is wrong with it", field="reason")
    _set_back(edition, reason=reason.strip(), by=by)
    return edition


def set_back_older(*, than: Edition, by: User | None) -> None:
    """A newer edition is there: what was to be published of its quarter before is a draft again."""
    for older in Edition.objects.filter(
        report=than.report, number__lt=than.number, state__in=[State.CHECKED, State.APPROVED]
    ):
        _set_back(older, reason=f"Edition {than.number} was built after it", by=by)


@transaction.atomic
def publish_edition(*, edition: Edition) -> Edition:
    """Everyone may read an approved edition whose time has come. Publishing it again changes nothing.

    Raises CannotPublish where it was not approved, its time has not come, its files are not kept as
    they were drawn, a sentence does not follow from its facts, or a newer one is there.
    """
    edition = _locked(edition)
    if edition.is_published:
        return edition
    if edition.state != State.APPROVED or edition.publish_at is None:
        raise CannotPublish(
            f"Edition {edition.number} has not been approved: one person checks it, another "
            f"approves it"
        )
    if edition.publish_at > now():
        raise CannotPublish(f"Edition {edition.number} is approved for a later time")
    _refuse_unfit(edition)
    edition.state, edition.published_at = State.PUBLISHED, now()
    edition.published_by = edition.approved_by
    edition.save(update_fields=["state", "published_at", "published_by"])
    audit.record(
        "published edition",
        edition,
        by=None,
        checked_by=str(edition.checked_by),
        approved_by=str(edition.approved_by),
        sha256=edition.public_sha256,
    )
    return edition


@transaction.atomic
def withdraw_edition(*, edition: Edition, reason: str, by: User) -> Withdrawal:
    """Nobody reads a published edition any more: its content is gone, its digests and addresses stay.

    At once, by one person: whoever finds somebody's personal data in a report waits for nobody. The
    reason is public. Its files go once this is through (`remove_withdrawn_files`). Withdrawing again
    changes nothing. Raises CannotWithdraw.
    """
    edition = _locked(edition)
    known = Withdrawal.objects.filter(edition=edition).first()
    if known is not None:
        return known
    if not edition.is_published:
        raise CannotWithdraw(f"Edition {edition.number} was never published: send it back")
    if not reason.strip():
        raise CannotWithdraw("Say why it is withdrawn: everyone may read it", field="reason")
    withdrawal = Withdrawal.objects.create(
        edition=edition,
        reason=reason.strip(),
        addresses=list(_addresses(edition)),
        withdrawn_at=now(),
        withdrawn_by=by,
    )
    Edition.objects.filter(pk=edition.pk).update(document={}, public_document={})
    audit.record(
        "withdrew edition", edition, by=by, reason=reason.strip(), sha256=edition.public_sha256
    )
    # A process that dies here leaves files that nothing serves; the next round takes them away.
    transaction.on_commit(lambda: remove_withdrawn_files(withdrawal=withdrawal), robust=True)
    return withdrawal


@transaction.atomic
def remove_withdrawn_files(*, withdrawal: Withdrawal) -> bool:
    """The files of a withdrawn edition are gone from the store. Returns whether this call did it."""
    row = Withdrawal.objects.select_for_update().get(pk=withdrawal.pk)
    if row.files_gone_at is not None:
        return False
    for file in row.edition.files.select_related("edition__report"):
        store.delete(file.path)
    row.files_gone_at = now()
    row.save(update_fields=["files_gone_at"])
    audit.record("removed withdrawn files", row.edition, by=None)
    return True


def _addresses(edition: Edition) -> Iterable[str]:
    """The pages of one thing each that the edition had."""
    document = edition.public_document
    for each in document.get("indicators", ()):
        yield reverse("public_indicator", args=[address_of(each["reference"])])
    for each in document.get("priorities", ()):
        yield reverse("public_priority", args=[each["slug"]])


def _locked(edition: Edition) -> Edition:
    return (
        Edition.objects.select_for_update(of=("self",)).select_related("report").get(pk=edition.pk)
    )


def _set_back(edition: Edition, *, reason: str, by: User | None) -> None:
    edition.state = State.DRAFT
    edition.checked_at = edition.checked_by = None
    edition.approved_at = edition.approved_by = edition.publish_at = None
    edition.save(
        update_fields=[
            *("state", "checked_at", "checked_by", "approved_at", "approved_by", "publish_at"),
        ]
    )
    audit.record("sent back edition", edition, by=by, reason=reason)


def _refuse_unfit(edition: Edition) -> None:
    """What is not whole, not borne out, or not the newest takes no step towards being published."""
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
                f"Edition {edition.number} has sentences that do not match its facts ({what}): "
                f"build the"
                " report again, then publish it"
            )
    others = Edition.objects.filter(report=edition.report)
    if others.filter(number__gt=edition.number).exists():
        raise CannotPublish(
            f"A later edition of the report for {edition.quarter} was built: publish that one"
        )
    earlier = others.issued().filter(number__lt=edition.number)
    if earlier.exists() and not edition.public_document["edition"].get("note"):
        raise CannotPublish(
            f"A report for {edition.quarter} was published before: build it again, and say what this"
            " edition corrects",
            field="note",
        )
