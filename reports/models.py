"""The quarterly performance report and its editions: frozen, numbered, and never changed once published."""

from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.timezone import localtime

from core.canonical_json import digest
from core.fields import QuarterField
from core.quarters import Quarter


class QuarterlyReport(models.Model):
    """The report of one quarter. What it says is in its editions."""

    quarter = QuarterField(unique=True)

    class Meta:
        ordering = ["-quarter"]

    def __str__(self) -> str:
        return f"Quarterly performance report, {self.quarter}"


class EditionQuerySet(models.QuerySet["Edition"]):
    def published(self) -> Self:
        """Those that everyone may read."""
        return self.issued().filter(withdrawal__isnull=True)

    def issued(self) -> Self:
        """Those that were published, whether or not they were withdrawn since."""
        return self.filter(state=Edition.State.PUBLISHED)

    def due(self, moment: datetime) -> Self:
        """Those approved for a time that has come."""
        return self.filter(state=Edition.State.APPROVED, publish_at__lte=moment)

    def of(self, quarter: Quarter) -> Self:
        return self.filter(report__quarter=quarter)

    def without_documents(self) -> Self:
        """For lists: a document may be a megabyte."""
        return self.defer("document", "public_document")


class Edition(models.Model):
    """One frozen saying of a report: every fact in it is a copy, taken at one moment.

    `public_document` is what of it everyone may read, worked out once, when it was frozen. It is
    checked by one person, approved by another for a time, and published then. A published edition is
    never changed or deleted: the database itself refuses. Where it is withdrawn, its content goes,
    and its number and digests stay.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        CHECKED = "checked", "Checked"
        APPROVED = "approved", "Approved"
        PUBLISHED = "published", "Published"

    report = models.ForeignKey(QuarterlyReport, models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    document = models.JSONField()
    public_document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    public_sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    publish_at = models.DateTimeField(
        null=True, blank=True, help_text="When it is to be published, once it is approved"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["-report__quarter", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="editions_are_numbered"),
            models.CheckConstraint(condition=Q(number__gte=1), name="editions_count_from_one"),
            models.CheckConstraint(
                # What was published before there were two steps has no check and no approval.
                condition=Q(
                    state="draft",
                    checked_at__isnull=True,
                    approved_at__isnull=True,
                    publish_at__isnull=True,
                    published_at__isnull=True,
                )
                | Q(
                    state="checked",
                    checked_at__isnull=False,
                    checked_by__isnull=False,
                    approved_at__isnull=True,
                    publish_at__isnull=True,
                    published_at__isnull=True,
                )
                | Q(
                    state="approved",
                    checked_by__isnull=False,
                    approved_at__isnull=False,
                    approved_by__isnull=False,
                    publish_at__isnull=False,
                    published_at__isnull=True,
                )
                | Q(state="published", published_at__isnull=False),
                name="an_edition_takes_one_step_after_another",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(checked_by__isnull=False) & ~Q(approved_by=F("checked_by")),
                name="an_edition_is_approved_by_another_than_checked_it",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(frozen_by__isnull=True)
                | ~Q(approved_by=F("frozen_by")),
                name="an_edition_is_approved_by_another_than_built_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}, edition {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("public_report", args=[self.quarter.key])

    @property
    def quarter(self) -> Quarter:
        return self.report.quarter

    @property
    def published_on(self) -> date:
        """The day of publication where the council is. ValueError for a draft."""
        if self.published_at is None:
            raise ValueError(f"{self} is a draft")
        return localtime(self.published_at).date()

    @property
    def is_published(self) -> bool:
        """Whether it was published for everyone to read: it may have been withdrawn since."""
        return self.state == self.State.PUBLISHED

    @property
    def is_withdrawn(self) -> bool:
        return getattr(self, "withdrawal", None) is not None

    @property
    def state_in_words(self) -> str:
        return "withdrawn" if self.is_withdrawn else self.get_state_display().lower()


class Withdrawal(models.Model):
    """That a published edition was taken back, such as for a slip of personal data, and why.

    Its address and digests stay and answer with the reason; what it said is gone from the database,
    and its files from the store. Never changed or deleted: the database itself refuses.
    """

    edition = models.OneToOneField(Edition, models.PROTECT, related_name="withdrawal")
    reason = models.TextField(help_text="Everyone may read it")
    addresses = models.JSONField(
        default=list, help_text="Of the pages that it had, so that they say what became of them"
    )
    withdrawn_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    files_gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-withdrawn_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_withdrawal_says_why"),
        ]

    def __str__(self) -> str:
        return f"Withdrawal of {self.edition}"

    @property
    def withdrawn_on(self) -> date:
        """The day of withdrawal where the council is."""
        return localtime(self.withdrawn_at).date()

    @property
    def public_sha256(self) -> str:
        """What a page that tells of it is known by: other than while the edition was there."""
        return digest(f"withdrawn {self.edition.public_sha256}".encode())


class SmallEdition(models.Model):
    """What was published between two reports: one fact, made public by an act and frozen with it.

    Its document is public from the first, and is never changed, nor deleted unless it was withdrawn: the
    database itself refuses (migration 0005). Whoever did the act approved it.
    """

    class Kind(models.TextChoices):
        PLAN = "plan", "An action plan agreed"

    kind = models.CharField(max_length=10, choices=Kind)
    reference = models.CharField(max_length=30, help_text="The indicator that it is about")
    number = models.PositiveSmallIntegerField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "reference", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference", "number"], name="small_editions_are_numbered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reference}, {self.number}"

    @property
    def is_withdrawn(self) -> bool:
        return hasattr(self, "withdrawal")

    @property
    def public_sha256(self) -> str:
        """All of it is public. A page that tells that it was withdrawn is known by another."""
        return digest(f"withdrawn {self.sha256}".encode()) if self.is_withdrawn else self.sha256


class SmallWithdrawal(models.Model):
    """That what was published between two reports was taken back, and why.

    Its digest stays, and its page says so; what it said is gone. Never changed or deleted: the
    database itself refuses (migration 0005).
    """

    small = models.OneToOneField(SmallEdition, models.PROTECT, related_name="withdrawal")
    reason = models.TextField(help_text="Everyone may read it")
    withdrawn_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-withdrawn_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_small_withdrawal_says_why"),
        ]

    def __str__(self) -> str:
        return f"Withdrawal of {self.small}"


class EditionFile(models.Model):
    """One file drawn from an edition and kept, so that what was published is what is served."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="files")
    name = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["edition", "name"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "name"], name="one_file_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def path(self) -> str:
        """Where it is kept, under the media folder. Its digest is in it: nothing is overwritten."""
        quarter = self.edition.quarter.key
        return f"editions/{quarter}/{self.edition.number}/{self.sha256[:12]}/{self.name}"
