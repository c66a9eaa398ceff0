"""What somebody reminded a person of by hand, in which words, and whether its link was followed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField
from core.models.notices import Notice


class SentReminder(models.Model):
    """One person reminded, by another, of the results of a quarter that they have not submitted.

    It is known to be opened only where the link in its notice was followed by whom it went to.
    """

    batch = models.UUIDField(help_text="Those sent by one press of the button share it")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    quarter = QuarterField()
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    notice = models.OneToOneField(Notice, models.PROTECT, related_name="+")
    words = models.TextField(help_text="As they were sent, without the list of what is lacking")
    lacking = models.JSONField(help_text="The references of the results that were not in")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=now, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "recipient"], name="one_press_reminds_a_person_once"
            ),
            models.CheckConstraint(condition=~Q(words=""), name="a_sent_reminder_says_something"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | Q(opened_at__gte=F("sent_at")),
                name="a_reminder_is_opened_after_it_was_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"Reminder of {self.quarter} to {self.recipient}"

    @property
    def how_it_went(self) -> str:
        """What is known of its way: sent by e-mail, kept for the home page, or still to be sent."""
        if self.notice.sent_at is not None:
            return "Sent by e-mail"
        return "On their home page" if self.notice.kept_at is not None else "Not sent by e-mail yet"
