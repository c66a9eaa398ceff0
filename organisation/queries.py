"""What may be asked about the council, its units and its posts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from time import monotonic

from django.conf import settings
from django.db.models import Q, QuerySet

from core.dates import as_date
from core.own_words import COUNCIL, TEAMS
from organisation.models.bodies import Membership
from organisation.models.council import AssuranceTeams, Council
from organisation.models.people import Appointment, Post, User
from organisation.models.sights import OfficeSight
from organisation.models.units import Placement, Unit
from organisation.permissions import GRANTS, Permission
from organisation.rules import ELECTED, Branch, PostKind, Sight, Tree, UnitTier


def tree_on(day: date) -> Tree:
    """The council's units as they stood on a day, and who took over from those closed: one query."""
    rows = Placement.objects.on_or_of_closed(day).values_list(
        "unit_id",
        "unit__code",
        "name",
        "unit__tier",
        "parent_id",
        "starts_on",
        "ends_on",
        "unit__successor_id",
    )
    branches: list[Branch] = []
    closed: dict[int, int] = {}
    to_close: dict[int, int] = {}
    for unit, code, name, tier, parent, starts_on, ends_on, successor in rows:
        if starts_on <= day and (ends_on is None or ends_on >= day):
            branches.append(Branch(unit, code, name, UnitTier(tier), parent))
            if successor is not None:
                to_close[unit] = successor
        elif ends_on is not None and ends_on < day and successor is not None:
            closed[unit] = successor
    standing = {each.unit for each in branches}
    return Tree.of(
        branches,
        closed={unit: heir for unit, heir in closed.items() if unit not in standing},
        to_close=to_close,
    )


def to_come_for(unit: Unit, *, today: date) -> str:
    """What was settled last for a unit and is still to come, in words; empty where nothing is."""
    latest = list(unit.placements.select_related("parent").order_by("-starts_on")[:2])
    if not latest:
        return ""
    placed = latest[0]
    if placed.ends_on is not None:
        return f"closes on {as_date(placed.ends_on)}" if placed.ends_on >= today else ""
    if placed.starts_on <= today or len(latest) < 2:
        return ""
    what = [
        *([f"is called {placed.name}"] if placed.name != latest[1].name else []),
        *([f"is part of {placed.parent}"] if placed.parent_id != latest[1].parent_id else []),
    ]
    return f"{' and '.join(what)} from {as_date(placed.starts_on)}"


def last_day_of(unit: Unit) -> date | None:
    """The last day on which a unit stands, where that is settled."""
    latest = unit.placements.order_by("-starts_on").first()
    return latest.ends_on if latest else None


def parts_beyond(unit: Unit, day: date) -> list[Unit]:
    """What is part of a unit after a day."""
    placed = Placement.objects.filter(parent=unit).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    )
    return list(Unit.objects.filter(placements__in=placed).distinct())


def appointments_beyond(unit: Unit, day: date) -> QuerySet[Appointment]:
    """Who holds a post of a unit after a day, or is to."""
    return (
        Appointment.objects.filter(post__unit=unit)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))
        .select_related("user", "post__unit")
        .order_by("post__title", "user__name")
    )


def holders(kind: PostKind, *, on: date, units: Iterable[int] | None = None) -> list[User]:
    """Who holds a post of this kind on a day, in these units or in any."""
    held = Appointment.objects.held_on(on).filter(post__kind=kind).select_related("user")
    if units is not None:
        held = held.filter(post__unit__in=list(units))
    return [appointment.user for appointment in held.order_by("user__name")]


def people_with(*permissions: Permission, on: date) -> list[User]:
    """Everyone to whom a post of that day grants one of these, each once, by name."""
    kinds = [kind for kind, granted in GRANTS.items() if granted & set(permissions)]
    held = Appointment.objects.held_on(on).filter(post__kind__in=kinds)
    return list(
        User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("name", "pk")
    )


def officers_who_can_sign_in(*, on: date) -> list[User]:
    """The performance officers of a day who have not left and have chosen a password."""
    return [
        person
        for person in holders(PostKind.PERFORMANCE_OFFICER, on=on)
        if person.is_active and person.has_usable_password()
    ]


def people_who_may(permission: Permission, *, on: date) -> list[User]:
    """Everybody who can sign in and holds a post that grants a permission on a day, by name."""
    kinds = [kind for kind, granted in GRANTS.items() if permission in granted]
    held = Appointment.objects.held_on(on).filter(post__kind__in=kinds)
    return list(
        User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "pk")
    )


def named(person: User) -> Q:
    """What a person does: by themselves, or by their name where nobody has said whose name it is."""
    return Q(person=person) | Q(person__isnull=True, owner__iexact=person.name)


@dataclass(frozen=True, slots=True)
class Colleagues:
    """The people who can be named as doing something, by what may be typed for each."""

    people: tuple[User, ...]
    # What is typed for each, and what they hold: their name, or their address too where two have it.
    options: tuple[tuple[str, str], ...]
    spellings: Mapping[str, tuple[User, ...]]  # whoever is meant by each

    def called(self, text: str) -> list[User]:
        """Whoever is meant: by name, in either order, by e-mail address, or as the list has it."""
        return list(self.spellings.get(_spelt(text), ()))

    def like(self, text: str) -> list[str]:
        """Names that hold what was typed, or are spelt much like it; of many, the first two."""
        names = [name for name, _ in self.options]
        part = _spelt(text)
        holding = [name for name in names if part and part in _spelt(name)]
        return (holding or get_close_matches(text, names, cutoff=0.75))[:2]


