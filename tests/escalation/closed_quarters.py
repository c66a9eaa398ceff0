"""Two indicators over three closed quarters, and a draft of the SORP: what back-tests are tried on."""

from django.utils.timezone import now

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from sorp.lexicon import Level, Tier
from sorp.models.conditions import TriggerRule, TriggerTier
from sorp.models.statement import Statement, Version
from tests.factories import TargetFactory, rated

FIRST = Quarter(2011, 1)


def closed_history():
    """PI-1 was red, red, green; PI-2 green, red, green. Returns the last of the three quarters."""
    for reference, picture in {"PI-1": "RRG", "PI-2": "GRG"}.items():
        last = rated(TargetFactory(indicator__reference=reference).indicator, picture)
    for quarter in FIRST.until(last):
        ReportingQuarter.objects.create(
            quarter=quarter,
            state=ReportingQuarter.State.CLOSED,
            closed_at=now(),
        )
    return last


def draft_of(number="2.0"):
    """A draft with one trigger: red once, to PAT, by the name that asks for two in force."""
    version = Version.objects.create(statement=Statement.objects.get(), number=number)
    rule = TriggerRule.objects.create(
        version=version,
        position=1,
        clause="4.1",
        key="red-two-quarters",
        name="Red for two quarters",
        status="red",
        at_least=1,
        within=1,
        level=Level.PAT,
    )
    TriggerTier.objects.bulk_create(TriggerTier(trigger=rule, tier=tier) for tier in Tier)
    return version
