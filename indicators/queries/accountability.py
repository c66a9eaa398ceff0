"""Who is accountable for what: attestations, leavers, deputies, and disowned indicators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from core.models.audit import AuditEvent
from core.quarters import Quarter
from indicators.models.definitions import Indicator
from indicators.models.returns import Attestation
from organisation.models.people import Appointment, User
from organisation.rules import ELECTED, PostKind

# A manager whose last day is nearer than this is shown as leaving.
LEAVING_WITHIN = timedelta(days=60)
DISOWNED = "said an indicator is not theirs"


@dataclass(frozen=True, slots=True)
class AttestationSheet:
    """What one manager is asked to answer for in a quarter, and what they have said."""

    quarter: Quarter
    indicators: tuple[Indicator, ...]
    attestation: Attestation | None
    disowned: frozenset[str]  # references that they said are not theirs, in this quarter

    @property
    def attested(self) -> frozenset[str]:
        return frozenset(self.attestation.references) if self.attestation else frozenset()

    @property
    def waiting(self) -> tuple[Indicator, ...]:
        """Those of which nothing has been said yet."""
        answered = self.attested | self.disowned
        return tuple(each for each in self.indicators if each.reference not in answered)


def attestation_sheet(*, user: User, quarter: Quarter) -> AttestationSheet:
    """A manager's indicators of a quarter, and which they attested to or disowned."""
    mine = Indicator.objects.in_use(quarter).filter(accountable_manager=user)
    references = AuditEvent.objects.filter(
        act=DISOWNED, actor=user, detail__quarter=quarter.key
    ).values_list("detail__reference", flat=True)
    return AttestationSheet(
        quarter=quarter,
        indicators=tuple(mine.select_related("unit")),
        attestation=Attestation.objects.filter(user=user, quarter=quarter).first(),
        disowned=frozenset(references),
    )


@dataclass(frozen=True, slots=True)
class AttestationProgress:
    """How many managers have attested in a quarter, and who has not."""

    quarter: Quarter
    managers: int
    waiting: tuple[User, ...]

    @property
    def done(self) -> int:
        return self.managers - len(self.waiting)


def attested(quarter: Quarter) -> AttestationProgress:
    """Which of the managers who have indicators in a quarter have attested."""
    references: dict[User, set[str]] = {}
    rows = Indicator.objects.in_use(quarter).select_related("accountable_manager")
    for row in rows.order_by("accountable_manager__name", "reference"):
        references.setdefault(row.accountable_manager, set()).add(row.reference)
    made = dict(Attestation.objects.filter(quarter=quarter).values_list("user_id", "references"))
    waiting = tuple(each for each in references if each.pk not in made)
    return AttestationProgress(quarter, len(references), waiting)


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who answers for indicators and has left the post, or is about to."""

    user: User
    last_day: date | None
    has_left: bool
    indicators: int

    @property
    def status(self) -> str:
        if not self.user.is_active:
            return "May no longer sign in"
        if self.last_day is None:
            return "Never held an accountable manager’s post"
        return "Has left the post" if self.has_left else "Leaves the post"


def leavers(*, on: date) -> tuple[Leaver, ...]:
    """Managers of indicators who are not in post, or will not be in two months."""
    held = Appointment.objects.filter(
        user=OuterRef("pk"), post__kind=PostKind.ACCOUNTABLE_MANAGER
    ).values("user")
    staying = Appointment.objects.filter(
        post__kind=PostKind.ACCOUNTABLE_MANAGER, starts_on__lte=on
    ).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on + LEAVING_WITHIN))
    measured = Q(indicators__last_quarter__isnull=True) | Q(
        indicators__last_quarter__gte=Quarter.containing(on).previous()
    )
    rows = (
        User.objects.filter(Q(is_active=False) | ~Q(pk__in=staying.values("user")))
        .annotate(answers_for=Count("indicators", filter=measured, distinct=True))
        .filter(answers_for__gt=0)
        .annotate(last_day=Subquery(held.annotate(last=Max("ends_on")).values("last")))
    )
    return tuple(
        Leaver(
            user=row,
            last_day=row.last_day,
            has_left=not row.is_active or row.last_day is None or row.last_day < on,
            indicators=row.answers_for,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class DisownedIndicator:
    """An indicator whose present manager has said it is not theirs."""

    indicator: Indicator
    event: AuditEvent


def disowned() -> tuple[DisownedIndicator, ...]:
    """Indicators that their present manager has disowned, latest first.

    Not those to which the manager has attested since, for the same quarter.
    """
    events = AuditEvent.objects.filter(subject_kind=Indicator._meta.label, act=DISOWNED)
    latest_events: dict[tuple[str, int | None], AuditEvent] = {}
    for each in events.order_by("-id"):
        latest_events.setdefault((each.subject_key, each.actor_id), each)
    attested_since = {
        (made.user_id, made.quarter.key, reference)
        for made in Attestation.objects.filter(user__in={actor for _, actor in latest_events})
        for reference in made.references
    }
    rows = Indicator.objects.filter(pk__in=[int(key) for key, _ in latest_events]).select_related(
        "unit", "accountable_manager"
    )
    found = [
        DisownedIndicator(row, event)
        for row in rows
        if (event := latest_events.get((str(row.pk), row.accountable_manager_id)))
        and (row.accountable_manager_id, event.detail["quarter"], row.reference)
        not in attested_since
    ]
    return tuple(sorted(found, key=lambda each: each.event.pk, reverse=True))


def deputies(*, on: date) -> QuerySet[Appointment]:
    """Who deputises for which unit now or from a day to come, soonest ending first."""
    return (
        Appointment.objects.filter(post__kind=PostKind.DEPUTY)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .select_related("user", "post__unit")
        .order_by("ends_on", "user__name")
    )


def eligible_managers(*, on: date) -> QuerySet[User]:
    """Those who hold an accountable manager's post today, and may sign in."""
    in_post = Appointment.objects.held_on(on).filter(post__kind=PostKind.ACCOUNTABLE_MANAGER)
    return User.objects.filter(is_active=True, pk__in=in_post.values("user"))


def eligible_deputies(*, on: date) -> QuerySet[User]:
    """Everybody with a post today, elected Members apart: they do not submit results."""
    held = Appointment.objects.held_on(on)
    return User.objects.filter(is_active=True, pk__in=held.values("user")).exclude(
        pk__in=held.filter(post__kind__in=ELECTED).values("user")
    )


def managers_with_indicators() -> QuerySet[User]:
    """Everybody with an indicator to their name."""
    return User.objects.filter(pk__in=Indicator.objects.values("accountable_manager"))
