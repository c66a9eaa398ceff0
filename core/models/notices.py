"""Messages that are owed to people, and how each wants to be told."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.clock import now


class NoticeQuerySet(models.QuerySet["Notice"]):
    def told(self) -> Self:
        """Those that stand on their recipient's page: all but what is held for a while."""
        return self.exclude(owed_at__lte=now(), held_until__gt=now())

    def unsent(self) -> Self:
        """Those that still have to go by e-mail, now or with the day's others."""
        return self.told().filter(sent_at__isnull=True, kept_at__isnull=True)

    def to_send_now(self) -> Self:
        """The unsent, without those that wait for their recipient's one e-mail a day."""
        return self.unsent().exclude(recipient__notice_preference__how=NoticePreference.How.DAILY)


class Notice(models.Model):
    """A message owed to one person about one thing. The unsent row is the retry.

    It stands on its recipient's page from when it is owed, or, where it is held, from then on. It
    goes by e-mail once, unless the recipient wants no e-mail of its kind: then it is kept for the
    page alone.
    """

    class Kind(models.TextChoices):
        NEWS = "news", "News"
        TO_DECIDE = "to_decide", "Waiting for your decision"
        REMINDER = "reminder", "Reminder"
        OVERDUE = "overdue", "Overdue"

    key = models.CharField(max_length=200, unique=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.NEWS)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    address = models.CharField(
        max_length=200, blank=True, help_text="Where to go about it, such as /returns/2011-Q1/"
    )
    owed_at = models.DateTimeField(default=now, editable=False)
    held_until = models.DateTimeField(
        null=True, blank=True, help_text="Until when nobody is told: what it tells of may be undone"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was kept for the page, and not sent by e-mail"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["owed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(body=""), name="notice_says_something"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["news", "to_decide", "reminder", "overdue"]),
                name="notice_is_of_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(kept_at__isnull=True),
                name="notice_is_sent_or_kept",
            ),
            models.CheckConstraint(
                condition=Q(address="") | Q(address__startswith="/"),
                name="notice_leads_to_a_page_of_ours",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class NoticePreference(models.Model):
    """How one person wants to be told: of each thing, once a day, or only of what is overdue."""

    class How(models.TextChoices):
        EACH = "each", "An e-mail for each"
        DAILY = "daily", "One e-mail a day"
        OVERDUE = "overdue", "Only what is overdue"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notice_preference"
    )
    how = models.CharField(max_length=8, choices=How, default=How.EACH)
    digest_on = models.DateField(
        null=True, blank=True, help_text="The day of the latest of the daily e-mails"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=["each", "daily", "overdue"]), name="preference_is_a_known_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_how_display()}"
