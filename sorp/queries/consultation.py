"""A version on its way: whom it concerns, what was said of it, what stands in the way of approval."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from core.quarters import Quarter
from organisation.models.people import Appointment, User
from organisation.permissions import GRANTS, Permission
from organisation.queries import people_with
from organisation.rules import PostKind
from sorp.models.clauses import Comment
from sorp.models.statement import Version
from sorp.queries.readiness import contradictions_of
from sorp.rules.approval import ApprovalRequest, Requirement, requirements

# Those who have something to do by the SORP, rather than only to read by it.
BOUND = {
    Permission.SUBMIT_RESULT,
    Permission.SIGN_OFF,
    Permission.WRITE_PLAN,
    Permission.MANAGE_FRAMEWORK,
    Permission.APPROVE_SORP,
}


def people_bound(*, on: date) -> list[User]:
    """Everyone whose post gives them something to do by the SORP on a day, each once, by name."""
    return people_with(*BOUND, on=on)


def people_approving(*, on: date) -> list[User]:
    """Everyone who may approve the SORP, and departures from it, on a day; each once, by name."""
    return people_with(Permission.APPROVE_SORP, on=on)


def approving_office(version: Version) -> str:
    """The office whose holder approved a version: in public an office is named, not a person."""
    if version.approved_by_id is None or version.approved_on is None:
        return ""
    kinds = [kind for kind, granted in GRANTS.items() if Permission.APPROVE_SORP in granted]
    held = Appointment.objects.held_on(version.approved_on).filter(
        user=version.approved_by_id, post__kind__in=kinds
    )
    kind = held.order_by("post__kind").values_list("post__kind", flat=True).first()
    return str(PostKind(kind).label) if kind else ""


def comments_on(version: Version) -> QuerySet[Comment]:
    """What was said of a version, in the order it was said, with who said and who answered it."""
    return Comment.objects.filter(version=version).select_related("author", "answered_by")


def is_author(version: Version, person: User) -> bool:
    """Whether somebody wrote any part of a version."""
    return version.drafted_by_id == person.pk or version.authorships.filter(author=person).exists()


def contradictions_in(version: Version) -> tuple[str, ...]:
    """What is wrong between a version's rules, in words. What may be meant is not among it."""
    try:
        found = contradictions_of(version)
    except ValueError as reason:
        return (str(reason),)
    return tuple(f"{each.sentence}." for each in found if not each.is_warning)


def obstacles_to_approval(
    version: Version,
    *,
    from_quarter: Quarter | None,
    closed_until: Quarter | None,
    today: date,
    by: User,
) -> tuple[Requirement, ...]:
    """All that has to be so before somebody approves a version, each met or not.

    `closed_until` is the latest quarter that is closed, or None.
    """
    others = version.statement.versions.binding().exclude(pk=version.pk)
    return requirements(
        ApprovalRequest(
            number=version.number,
            today=today,
            from_quarter=from_quarter,
            in_consultation=version.state == Version.State.CONSULTATION,
            consulted_until=version.consulted_until,
            unanswered=version.comments.filter(answer="").count(),
            closed_until=closed_until,
            bound=tuple((each.number, each.from_quarter) for each in others),
            contradictions=contradictions_in(version),
            is_author=is_author(version, by),
        )
    )


def obstacles_to_first_approval(version: Version, *, by: User) -> tuple[str, ...]:
    """What stands in the way of the council's first version, in words."""
    found = []
    if version.state != Version.State.DRAFT or version.statement.versions.binding().exists():
        found.append(f"Version {version.number} is no longer a first draft: see how far it has got")
    if version.from_quarter is None:
        found.append("The quarter from which it is in force is not set yet")
    found += contradictions_in(version)
    if is_author(version, by):
        found.append("You wrote part of this version, so somebody else has to approve it")
    return tuple(found)
