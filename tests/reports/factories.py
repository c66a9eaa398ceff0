"""Editions and their files, valid by default."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from core.canonical_json import canonical, digest
from reports.models import (
    Edition,
    EditionFile,
    QuarterlyReport,
    SmallEdition,
    SmallWithdrawal,
    Withdrawal,
)
from reports.rules.agreed_plans import public_plan
from reports.rules.projection import public_form
from tests.factories import UserFactory
from tests.reports.documents import PLAN, Q, edition_document


class QuarterlyReportFactory(DjangoModelFactory):
    """The report of Q4 2022/23, the quarter of the hand-made edition."""

    class Meta:
        model = QuarterlyReport
        django_get_or_create = ("quarter",)

    quarter = Q


class EditionFactory(DjangoModelFactory):
    """A draft of the hand-made edition. `published=True` has it read by everyone."""

    class Meta:
        model = Edition

    class Params:
        published = factory.Trait(
            state=Edition.State.PUBLISHED, published_at=datetime(2023, 5, 15, 9, tzinfo=UTC)
        )

    report = factory.SubFactory(QuarterlyReportFactory)
    number = 1
    document = factory.LazyAttribute(
        lambda edition: edition_document(
            edition={"number": edition.number, "frozen_on": "2023-05-12"},
            quarter=edition.report.quarter.key,
        )
    )
    public_document = factory.LazyAttribute(lambda edition: public_form(edition.document))
    sha256 = factory.LazyAttribute(lambda edition: digest(canonical(edition.document)))
    public_sha256 = factory.LazyAttribute(
        lambda edition: digest(canonical(edition.public_document))
    )
    frozen_at = datetime(2023, 5, 12, 9, tzinfo=UTC)


class WithdrawalFactory(DjangoModelFactory):
    """The hand-made edition, published and withdrawn; its content and files are still to go."""

    class Meta:
        model = Withdrawal

    edition = factory.SubFactory(EditionFactory, published=True)
    reason = "It held a person’s details by mistake."
    withdrawn_at = datetime(2023, 5, 16, 9, tzinfo=UTC)
    withdrawn_by = factory.SubFactory(UserFactory)


class SmallEditionFactory(DjangoModelFactory):
    """The plan of HW-01, agreed after the hand-made edition."""

    class Meta:
        model = SmallEdition

    kind = SmallEdition.Kind.PLAN
    reference = "HW-01"
    number = factory.Sequence(lambda n: n + 1)
    document = factory.LazyAttribute(
        lambda small: public_plan(
            reference=small.reference,
            title="Potholes repaired in 28 days",
            after=Q.key,
            agreed_on="2023-05-20",
            plan=PLAN,
        )
    )
    sha256 = factory.LazyAttribute(lambda small: digest(canonical(small.document)))
    frozen_at = datetime(2023, 5, 20, 9, tzinfo=UTC)
    approved_by = factory.SubFactory(UserFactory)


class SmallWithdrawalFactory(DjangoModelFactory):
    """The plan was taken back."""

    class Meta:
        model = SmallWithdrawal

    small = factory.SubFactory(SmallEditionFactory)
    reason = "It held a person’s details by mistake."
    withdrawn_at = datetime(2023, 5, 22, 9, tzinfo=UTC)
    withdrawn_by = factory.SubFactory(UserFactory)


class EditionFileFactory(DjangoModelFactory):
    """A small file of an edition, kept in the store."""

    class Meta:
        model = EditionFile
        skip_postgeneration_save = True

    class Params:
        content = b"one\r\n"

    edition = factory.SubFactory(EditionFactory)
    name = "counts.csv"
    size = factory.LazyAttribute(lambda file: len(file.content))
    sha256 = factory.LazyAttribute(lambda file: digest(file.content))

    @factory.post_generation
    def store(file, create, extracted, **kwargs):  # noqa: N805 factory_boy's own form
        from django.core.files.base import ContentFile
        from django.core.files.storage import default_storage

        if create:
            default_storage.save(file.path, ContentFile(extracted or b"one\r\n"))
