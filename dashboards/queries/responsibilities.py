"""What somebody answers for: indicators, milestones, actions, posts, and places on teams and bodies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from assurance.models.matters import related
from assurance.models.meetings import AgreedAction
from assurance.models.teams import Seat
from core.quarters import Quarter
from escalation.models.plans import Action
from indicators.models.definitions import Indicator
from organisation.models.bodies import Membership
from organisation.models.people import Appointment, User
from organisation.queries import named
from strategy.models.plan import Milestone


@dataclass(frozen=True, slots=True)
class Responsibilities:
    """Everything in one person's name that somebody has to have when they have gone."""

    person: User
    indicators: tuple[Indicator, ...]
    milestones: tuple[Milestone, ...]  # not done yet
    actions: tuple[Action, ...]  # of plans in force, not done yet
    agreed_actions: tuple[AgreedAction, ...]  # agreed at a meeting, not done yet
    appointments: tuple[Appointment, ...]
    memberships: tuple[Membership, ...]
    seats: tuple[Seat, ...]

    @property
    def is_empty(self) -> bool:
        return not any(
            (
                *(self.indicators, self.milestones, self.actions, self.agreed_actions),
                *(self.appointments, self.memberships, self.seats),
            )
        )

    @property
    def need_an_heir(self) -> bool:
        """Whether there is something that cannot be nobody's."""
        return bool(self.indicators or self.milestones)


def responsibilities(person: User, *, on: date) -> Responsibilities:
    """What is in a person's name on a day, or is to be."""
    beyond = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    measured = Q(last_quarter__isnull=True) | Q(last_quarter__gte=Quarter.containing(on).previous())
    return Responsibilities(
        person=person,
        indicators=tuple(
            Indicator.objects.filter(measured, accountable_manager=person).select_related("unit")
        ),
        milestones=tuple(Milestone.objects.filter(accountable_manager=person, done_on=None)),
        actions=tuple(
            Action.objects.standing()
            .of(person)
            .filter(done_on=None)
            .select_related("plan__indicator")
        ),
        agreed_actions=tuple(
            AgreedAction.objects.filter(named(person), done_on=None).select_related(
                "call_in__meeting__team", *related("call_in__")
            )
        ),
        appointments=tuple(
            Appointment.objects.filter(beyond, user=person).select_related("post__unit", "user")
        ),
        memberships=tuple(
            Membership.objects.filter(beyond, user=person).select_related("body", "user")
        ),
        seats=tuple(
            Seat.objects.filter(beyond, user=person).select_related("team", "unit", "user")
        ),
    )