def _spelt(text: str) -> str:
    """A name without regard to capitals, spaces and which part of it stands first."""
    family, comma, given = text.partition(",")
    return " ".join((f"{given} {family}" if comma else text).casefold().split())


def colleagues(*, on: date) -> Colleagues:
    """Everybody who holds a post on a day and has not left, by name."""
    held = Appointment.objects.held_on(on).filter(user__is_active=True)
    posts: dict[User, str] = {}
    for each in held.select_related("user", "post").order_by("user__name", "user_id", "pk"):
        posts.setdefault(each.user, each.post.title)
    names = Counter(_spelt(person.name) for person in posts)
    options = tuple(
        (
            person.name if names[_spelt(person.name)] == 1 else f"{person.name} ({person.email})",
            title,
        )
        for person, title in posts.items()
    )
    meant: dict[str, list[User]] = defaultdict(list)
    for person, (option, _) in zip(posts, options, strict=True):
        for spelling in {_spelt(person.name), _spelt(person.email), _spelt(option)}:
            meant[spelling].append(person)
    return Colleagues(
        tuple(posts), options, {spelling: tuple(people) for spelling, people in meant.items()}
    )


def one_of(people: Sequence[User]) -> str:
    """Any one of several, as a sentence names them: "Ada, Ben or Cy"; nothing where there is nobody."""
    names = [each.name for each in people]
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def sights_said() -> dict[PostKind, Sight]:
    """How early the Members of each office see results, as the council has said; else not at all."""
    said = dict(OfficeSight.objects.values_list("office", "sight"))
    return {office: Sight(said.get(office, Sight.NOTHING)) for office in ELECTED}


def posts_held(user: User, *, on: date) -> list[Post]:
    """The posts a person holds on a day, with their units."""
    held = Appointment.objects.held_on(on).filter(user=user).select_related("post__unit")
    return [appointment.post for appointment in held]


def units_directed_by(user: User, *, on: date) -> list[int]:
    """The units whose director or managing director this person is on a day."""
    kinds = [
        PostKind.DIRECTOR,
        PostKind.MANAGING_DIRECTOR,
        PostKind.DEPUTY_MANAGING_DIRECTOR,
    ]
    held = Appointment.objects.held_on(on).filter(user=user, post__kind__in=kinds)
    return list(held.values_list("post__unit_id", flat=True))


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What a Member speaks for: a name, and the units it reaches."""

    holder: User
    name: str
    units: tuple[Unit, ...]


def portfolios_on(day: date, *, holder: User | None = None) -> list[Portfolio]:
    """Every portfolio of a day, by the holder's name; of one holder, theirs alone.

    A place on a body says it. Of a Cabinet Member whose place says none, it is what their post is of.
    """
    rows = Membership.objects.held_on(day).exclude(portfolio="").filter(user__is_active=True)
    posts = Appointment.objects.held_on(day).filter(
        post__kind__in=(PostKind.CABINET_MEMBER, PostKind.CABINET_MEMBER_PERFORMANCE),
        user__is_active=True,
    )
    if holder is not None:
        rows, posts = rows.filter(user=holder), posts.filter(user=holder)
    names: dict[User, list[str]] = {}
    units: dict[User, dict[int, Unit]] = {}
    for place in rows.select_related("user").prefetch_related("units").order_by("pk"):
        names.setdefault(place.user, []).append(place.portfolio)
        units.setdefault(place.user, {}).update({each.pk: each for each in place.units.all()})
    said = set(names)
    for held in posts.select_related("user", "post__unit").order_by("post__title", "pk"):
        if held.user not in said:
            names.setdefault(held.user, []).append(held.post.title)
            units.setdefault(held.user, {})[held.post.unit_id] = held.post.unit
    return [
        Portfolio(
            person,
            "; ".join(dict.fromkeys(names[person])),
            tuple(sorted(units[person].values(), key=lambda each: (each.name, each.pk))),
        )
        for person in sorted(names, key=lambda each: (each.name, each.pk))
    ]


REMEMBERED_FOR = 5.0  # seconds: by then every process says what one was told
_remembered: list[tuple[float, Council | None]] = []


@dataclass(frozen=True, slots=True)
class CouncilFacts:
    """What every page says of the council."""

    name: str
    words: Mapping[str, str]  # its own, by key
    colour: str
    logo: str  # the digest of its logo, which its address has; or nothing
    logo_description: str
    teams: AssuranceTeams

    is_said: bool = True  # by the council; or by the environment alone

    @property
    def said(self) -> dict[str, str]:
        """Its words with its name and look, as whatever speaks for it is given them; none if it said none."""
        if not self.is_said:
            return {}
        return {
            **self.words,
            COUNCIL: self.name,
            "colour": self.colour,
            "logo": self.logo,
            TEAMS: self.teams.value,
        }


def council_facts() -> CouncilFacts:
    """What the council says of itself; where it has said nothing, what the environment does.

    Asked by every page, so remembered for some seconds. Whoever changes it forgets it (`forget_council`).
    """
    if not _remembered or monotonic() >= _remembered[0][0]:
        row = Council.objects.filter(pk=Council.ONLY).first()
        _remembered[:] = [(monotonic() + REMEMBERED_FOR, row)]
    row = _remembered[0][1]
    if row is None:
        return CouncilFacts(
            settings.COUNCIL_NAME, {}, "", "", "", AssuranceTeams.BOTH, is_said=False
        )
    return CouncilFacts(
        row.name,
        row.words,
        row.colour,
        row.logo_sha256,
        row.logo_description,
        AssuranceTeams(row.teams),
    )


def forget_council() -> None:
    """What is said of the council is asked of the database again."""
    _remembered.clear()


def council_name() -> str:
    """What the council is called."""
    return council_facts().name
