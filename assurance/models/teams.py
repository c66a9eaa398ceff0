"""The two assurance teams, and who sits on them between which dates."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from assurance.rules import SeatKind, TeamCode
from core.own_words import word
from organisation.models.units import Unit
from organisation.rules import PostKind

MOST_NEDS = 12
MOST_IN_QUORUM = 50
NEDS = 2  # Cabinet paper of 20 June 2011, section 3c: "two non-executive directors"


class TeamQuerySet(models.QuerySet["Team"]):
    def standing_on(self, day: date) -> Self:
        return self.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=day)).filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )


class Team(models.Model):
    """PAT or DAT: a council may have both, one or none. Its chair holds an office.

    What a team that has ended did stays where it was.
    """

    code = models.CharField(max_length=3, choices=TeamCode.choices, unique=True)
    name = models.CharField(max_length=200)
    chaired_by = models.CharField("chair's post", max_length=30, choices=PostKind.choices)
    neds = models.PositiveSmallIntegerField("seats for non-executive directors", default=NEDS)
    quorum = models.PositiveSmallIntegerField(
        "how many with a seat must be there",
        null=True,
        blank=True,
        help_text="Where its terms ask for it.",
    )
    meets_at = models.TimeField("when its meetings begin", null=True, blank=True)
    place = models.CharField("where it meets", max_length=200, blank=True, default="")
    terms = models.TextField("terms of reference", blank=True, default="")
    starts_on = models.DateField("first day", null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["-code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="team_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(neds__lte=MOST_NEDS), name="team_has_a_dozen_neds_at_most"
            ),
            models.CheckConstraint(
                condition=Q(quorum__isnull=True) | Q(quorum__gte=1, quorum__lte=MOST_IN_QUORUM),
                name="quorum_is_of_one_or_more",
            ),
            models.CheckConstraint(condition=Q(code__in=list(TeamCode)), name="team_is_pat_or_dat"),
            models.CheckConstraint(condition=~Q(name=""), name="team_has_a_name"),
            models.CheckConstraint(
                condition=Q(chaired_by__in=list(PostKind)), name="team_is_chaired_by_a_known_post"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("assurance_team", args=[self.code])

    @property
    def short(self) -> str:
        """PAT or DAT, as the council calls it."""
        return word(self.code)

    def stands_on(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


class SeatQuerySet(models.QuerySet["Seat"]):
    def held_on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))


OPEN = Q(ends_on__isnull=True)


class Seat(models.Model):
    """One person's place on PAT or DAT, from its first day to its last, both included.

    A director speaks for one directorate. Nobody sits on both teams at once but an officer in
    support (Cabinet paper of 20 June 2011, section 3c): among seats without a last day the database
    refuses it, among the others the service does.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="seats")
    kind = models.CharField(max_length=8, choices=SeatKind.choices)
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name="directorate", related_name="+"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["team", "starts_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team"],
                condition=OPEN & Q(kind="chair"),
                name="one_chair_of_a_team_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["team", "unit"],
                condition=OPEN & Q(kind="director"),
                name="one_director_per_directorate_and_team",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=OPEN & Q(kind__in=["chair", "director", "ned"]),
                name="nobody_but_officers_sits_on_both_teams",
            ),
            models.UniqueConstraint(
                fields=["team", "user", "starts_on"], name="one_seat_of_a_person_from_a_day"
            ),
            models.UniqueConstraint(
                fields=["team", "user"], condition=OPEN, name="one_seat_of_a_person_on_a_team"
            ),
            models.CheckConstraint(
                condition=Q(kind="director", unit__isnull=False)
                | (~Q(kind="director") & Q(unit__isnull=True)),
                name="a_director_alone_speaks_for_a_directorate",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="seat_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(SeatKind)), name="seat_is_of_a_known_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_kind_display()} on {self.team.short}"
