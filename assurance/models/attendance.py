"""Who was at a meeting and in what standing, and whose interest in an item was looked at."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from assurance.models.meetings import CallIn, Meeting
from assurance.rules import Attended, Course, Standing


class Attendance(models.Model):
    """Whether one person was at one meeting, and by what right.

    Apologies may be sent before it. Who has no seat and answers for no item attends by exception,
    with a reason (Cabinet paper of 20 June 2011, section 3c), or in somebody's place.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="attendances")
    attended = models.CharField(max_length=10, choices=Attended.choices)
    standing = models.CharField(max_length=10, choices=Standing.choices)
    reason = models.CharField(max_length=500, blank=True, default="")
    in_place_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["meeting", "user__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "user"], name="somebody_attends_a_meeting_once"
            ),
            models.CheckConstraint(
                condition=Q(attended__in=list(Attended)), name="attendance_is_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(standing__in=list(Standing)), name="attendance_has_a_known_standing"
            ),
            models.CheckConstraint(
                condition=~Q(standing="exception") | ~Q(reason=""),
                name="attendance_by_exception_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(standing="deputy", in_place_of__isnull=False)
                | ~Q(standing="deputy") & Q(in_place_of__isnull=True),
                name="a_deputy_is_there_in_somebodys_place",
            ),
            models.CheckConstraint(
                condition=~Q(in_place_of=F("user")), name="nobody_is_their_own_deputy"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.meeting}: {self.get_attended_display().lower()}"


class DecidedInterest(models.Model):
    """What the chair decided about somebody who answers for, or works in, what an item is about."""

    call_in = models.ForeignKey(CallIn, models.PROTECT, related_name="decided_interests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    course = models.CharField("what follows", max_length=10, choices=Course.choices)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["call_in", "user__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call_in", "user"], name="an_interest_in_an_item_is_decided_once"
            ),
            models.CheckConstraint(
                condition=Q(course__in=list(Course)), name="interest_has_a_known_course"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.call_in}: {self.get_course_display().lower()}"
