"""Messages that are owed to people, and how each wants to be told."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from organisation.clock import now


class NoticeQuerySet(models.QuerySet):
    def unsent(self):
        return self.filter(sent_at__isnull=True)


class Notice(models.Model):
    """A message owed to one person about one thing. The unsent row is the retry."""

    class Kind(models.TextChoices):
        NEWS = "news", "Something happened"
        REMINDER = "reminder", "Something is due"
        OVERDUE = "overdue", "Something is overdue"

    key = models.CharField(max_length=200, unique=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.NEWS)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    owed_at = models.DateTimeField(default=now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["owed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(body=""), name="notice_says_something"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["news", "reminder", "overdue"]), name="notice_is_of_a_known_kind"
            ),
        ]

    def __str__(self):
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

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=["each", "daily", "overdue"]), name="preference_is_a_known_one"
            ),
        ]

    def __str__(self):
        return f"{self.user}: {self.get_how_display()}"
