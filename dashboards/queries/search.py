"""One box for everything: indicators, people, units, bodies, priorities, clauses, actions and help.

Nobody finds what they may not see: each kind asks the rule that guards its own page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import TypeVar

from django.db.models import Case, IntegerField, Model, Q, QuerySet, Value, When
from django.urls import reverse

from assurance.models.matters import related
from assurance.models.meetings import AgreedAction
from assurance.models.teams import Team
from assurance.queries.exemptions import actions_read_by
from assurance.rights import may_read
from core.dates import as_date
from core.own_words import in_own_words
from core.quarters import Quarter
from dashboards.queries.guides import guides, parts_with
from escalation.models.plans import Action
from indicators.models.definitions import Indicator
from organisation.models.bodies import Committee
from organisation.models.people import Appointment, User
from organisation.permissions import Permission
from organisation.queries import tree_on
from sorp.queries.ruling import version_in_force
from strategy.models.plan import Priority

Row = TypeVar("Row", bound=Model)
SHOWN = 10  # of each kind, until one kind is asked for
MOST = 200  # of one kind: whoever finds more should say more
LONGEST = 100  # characters
LEAST = 2


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found: what it is called, what to tell it apart by, and where it is read, if anywhere."""

    title: str
    about: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What was found of one kind; more where the rest is counted only."""

    key: str
    label: str
    found: Sequence[Found]
    more: bool


def search(text: str, *, reader: User, today: date, kind: str = "") -> list[Kind]:
    """What this reader may see that has all of these words, kind by kind; whole of one kind if named.

    An exact reference comes first, then titles that have the words together, then the others.
    """
    words = text.split()
    most = MOST if kind else SHOWN
    kinds = []
    for key, (label, look) in KINDS.items():
        if kind not in ("", key):
            continue
        found = list(look(words, reader, today, most + 1))
        if found:
            kinds.append(Kind(key, label, found[:most], more=len(found) > most))
    return kinds


def _having(words: Sequence[str], *fields: str) -> Q:
    """Each word stands somewhere in these fields."""
    return reduce(
        and_,
        (reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields)) for word in words),
    )


def _nearest_first(
    rows: QuerySet[Row], words: Sequence[str], *, name: str, code: str = ""
) -> QuerySet[Row]:
    whole = " ".join(words)
    nearest = [When(**{f"{name}__icontains": whole}, then=Value(1))]
    if code:
        nearest.insert(0, When(**{f"{code}__iexact": whole}, then=Value(0)))
    order = Case(*nearest, default=Value(2), output_field=IntegerField())
    return rows.order_by(order, code or name, "pk")


def _indicators(words: Sequence[str], reader: User, today: date, most: int) -> Iterable[Found]:
    rows = Indicator.objects.visible_to(reader).filter(
        _having(
            words,
            *("reference", "title", "codes", "definition", "unit__name"),
            "accountable_manager__name",
        )
    )
    rows = rows.select_related("unit", "accountable_manager")
    now = Quarter.containing(today)
    for each in _nearest_first(rows, words, name="title", code="reference")[:most]:
        ended = each.last_quarter is not None and each.last_quarter < now
        said = [each.unit.name, each.accountable_manager.name]
        yield Found(
            f"{each.reference} {each.title}",
            ", ".join(said) + (". No longer measured" if ended else ""),
            reverse("indicator", args=[each.address]),
        )


def _people(words: Sequence[str], reader: User, today: date, most: int) -> Iterable[Found]:
    rows = User.objects.filter(_having(words, "name", "email"), is_active=True)
    people = list(_nearest_first(rows, words, name="name")[:most])
    held: dict[int, list[str]] = {}
    for person, title in (
        Appointment.objects.held_on(today)
        .filter(user__in=people)
        .values_list("user", "post__title")
        .order_by("post__title")
    ):
        held.setdefault(person, []).append(title)
    manages = reader.may(Permission.MANAGE_FRAMEWORK)
    for each in people:
        yield Found(
            each.name,
            "; ".join(held.get(each.pk, ["Holds no post"])),
            reverse("set_up_person", args=[each.pk]) if manages else f"mailto:{each.email}",
        )


def _units(words: Sequence[str], reader: User, today: date, most: int) -> Iterable[Found]:
    tree, opens = tree_on(today), reader.may(Permission.VIEW_PERFORMANCE)
    having = [
        branch
        for branch in tree.branches.values()
        if all(word.lower() in f"{branch.name} {branch.code}".lower() for word in words)
    ]
    for branch in sorted(having, key=lambda branch: (branch.tier.depth, branch.name))[:most]:
        address = reverse("dashboard", args=[branch.code]) if opens else ""
        yield Found(branch.name, f"{branch.tier.label}, {branch.code}", address)


def _bodies(words: Sequence[str], reader: User, today: date, most: int) -> Iterable[Found]:
    rows = Committee.objects.filter(_having(words, "name", "code"), starts_on__lte=today).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    )
    manages = reader.may(Permission.MANAGE_FRAMEWORK)
    for each in _nearest_first(rows, words, name="name")[:most]:
        yield Found(
            each.name,
            each.get_kind_display(),
            reverse("set_up_body", args=[each.code]) if manages else "",
        )


def _priorities(words: Sequence[str], reader: User, today: date, most: int) -> Iterable[Found]:
    rows = Priority.objects.filter(_having(words, "name", "description"))
    opens = reader.may(Permission.VIEW_PERFORMANCE)
    for each in _nearest_first(rows, words, name="name")[:most]:
        address = each.get_absolute_url() if opens else ""
        yield Found(each.name, f"Priority {each.number}", address)


def _clauses(words: Sequence[str], reader: User, today: date, most: int) -> Iterable[Found]:
    version = version_in_force()
    if version is None:
        return
    rows = version.clauses.filter(
        _having(words, "number", "heading", "wording", "monitored", "consequence")
    )
    for each in _nearest_first(rows, words, name="heading", code="number")[:most]:
        yield Found(
            f"Clause {each.number} {each.heading}",
            f"Version {version.number} of the SORP",
            reverse("sorp_clause", args=[each.key]),
        )


def _actions(words: Sequence[str], reader: User, today: date, most: int) -> Iterable[Found]:
    """Of agreed plans first, then of meetings whose papers the reader may read."""
    seen = Indicator.objects.visible_to(reader)
    planned = Action.objects.filter(
        _having(words, "description", "owner"),
        plan__is_latest=True,
        plan__indicator__in=seen,
    ).select_related("plan__indicator")
    found = 0
    for action in planned.order_by("due_on", "pk")[:most]:
        found += 1
        indicator = action.plan.indicator
        yield Found(
            action.description,
            f"{action.owner}, {_by_when(action.due_on, action.done_on)}."
            f" Plan for {indicator.reference} {indicator.title}",
            reverse("indicator", args=[indicator.address]),
        )
    teams = [team for team in Team.objects.all() if may_read(reader, team)]
    agreed = actions_read_by(
        AgreedAction.objects.filter(
            _having(words, "what", "owner"), call_in__meeting__team__in=teams
        ),
        reader,
    ).select_related("call_in__meeting__team", *related("call_in__"))
    for each in agreed.order_by("due_on", "pk")[: most - found]:
        meeting = each.call_in.meeting
        yield Found(
            each.what,
            f"{each.owner}, {_by_when(each.due_on, each.done_on)}. Agreed at {meeting.team.short}",
            each.call_in.get_absolute_url(),
        )


def _guides(words: Sequence[str], reader: User, today: date, most: int) -> Iterable[Found]:
    for part in parts_with(words)[:most]:
        about = guides()[part.guide].title if part.key else "A guide, read whole"
        yield Found(in_own_words(part.name), in_own_words(about), part.address)


def _by_when(due_on: date, done_on: date | None) -> str:
    return f"done on {as_date(done_on)}" if done_on else f"due on {as_date(due_on)}"


Look = Callable[[Sequence[str], User, date, int], Iterable[Found]]
KINDS: dict[str, tuple[str, Look]] = {
    "indicators": ("Indicators", _indicators),
    "people": ("People", _people),
    "units": ("Units", _units),
    "bodies": ("Committees and other bodies", _bodies),
    "priorities": ("Priorities", _priorities),
    "clauses": ("The SORP", _clauses),
    "actions": ("Actions", _actions),
    "guides": ("Help", _guides),
}
