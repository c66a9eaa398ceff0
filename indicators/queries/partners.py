"""Whose link it is, what a partner may give now, and what waits for a manager."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import QuerySet

from core.clock import localdate
from core.quarters import Quarter
from core.queries import open_quarters
from indicators.models.definitions import Indicator
from indicators.models.partners import GivenFigure, Partner
from indicators.models.results import Result
from indicators.queries.requirements import quarter_requirements
from indicators.rules.entry import QuarterRequirements
from indicators.rules.partners import GivenState
from indicators.rules.returns import ResultState
from organisation.models.people import User
from sorp.queries.ruling import version_in_force


def digest_of(token: str) -> str:
    """What is kept of a link's token."""
    return sha256(token.encode()).hexdigest()


def partner_of(token: str) -> Partner | None:
    """Whose link has this token, whether or not it still serves; None where it is nobody's."""
    return Partner.objects.filter(link_sha256=digest_of(token)).first()


@dataclass(frozen=True, slots=True)
class AskedOfPartner:
    """One figure that a partner may give now, with the last that it gave."""

    indicator: Indicator
    quarter: Quarter
    requirements: QuarterRequirements
    given: GivenFigure | None

    @property
    def is_waiting(self) -> bool:
        return self.given is not None and self.given.is_waiting

    @property
    def row(self) -> dict[str, str]:
        """What stands in the form, as it was typed; nothing of what was not accepted."""
        return dict(self.given.typed) if self.given and self.given.is_waiting else {}


def asked_of(partner: Partner) -> list[AskedOfPartner]:
    """Every figure a partner may give now: of open quarters that have ended, and are not locked."""
    today = localdate()
    if not partner.serves_on(today):
        return []
    quarters = [
        each
        for each in open_quarters()
        if each.last_day < today and partner.quarter in (None, each)
    ]
    known = list(partner.indicators.order_by("reference"))
    locked = set(
        Result.objects.filter(
            indicator__in=known,
            quarter__in=quarters,
            state__in=[each for each in ResultState if each.is_locked],
        ).values_list("indicator", "quarter")
    )
    latest: dict[tuple[int, Quarter], GivenFigure] = {}
    for given in partner.figures.filter(quarter__in=quarters).order_by("given_at", "pk"):
        latest[given.indicator_id, given.quarter] = given
    found: list[AskedOfPartner] = []
    for quarter in quarters if version_in_force() else ():
        measured = [each for each in known if _is_measured(each, quarter)]
        wanted = quarter_requirements(measured, quarter)
        found += [
            AskedOfPartner(each, quarter, wanted[each.pk], latest.get((each.pk, quarter)))
            for each in measured
            if (each.pk, quarter) not in locked
            and wanted[each.pk].is_due
            and not wanted[each.pk].is_suspended
        ]
    return found


def _is_measured(indicator: Indicator, quarter: Quarter) -> bool:
    return indicator.first_quarter <= quarter and (
        indicator.last_quarter is None or quarter <= indicator.last_quarter
    )


def waiting_from_partners(user: User) -> QuerySet[GivenFigure]:
    """What partners gave for indicators that this person answers for, and nobody has decided on."""
    return GivenFigure.objects.filter(
        state=GivenState.WAITING, indicator__in=Indicator.objects.answerable_by(user)
    ).select_related("indicator__unit", "indicator__accountable_manager", "partner")


def partners(*, text: str = "") -> Sequence[Partner]:
    """Every partner, by name."""
    rows = Partner.objects.prefetch_related("indicators").select_related("invited_by")
    return list(rows.filter(name__icontains=text) if text else rows)
