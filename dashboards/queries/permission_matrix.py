"""Who may do what, in words: made from the tables that the guards themselves read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assurance.rights import OFFICES, SEATS, Act
from assurance.rules import SeatKind
from core.dates import as_date
from indicators.models.definitions import Indicator
from indicators.rights import SCOPES, Scope
from indicators.rules.sign_off import SIGNERS
from organisation.models.people import Appointment, User
from organisation.permissions import GRANTS, Permission, granted
from organisation.queries import sights_said, tree_on
from organisation.rules import DIRECTING, PostKind, Sight


def reach_of_post(kind: PostKind, permission: Permission) -> str:
    """Whose indicators a right reaches, in words; nothing of a right that is not about some only.

    Made from what is read where the right is used: `SCOPES` by the QuerySets of indicators,
    `SIGNERS` by the stages of sign-off.
    """
    if permission is Permission.SIGN_OFF:
        tiers = [tier.label.lower() for tier, posts in SIGNERS.items() if kind in posts]
        return (
            f"Results of their {' or '.join(tiers)}, except those they submitted" if tiers else ""
        )
    scopes = SCOPES.get(permission, {})
    if kind not in scopes or set(scopes.values()) == {Scope.EVERY}:
        return ""
    return scopes[kind].label


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell: whether a post or seat allows something, and how far it reaches."""

    is_allowed: bool
    reach: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Offices down, what they may do across."""

    acts: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MatrixCell, ...]], ...]


def posts_matrix() -> Matrix:
    """What each kind of post allows, and whose indicators that reaches; of Members, from which stage on."""
    sights = sights_said()

    def cell(kind: PostKind, permission: Permission) -> MatrixCell:
        sight = sights.get(kind, Sight.EVERYTHING)
        if permission is Permission.VIEW_PERFORMANCE and kind in sights:
            return MatrixCell(permission in granted(kind, sight), sight.label)
        return MatrixCell(permission in GRANTS[kind], reach_of_post(kind, permission))

    rows = tuple((kind.label, tuple(cell(kind, each) for each in Permission)) for kind in PostKind)
    return Matrix(tuple(each.words for each in Permission), rows)


def seats_matrix() -> Matrix:
    """What each seat on PAT or DAT allows on that team, and what an office allows on both."""
    seats = [(f"{kind.label} of the team", SEATS[kind]) for kind in SeatKind]
    offices = [
        (
            kind.label,
            {act for each, acts in OFFICES.items() if each in GRANTS[kind] for act in acts},
        )
        for kind in PostKind
    ]
    return Matrix(
        tuple(act.label for act in Act),
        tuple(
            (name, tuple(MatrixCell(act in acts) for act in Act))
            for name, acts in (*seats, *offices)
            if acts
        ),
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a particular part in one indicator, and what that part is."""

    person: User
    why: str


def who_can_see(*, indicator: Indicator, on: date) -> tuple[Reader, ...]:
    """Who has a part in an indicator on a day, and why.

    Everybody else who may see it does so with all signed-in officers, and the Members whom the council lets.
    """
    tree = tree_on(on)
    above = list(tree.above(indicator.unit_id))
    held = (
        Appointment.objects.held_on(on)
        .filter(user__is_active=True)
        .filter(post__kind__in=[*DIRECTING, PostKind.DEPUTY, PostKind.PERFORMANCE_OFFICER])
        .select_related("user", "post__unit")
        .order_by("user__name")
    )
    ranks = {unit: place for place, unit in enumerate(above)}
    appointments = list(held)
    return tuple(_readers(indicator, appointments, ranks))


def _readers(
    indicator: Indicator, held: list[Appointment], ranks: dict[int, int]
) -> Iterator[Reader]:
    manager = indicator.accountable_manager
    left = "" if manager.is_active else ". They can no longer sign in"
    yield Reader(manager, f"Accountable manager: submits its results and writes its plan{left}")

    def over(*kinds: PostKind) -> list[Appointment]:
        found = [each for each in held if each.post.kind in kinds and each.post.unit_id in ranks]
        return sorted(found, key=lambda each: ranks[each.post.unit_id])

    for each in over(PostKind.DEPUTY):
        until = f", until {as_date(each.ends_on)}" if each.ends_on else ""
        yield Reader(each.user, f"{each.post.title}: may submit its results{until}")
    for each in over(*DIRECTING):
        yield Reader(each.user, f"{each.post.title}: answers for what is measured there")
    for each in held:
        if each.post.kind == PostKind.PERFORMANCE_OFFICER:
            yield Reader(each.user, f"{each.post.title}: serves the whole framework")
