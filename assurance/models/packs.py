"""What a meeting receives: papers, and the pack in which everything is frozen."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from assurance.models.meetings import Meeting


class Paper(models.Model):
    """Something tabled at a meeting: a title with a text, a file, or both."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="papers")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    file = models.FileField(upload_to="papers/%Y/", blank=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the file")
    tabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["meeting", "position"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="papers_stand_in_order"),
            models.CheckConstraint(condition=~Q(title=""), name="paper_has_a_title"),
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(file=""), name="paper_is_a_text_or_a_file"
            ),
            models.CheckConstraint(
                condition=Q(file="") | ~Q(sha256=""), name="paper_with_a_file_has_its_fingerprint"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Pack(models.Model):
    """A meeting's papers as they were at one moment, frozen in one document.

    The document never changes. HTML and PDF are drawn from it, once, in reports, and kept beside
    it. A meeting may have several packs: one sent out before it, one with what came of it.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="packs")
    number = models.PositiveSmallIntegerField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    html = models.TextField(blank=True)
    pdf = models.BinaryField(null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["meeting", "number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="packs_are_numbered"),
            models.UniqueConstraint(
                fields=["meeting", "sha256"], name="a_document_is_frozen_once_per_meeting"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="packs_count_from_one"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="pack_has_its_fingerprint"
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, html="", pdf__isnull=True)
                | (Q(drawn_at__isnull=False, pdf__isnull=False) & ~Q(html="")),
                name="pack_is_drawn_as_html_and_pdf_or_not_at_all",
            ),
        ]

    def __str__(self) -> str:
        return f"Pack {self.number} for {self.meeting}"

    @property
    def drawn_pdf(self) -> bytes:
        """The PDF, which one database hands out as bytes and another as a view of them. ValueError before it is drawn."""
        if self.pdf is None:
            raise ValueError(f"{self} is not drawn yet")
        return bytes(self.pdf)
