"""What whoever answers for an item was asked to bring, who comes in their place, and what they wrote."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from assurance.models.meetings import CallIn
from assurance.rules import DeputyState
from escalation.models.plans import ActionPlan


class Invitation(models.Model):
    """The accountable manager is asked to a meeting: what to bring, and by which day."""

    call_in = models.OneToOneField(CallIn, models.PROTECT, related_name="invitation")
    bring = models.TextField("what to bring")
    bring_by = models.DateField("by which day")
    times_sent = models.PositiveSmallIntegerField(default=1)
    sent_at = models.DateTimeField()
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    deputy_reason = models.CharField(max_length=500, blank=True, default="")
    deputy_state = models.CharField(
        max_length=10, choices=DeputyState.choices, blank=True, default=""
    )
    deputy_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["call_in"]
        constraints = [
            models.CheckConstraint(condition=~Q(bring=""), name="invitation_says_what_to_bring"),
            models.CheckConstraint(condition=Q(times_sent__gte=1), name="invitation_was_sent"),
            models.CheckConstraint(
                condition=Q(
                    deputy__isnull=True,
                    deputy_reason="",
                    deputy_state="",
                    deputy_decided_by__isnull=True,
                )
                | Q(deputy__isnull=False, deputy_state="asked", deputy_decided_by__isnull=True)
                & ~Q(deputy_reason="")
                | Q(
                    deputy__isnull=False,
                    deputy_state__in=["agreed", "refused"],
                    deputy_decided_by__isnull=False,
                )
                & ~Q(deputy_reason=""),
                name="a_deputy_is_asked_for_with_a_reason_and_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation: {self.call_in}"

    def get_absolute_url(self) -> str:
        meeting = self.call_in.meeting
        return reverse(
            "invitation",
            args=[meeting.team.code, meeting.meets_on, self.call_in.address],
        )

    @property
    def stands_in(self) -> bool:
        """Whether a deputy comes in the manager's place, as the chair agreed."""
        return self.deputy_state == DeputyState.AGREED


class ManagersPaper(models.Model):
    """What an accountable manager puts before a meeting on an item, in one version of it.

    A later version stands beside the earlier one, which stays.
    """

    call_in = models.ForeignKey(CallIn, models.PROTECT, related_name="managers_papers")
    number = models.PositiveSmallIntegerField()
    cause = models.TextField()
    obstacles = models.TextField("what stands in the way", blank=True, default="")
    asked = models.TextField("what is asked of the team", blank=True, default="")
    plan = models.ForeignKey(ActionPlan, models.PROTECT, null=True, blank=True, related_name="+")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["call_in", F("number").desc()]
        constraints = [
            models.UniqueConstraint(
                fields=["call_in", "number"], name="versions_of_a_paper_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="versions_of_a_paper_count_from_one"
            ),
            models.CheckConstraint(condition=~Q(cause=""), name="managers_paper_says_the_cause"),
        ]

    def __str__(self) -> str:
        return f"Paper on {self.call_in}, version {self.number}"
