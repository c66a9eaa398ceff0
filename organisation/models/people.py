"""People, the posts they hold, and between which dates."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from core.clock import localdate, now
from core.models.people import Person
from organisation.models.sights import OfficeSight
from organisation.permissions import Permission, granted
from organisation.rules import ELECTED, PostKind, Sight


class Users(BaseUserManager["User"]):
    """Makes people. An e-mail address is one person's, however its letters are cased."""

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)

    def create_user(
        self, email: str, name: str, password: str | None = None, **fields: Any
    ) -> User:
        if not email:
            raise ValueError("A person needs an e-mail address")
        person = self.model(email=email.strip().lower(), name=name.strip(), **fields)
        person.set_password(password)
        person.save()
        return person


class User(Person):
    """One person, who signs in by e-mail. What they may do hangs on the posts they hold."""

    joined_at = models.DateTimeField(default=now, editable=False)

    objects = Users()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_person_per_email_address"),
            models.CheckConstraint(condition=~models.Q(name=""), name="person_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def may(self, permission: str) -> bool:
        return (
            self.is_authenticated
            and self.is_active
            and any(permission in granted(kind, sight) for kind, _, sight in self._held_today())
        )

    def posts_today(self) -> list[tuple[PostKind, int]]:
        """The kinds of post this person holds today, each with its unit. Asked once a request."""
        return [(kind, unit) for kind, unit, _ in self._held_today()]

    def sight_today(self) -> Sight:
        """From which stage on this person sees results, by whichever post shows them earliest."""
        if not self.may(Permission.VIEW_PERFORMANCE):
            return Sight.NOTHING
        return max((sight for _, _, sight in self._held_today()), key=lambda each: each.depth)

    def _held_today(self) -> list[tuple[PostKind, int, Sight]]:
        """Each post held today: its kind, its unit, and how early its office sees a result."""
        if not hasattr(self, "_posts_held_today"):
            held = Appointment.objects.filter(user=self).held_on(localdate()).order_by("pk")
            rows = held.values_list("post__kind", "post__unit")
            said = (
                dict(OfficeSight.objects.values_list("office", "sight"))
                if any(kind in ELECTED for kind, _ in rows)
                else {}
            )
            self._posts_held_today = [
                (
                    PostKind(kind),
                    unit,
                    Sight(said.get(kind, Sight.NOTHING)) if kind in ELECTED else Sight.EVERYTHING,
                )
                for kind, unit in rows
            ]
        return self._posts_held_today

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Post(models.Model):
    """An office in one unit. Rights hang on it, whoever holds it."""

    kind = models.CharField(max_length=30, choices=PostKind.choices)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="posts")
    title = models.CharField(max_length=200)

    class Meta:
        ordering = ["unit", "kind", "title"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "unit", "title"], name="one_post_of_a_title"),
            models.CheckConstraint(
                condition=models.Q(kind__in=list(PostKind)), name="post_is_of_a_known_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def held_on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day).filter(
            models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=day)
        )


class Appointment(models.Model):
    """One person's holding of one post, from its first day to its last, both included."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="appointments")
    user = models.ForeignKey(User, models.PROTECT, related_name="appointments")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["post", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "user", "starts_on"], name="one_appointment_a_day_to_a_post"
            ),
            models.UniqueConstraint(
                fields=["post", "user"],
                condition=models.Q(ends_on__isnull=True),
                name="one_open_appointment_of_a_person_to_a_post",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="appointment_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.post}"
