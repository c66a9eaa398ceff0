"""What stands by a trigger stands by its key: what the next version calls it changes nobody's fate."""

from datetime import date

import pytest

from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.services.closing import close_quarter
from indicators.rules.entry import ResultGiven
from indicators.services.results import submit_result
from indicators.services.variations import VariedWindow, agree_variation, propose_variation
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Level, Rag, Tier
from tests.escalation.conditions import aggregate, positive, trigger
from tests.escalation.versions import version_of
from tests.factories import VALUES, IndicatorFactory, TargetFactory, UnitFactory, holder
from tests.sorp.versions import version_like

pytestmark = pytest.mark.django_db
Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))
TODAY = date(2012, 5, 1)
RED_TWICE = trigger("Red twice", Rag.RED, 2, 2)
MANY_REDS = aggregate(3, name="Three reds in a division")
ON_TARGET = positive(0, name="On target")


@pytest.fixture
def indicators():
    """Three of one division, always red, and one that is always green."""
    division = UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory())
    return [
        TargetFactory(
            indicator=IndicatorFactory(
                unit=division, tier=Tier.DIVISION, reference=f"AS-{number}", title=f"AS {number}"
            )
        ).indicator
        for number in (1, 2, 3, 4)
    ]


def closed(indicators, quarter):
    """The first three are red in the quarter and the last is green, and the quarter is closed."""
    for number, each in enumerate(indicators, start=1):
        rag = Rag.GREEN if number == 4 else Rag.RED
        given = ResultGiven(value=VALUES[rag])
        submit_result(indicator=each, quarter=quarter, given=given, today=TODAY, by=None)
    return close_quarter(quarter=quarter, today=TODAY, by=None)


def renamed_and_reordered(draft):
    rows = list(draft.trigger_rules.order_by("position"))
    for number, row in enumerate(reversed(rows), start=1):
        draft.trigger_rules.filter(pk=row.pk).update(
            position=50 + number, name=f"Otherwise called {number}", clause=f"9.{number}"
        )


def test_a_trigger_renamed_under_a_variation_and_a_referral_changes_nobody_s_fate(indicators):
    one = version_of(RED_TWICE, MANY_REDS, ON_TARGET, number="1")
    varied, *_ = indicators
    variation = propose_variation(
        indicator=varied,
        what="Two reds do not go to PAT",
        reason="The depot moves",
        from_quarter=Q1,
        until_quarter=Q4,
        triggers=[VariedWindow("Red twice")],
        by=holder(PostKind.PERFORMANCE_OFFICER),
    )
    agree_variation(variation=variation, by=holder(PostKind.MANAGING_DIRECTOR))
    version_like(one, from_quarter=Q3, change=renamed_and_reordered)
    closed(indicators, Q1)
    closed(indicators, Q2)
    before = {
        model: list(model.objects.order_by("pk").values())
        for model in (Escalation, UnitEscalation, PositiveException)
    }
    assert [len(rows) for rows in before.values()] == [2, 1, 1]

    closing = closed(indicators, Q3)

    assert closing.newly_closed
    assert closing.opened == closing.recovered == []
    assert not closing.exceptions.changed
    for model, rows in before.items():
        assert list(model.objects.order_by("pk").values()) == rows
    assert not Escalation.objects.filter(indicator=varied, level=Level.PAT).exists()
