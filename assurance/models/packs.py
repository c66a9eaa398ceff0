"""What a meeting receives: papers, and the pack in which everything is frozen."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from assurance.models.meetings import Meeting
from assurance.rules import DocumentKind


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


class RedactedPack(models.Model):
    """A pack as it was drawn for those who may not read all that is exempt in it.

    It is made of the pack's own document and of nothing else; the digest is that of what is left.
    """

    pack = models.ForeignKey(Pack, models.PROTECT, related_name="redacted")
    sha256 = models.CharField(max_length=64)
    html = models.TextField()
    pdf = models.BinaryField()
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["pack", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "sha256"], name="a_redacted_pack_is_drawn_once"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="redacted_pack_has_its_fingerprint",
            ),
            models.CheckConstraint(condition=~Q(html=""), name="redacted_pack_is_drawn"),
        ]

    def __str__(self) -> str:
        return f"{self.pack}, redacted"


class SentPack(models.Model):
    """One person was sent one pack, and opened it for the first time at a moment, or has not yet."""

    pack = models.ForeignKey(Pack, models.PROTECT, related_name="sent")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    as_what = models.CharField(max_length=200)
    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pack", "recipient__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "recipient"], name="a_pack_is_sent_to_somebody_once"
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(opened_at__gte=F("sent_at")),
                name="a_pack_is_opened_after_it_was_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} to {self.recipient}"


class MeetingDocument(models.Model):
    """The chair's brief before a meeting, what came of it after, or the formal report: one version.

    Drafted from the record and edited. Issued it stands; what is written after that is the next
    version.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=6, choices=DocumentKind.choices)
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    met_on = models.DateField(
        "when the chair and the Cabinet Member met over it", null=True, blank=True
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["meeting", "kind", F("number").desc()]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "kind", "number"], name="versions_of_a_document_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="versions_of_a_document_count_from_one"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(DocumentKind)), name="document_is_of_a_known_kind"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="document_says_something"),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True, issued_by__isnull=True)
                | Q(issued_at__isnull=False, issued_by__isnull=False),
                name="document_is_issued_by_somebody_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.meeting}, version {self.number}"

    def get_absolute_url(self) -> str:
        meeting = self.meeting
        return reverse("meeting_document", args=[meeting.team.code, meeting.meets_on, self.kind])
