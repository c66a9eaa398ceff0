"""The quarterly performance report and its editions: frozen, numbered, and never changed once published."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localtime

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
        return self.filter(state=Edition.State.PUBLISHED)

    def of(self, quarter: Quarter) -> Self:
        return self.filter(report__quarter=quarter)

    def without_documents(self) -> Self:
        """For lists: a document may be a megabyte."""
        return self.defer("document", "public_document")


class Edition(models.Model):
    """One frozen saying of a report: every fact in it is a copy, taken at one moment.

    `public_document` is what of it everyone may read, worked out once, when it was frozen. A
    published edition is never changed or deleted: the database itself refuses (migration 0002).
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
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
                condition=Q(state="draft", published_at__isnull=True)
                | Q(state="published", published_at__isnull=False),
                name="a_published_edition_says_when",
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
        return self.state == self.State.PUBLISHED


class SmallEdition(models.Model):
    """What was published between two reports: one fact, made public by an act and frozen with it.

    Its document is public from the first, and is never changed or deleted: the database itself
    refuses (migration 0003). Whoever did the act approved it.
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
    def public_sha256(self) -> str:
        """All of it is public."""
        return self.sha256


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
