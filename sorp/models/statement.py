"""The statement of required practice: its versions, and who wrote them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.clock import now
from core.fields import QuarterField
from core.quarters import Quarter
from organisation.permissions import Permission
from organisation.rights import Visitor, allowed
from sorp.lexicon import TravelMethod


class Statement(models.Model):
    """A rule book for managers. The one seeded here is that for performance management."""

    code = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=200)
    purpose = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title


class VersionQuerySet(models.QuerySet["Version"]):
    def ruling(self, quarter: Quarter) -> Self:
        """The version by whose rules a quarter is judged, newest first."""
        return self.binding().filter(from_quarter__lte=quarter).order_by("-from_quarter")

    def binding(self) -> Self:
        """Those approved, whether their first quarter is past, present or still to come."""
        return self.filter(state__in=Version.BINDING)

    def published(self) -> Self:
        """Those that anyone may read: in force, or in force before."""
        return self.filter(state__in=[Version.State.IN_FORCE, Version.State.SUPERSEDED])

    def visible_to(self, user: Visitor) -> Self:
        """Everyone may read what is or was in force; those who see performance, all of them."""
        return self if allowed(user, Permission.ENTER) else self.published()

    def unfinished(self) -> Self:
        """Those still being written or talked over."""
        return self.filter(state__in=[Version.State.DRAFT, Version.State.CONSULTATION])


class Version(models.Model):
    """One saying of a statement, in force from a quarter until the next comes into force."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        CONSULTATION = "consultation", "In consultation"
        APPROVED = "approved", "Approved, not yet in force"
        IN_FORCE = "in_force", "In force"
        SUPERSEDED = "superseded", "Superseded"

    BINDING = (State.APPROVED, State.IN_FORCE, State.SUPERSEDED)

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="versions")
    number = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    from_quarter = QuarterField(null=True, blank=True)
    summary = models.TextField(blank=True, help_text="What changes, and why")
    drafted_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="drafts"
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    drafted_at = models.DateTimeField(default=now, editable=False)
    edition = models.PositiveIntegerField(default=1, help_text="Counts the edits of a draft")
    consulted_from = models.DateField(null=True, blank=True)
    consulted_until = models.DateField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_on = models.DateField(null=True, blank=True)
    approval_note = models.CharField(max_length=300, blank=True)
    travel_method = models.CharField(
        max_length=12, choices=TravelMethod.choices, default=TravelMethod.REGRESSION
    )
    exit_quarters = models.PositiveSmallIntegerField(default=1)
    relapse_within = models.PositiveSmallIntegerField(default=4)
    relapse_shortens_by = models.PositiveSmallIntegerField(
        default=0, help_text="How many quarters fewer a trigger asks for after a relapse"
    )
    plan_within = models.PositiveSmallIntegerField(
        default=10, help_text="Working days in which an escalated indicator has its action plan"
    )
    action_on_amber = models.BooleanField(
        default=True, help_text="Amber, like red, needs a word on management action"
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["statement", "from_quarter", "number"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="one_version_of_a_number"),
            models.UniqueConstraint(
                fields=["statement", "from_quarter"], name="one_version_from_a_quarter"
            ),
            models.UniqueConstraint(
                fields=["statement"],
                condition=Q(state="in_force"),
                name="one_version_in_force_of_a_statement",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "consultation"])
                | Q(from_quarter__isnull=False, approved_on__isnull=False),
                name="version_in_force_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["approved", "in_force", "superseded"])
                | Q(approved_on__isnull=True, approved_by__isnull=True),
                name="only_an_approved_version_has_an_approver",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(drafted_by__isnull=True)
                | ~Q(approved_by=F("drafted_by")),
                name="version_is_not_approved_by_its_author",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["draft", "consultation", "approved", "in_force", "superseded"]
                ),
                name="version_is_in_a_known_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="consultation")
                | Q(consulted_from__isnull=False, consulted_until__gte=F("consulted_from")),
                name="consultation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(relapse_within__lte=16) & Q(relapse_shortens_by__lte=4),
                name="relapse_is_counted_in_quarters",
            ),
            models.CheckConstraint(
                condition=Q(plan_within__gte=1) & Q(plan_within__lte=120),
                name="plan_is_due_in_working_days",
            ),
            models.CheckConstraint(
                condition=Q(exit_quarters__gte=1) & Q(exit_quarters__lte=8),
                name="exit_takes_one_to_eight_quarters",
            ),
            models.CheckConstraint(
                condition=Q(travel_method__in=list(TravelMethod)),
                name="version_has_a_known_travel_method",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement}, version {self.number}"


class Authorship(models.Model):
    """Somebody who wrote part of a version, and so may not approve it."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="authorships")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version", "author"]
        constraints = [
            models.UniqueConstraint(fields=["version", "author"], name="author_is_named_once"),
        ]

    def __str__(self) -> str:
        return f"{self.author}, author of {self.version}"
