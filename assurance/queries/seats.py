"""Who sits on a team, which seats are empty, and whose seat the papers' rules would not give them.

The rules are those of the Cabinet paper of 20 June 2011, section 3c.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from assurance.models.teams import NEDS, Seat, Team
from assurance.rules import APART, SeatKind, TeamCode
from organisation.models.council import AssuranceTeams
from organisation.models.people import Appointment, Post, User
from organisation.models.units import Unit
from organisation.queries import council_facts, tree_on
from organisation.rules import DIRECTING, ELECTED, PostKind, Tree, UnitTier


def teams_of_council() -> tuple[TeamCode, ...]:
    """Which assurance teams the council says that it has. One for both tasks is kept as PAT."""
    return {
        AssuranceTeams.BOTH: (TeamCode.PAT, TeamCode.DAT),
        AssuranceTeams.ONE: (TeamCode.PAT,),
        AssuranceTeams.NONE: (),
    }[council_facts().teams]


def looks_at_delivery(team: Team) -> bool:
    """Whether late milestones and programmes come before a team: before DAT, or the council’s one team."""
    return team.code == TeamCode.DAT or council_facts().teams is AssuranceTeams.ONE


def not_as_the_council_says(day: date) -> tuple[str, ...]:
    """Which teams stand on a day though the council says that it has none such, each as a sentence."""
    wanted = teams_of_council()
    return tuple(
        f"The council says that it has {'one team' if wanted else 'no assurance team'}, but "
        f"{each.name} is still in use: end it"
        for each in Team.objects.standing_on(day)
        if each.code not in wanted
    )


def seats_on(team: Team, day: date) -> list[Seat]:
    """A team's seats on a day: the chair, then directors by directorate, NEDs, officers."""
    order = list(SeatKind)
    rows = Seat.objects.held_on(day).filter(team=team).select_related("user", "unit", "team")
    return sorted(
        rows,
        key=lambda seat: (
            order.index(SeatKind(seat.kind)),
            seat.unit.name if seat.unit else "",
            seat.user.name,
        ),
    )


def vacancies(team: Team, seats: Sequence[Seat], day: date) -> tuple[str, ...]:
    """The seats of a team that should be filled and are not, each as a sentence; none once it has ended."""
    if not team.stands_on(day):
        return ()
    kinds = [seat.kind for seat in seats]
    spoken_for = {seat.unit_id for seat in seats if seat.kind == SeatKind.DIRECTOR}
    directorates = sorted(
        (branch.name, branch.unit)
        for branch in tree_on(day).branches.values()
        if branch.tier is UnitTier.DIRECTORATE
    )
    empty = [] if SeatKind.CHAIR in kinds else ["There is no chair"]
    empty += [
        f"{name} has no nominated director" for name, unit in directorates if unit not in spoken_for
    ]
    missing = team.neds - kinds.count(SeatKind.NED)
    if missing == 1:
        empty.append("One non-executive director’s seat is empty")
    elif missing > 1:
        every = "Both" if missing == team.neds == NEDS else f"{missing}"
        empty.append(f"{every} non-executive directors’ seats are empty")
    return tuple(empty)


def misfits(seats: Sequence[Seat], day: date) -> tuple[str, ...]:
    """What the papers' rules say against those who sit on a team on a day, each as a sentence.

    Nobody is seated against them; but a post is left, a director moves, somebody is elected.
    """
    users = {seat.user_id for seat in seats}
    posts: dict[int, list[Post]] = defaultdict(list)
    held = Appointment.objects.held_on(day).filter(user__in=users).select_related("post")
    for each in held:
        posts[each.user_id].append(each.post)
    apart = [kind.value for kind in APART]
    others = Seat.objects.held_on(day).filter(user__in=users, kind__in=apart).select_related("team")
    elsewhere = {(each.user_id, each.team_id): each.team.short for each in others}
    tree = tree_on(day)
    found: list[str] = []
    for seat in seats:
        kind = SeatKind(seat.kind)
        if why := why_unfit(seat.team, seat.user, kind, seat.unit, posts[seat.user_id], tree):
            found.append(why)
        if not seat.user.is_active:
            found.append(f"{seat.user} has a seat but can no longer sign in")
        found += [
            f"{seat.user} also has a seat on {other}: nobody may sit on both PAT and DAT"
            for (user, team), other in elsewhere.items()
            if kind in APART and user == seat.user_id and team != seat.team_id
        ]
    neds = [seat for seat in seats if seat.kind == SeatKind.NED]
    if neds and len(neds) > neds[0].team.neds:
        asked = neds[0].team.neds
        found.append(
            f"{len(neds)} people sit as non-executive directors, but there are {asked} seats"
        )
    return tuple(found)


def why_unfit(
    team: Team,
    user: User,
    kind: SeatKind,
    unit: Unit | None,
    posts: Collection[Post],
    tree: Tree,
) -> str:
    """Why a person who holds these posts may not sit so on a team, in a sentence; empty where they may.

    The chair holds the post that chairs the team; a director directs something in the directorate
    that they speak for; a NED is staff at the grass roots: neither a director nor a Member.
    """
    kinds = {PostKind(post.kind) for post in posts}
    if kind is SeatKind.CHAIR and team.chaired_by not in kinds:
        office = PostKind(team.chaired_by).label
        return (
            f"{team.short} is chaired by the {office}, and {user} is not: give the seat to "
            f"whoever holds that post"
        )
    if kind is SeatKind.NED and kinds & {*DIRECTING, *ELECTED}:
        return f"A non-executive director is front-line staff, and {user} is a director or a Member"
    if kind is SeatKind.NED and not kinds:
        return f"A non-executive director is front-line staff, and {user} holds no post"
    if kind is SeatKind.DIRECTOR and unit is not None:
        directed = {post.unit_id for post in posts if post.kind in DIRECTING}
        if not directed & set(tree.below(unit.pk)):
            return f"{user} is not a director in {unit} on that day: nominate one who is"
    return ""


def judges_their_own(user: User, day: date) -> bool:
    """Whether somebody answers for indicators, which the team that they sit on may call in."""
    held = Appointment.objects.held_on(day).filter(user=user)
    return held.filter(post__kind=PostKind.ACCOUNTABLE_MANAGER).exists()
