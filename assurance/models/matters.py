"""What may come before a team, told by the same few facts: what it is called, where it is, who answers for it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from assurance.rules import MatterKind
from indicators.models.definitions import Indicator
from organisation.models.people import User
from organisation.models.units import Unit
from strategy.models.plan import Milestone, Project
from strategy.models.risks import Risk
from strategy.models.savings import Saving

Matter = Indicator | Unit | Milestone | Project | Saving | Risk

MATTERS = {
    MatterKind.INDICATOR: Indicator,
    MatterKind.UNIT: Unit,
    MatterKind.MILESTONE: Milestone,
    MatterKind.PROJECT: Project,
    MatterKind.SAVING: Saving,
    MatterKind.RISK: Risk,
}
# What `answers_for` and `unit_of` read of each, for select_related.
RELATED = (
    *("indicator__accountable_manager", "indicator__unit", "unit"),
    *("milestone__accountable_manager", "milestone__priority", "milestone__project"),
    *("project__lead", "project__programme"),
    *("saving__owner", "saving__unit", "risk__owner", "risk__unit", "answerer"),
)


def related(prefix: str = "") -> tuple[str, ...]:
    """The same, of something that names a call-in: `related("call_in__")`."""
    return tuple(f"{prefix}{each}" for each in RELATED)


def kind_of(matter: Matter) -> MatterKind:
    return next(kind for kind, model in MATTERS.items() if isinstance(matter, model))


def title_of(matter: Matter) -> str:
    if isinstance(matter, Indicator | Milestone | Saving | Risk):
        return matter.title
    return matter.name


def reference_of(matter: Matter) -> str:
    """The reference that people use for it; empty where it has none."""
    return matter.reference if isinstance(matter, Indicator | Saving | Risk) else ""


def called(matter: Matter) -> str:
    """What it is called in a sentence: HT-01, or “Open the new library” where it has no reference."""
    title = title_of(matter)
    short = title if len(title) <= 80 else f"{title[:79].rstrip()}…"
    return reference_of(matter) or f"“{short}”"


def address_of_matter(matter: Matter) -> str:
    """What stands for it in an address: HT-01 for an indicator, saving:12 for anything else."""
    if isinstance(matter, Indicator):
        return matter.address
    return f"{kind_of(matter)}:{matter.pk}"


def matter_at(address: str) -> Matter | None:
    """What an address of `address_of_matter` stands for, or None where there is no such thing."""
    kind, colon, number = address.partition(":")
    if not colon:
        return Indicator.objects.filter(address=address).first()
    if kind not in set(MatterKind) or not number.isdigit():
        return None
    model: Any = MATTERS[MatterKind(kind)]
    found: Matter | None = model.objects.filter(pk=number).first()
    return found


def page_of(matter: Matter) -> str:
    """The address of its own page."""
    if isinstance(matter, Indicator):
        return reverse("indicator", args=[matter.address])
    if isinstance(matter, Unit):
        return reverse("dashboard", args=[matter.code])
    place = f"#milestone-{matter.pk}" if isinstance(matter, Milestone) else ""
    return matter.get_absolute_url() + place


def answers_for(matter: Matter) -> User | None:
    """Who answers for it, as far as it says so itself: a service does not, and a project need not."""
    if isinstance(matter, Indicator | Milestone):
        return matter.accountable_manager
    if isinstance(matter, Project):
        return matter.lead
    return None if isinstance(matter, Unit) else matter.owner


def answered_by(user: User, prefix: str = "") -> Q:
    """The call-ins of what somebody answers for: `answers_for`, as a condition of a query."""
    fields = (
        *("indicator__accountable_manager", "milestone__accountable_manager"),
        *("project__lead", "saving__owner", "risk__owner"),
    )
    # A service says nothing itself, and a project may have no lead any more.
    found = Q(**{f"{prefix}answerer": user, f"{prefix}unit__isnull": False}) | Q(
        **{
            f"{prefix}answerer": user,
            f"{prefix}project__isnull": False,
            f"{prefix}project__lead__isnull": True,
        }
    )
    for each in fields:
        found |= Q(**{f"{prefix}{each}": user})
    return found


def unit_of(matter: Matter) -> Unit | None:
    """The unit that it belongs to; none for what belongs to the whole council."""
    if isinstance(matter, Unit):
        return matter
    return matter.unit if isinstance(matter, Indicator | Saving | Risk) else None
