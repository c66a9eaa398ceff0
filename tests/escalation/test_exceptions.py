"""Units referred and successes brought to notice at a close: what is recorded, owed and refused."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from escalation.models.escalations import Escalation
from escalation.models.exceptions import PositiveException, UnitEscalation
from escalation.services.closing import close_quarter
from escalation.services.exceptions import close_exceptions
from indicators.models.ratings import Rating
from indicators.rules.entry import ResultGiven
from indicators.services.results import submit_result
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Level, NotRated, Rag, Tier
from tests.escalation.conditions import aggregate, positive, trigger
from tests.escalation.versions import version_of
from tests.factories import IndicatorFactory, TargetFactory, UnitFactory, UserFactory, holder, rated

pytestmark = pytest.mark.django_db
Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))


MANY_REDS = aggregate(3, name="Three reds in a division")
FAR_ABOVE = positive(5, name="Far above target")


@pytest.fixture
def ruled(db):
    """By many reds in a division, by success, and at the division by each red."""
    return version_of(
        MANY_REDS, FAR_ABOVE, trigger("Red", Rag.RED, level=Level.DIVISION), number="1"
    )


@pytest.fixture
def division():
    return UnitFactory(tier=UnitTier.DIVISION, parent=UnitFactory(), name="Adult social care")


def measured(division, number):
    manager = UserFactory()
    return [
        IndicatorFactory(
            unit=division, tier=Tier.DIVISION, accountable_manager=manager, reference=f"AS-{each}"
        )
        for each in range(1, number + 1)
    ]


def everything():
    models = (UnitEscalation, PositiveException, Notice, AuditEvent)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def close(quarter, by=None):
    return close_exceptions(quarter=quarter, by=by)


def test_a_division_with_many_reds_is_referred_and_its_director_is_told(ruled, division):
    director = holder(PostKind.DIRECTOR, unit=division)
    officer = UserFactory()
    for each, picture in zip(measured(division, 4), ["AR", "RR", "AR", "RA"], strict=True):
        rated(each, picture)

    assert not close(Q1).changed
    (row,) = close(Q2, by=officer).units_referred

    assert (row.unit, row.level, row.trigger) == (division, Level.PAT, MANY_REDS.name)
    assert (row.since, row.opened_in, row.recovered_in) == (Q2, Q2, None)
    assert row.reason == (
        "AS-1, AS-2 and AS-3 red in Q2 2011/12, which meets “Three reds in a division” (3 or more"
        " indicators red in one division in one quarter)."
    )
    assert row.counted == [
        {"quarter": "2011-Q2", "reference": f"AS-{number}", "status": "red"} for number in (1, 2, 3)
    ]
    notice = Notice.objects.get()
    assert notice.recipient == director
    assert notice.subject == (
        "Adult social care has been referred to the Performance Assurance Team"
    )
    assert row.reason in notice.body
    assert notice.address == "/escalations/units/"
    assert AuditEvent.objects.filter(act="referred unit", actor=officer).count() == 1
    assert not Escalation.objects.exists()


def test_where_a_unit_has_no_director_the_nearest_above_is_told(ruled, division):
    holder(PostKind.DIRECTOR)  # of another directorate
    above = holder(PostKind.DIRECTOR, unit=division.parent)
    for each in measured(division, 3):
        rated(each, "R")

    close(Q1)

    assert Notice.objects.get().recipient == above


def test_a_unit_that_nobody_directs_is_referred_all_the_same(ruled, division):
    for each in measured(division, 3):
        rated(each, "R")

    assert len(close(Q1).units_referred) == 1
    assert not Notice.objects.exists()


def test_a_unit_recovers_once_fewer_are_red_and_its_director_is_told(ruled, division):
    holder(PostKind.DIRECTOR, unit=division)
    for each, picture in zip(measured(division, 3), ["RGR", "RRR", "R-R"], strict=True):
        rated(each, picture)
    close(Q1)

    # One is green, and one result is missing: it might make three no more.
    (row,) = close(Q2).units_recovered

    assert (row.opened_in, row.recovered_in) == (Q1, Q2)
    assert Notice.objects.filter(subject__contains="no longer referred").count() == 1
    assert AuditEvent.objects.filter(act="unit recovered").count() == 1

    (again,) = close(Q3).units_referred
    assert (again.opened_in, UnitEscalation.objects.count()) == (Q3, 2)


def test_a_unit_does_not_recover_by_silence(ruled, division):
    for each, picture in zip(measured(division, 3), ["R-", "RR", "RR"], strict=True):
        rated(each, picture)
    close(Q1)

    assert not close(Q2).changed
    assert UnitEscalation.objects.get().recovered_in is None


def test_good_performance_is_brought_to_notice_and_its_manager_is_told(ruled):
    indicator = IndicatorFactory()
    rated(indicator, "AGGA")  # 95 against 90 is better by 5.6 per cent

    assert not close(Q1).changed
    (row,) = close(Q2).positive
    assert not close(Q3).changed
    (ended,) = close(Q4).positive_ended

    assert (row.indicator, row.trigger, row.since, row.opened_in) == (
        indicator,
        FAR_ABOVE.name,
        Q2,
        Q2,
    )
    assert row.reason.startswith("Better than target by 5.6% in Q2 2011/12, which meets")
    assert (ended.pk, ended.ended_in) == (row.pk, Q4)
    notice = Notice.objects.get()
    assert (notice.recipient, notice.address) == (
        indicator.accountable_manager,
        f"/indicators/{indicator.reference}/",
    )
    acts = AuditEvent.objects.filter(act__startswith="positive exception")
    assert acts.count() == 2


def test_good_performance_is_looked_for_in_the_tiers_that_are_named(db):
    version_of(replace(FAR_ABOVE, tiers=frozenset({Tier.TEAM})))
    rated(IndicatorFactory(), "G")

    assert not close(Q1).changed


def test_a_success_no_rule_asks_for_any_more_ends(ruled):
    rated(IndicatorFactory(), "GG")
    close(Q1)
    version_of(MANY_REDS, since=Q2, number="2")

    assert [row.ended_in for row in close(Q2).positive_ended] == [Q2]


def test_closing_twice_changes_nothing(ruled, division):
    holder(PostKind.DIRECTOR, unit=division)
    for each, picture in zip(measured(division, 4), ["RG", "RG", "RG", "GA"], strict=True):
        rated(each, picture)
    for quarter in (Q1, Q2):
        assert close(quarter).changed
        before = everything()
        assert not close(quarter).changed
        assert everything() == before


def test_what_a_revision_brings_about_is_followed_up_when_the_quarter_is_closed_again(
    ruled, division
):
    *others, last = measured(division, 3)
    for each in others:
        rated(each, "R")
    rated(last, "A")
    assert not close(Q1).changed

    Rating.objects.filter(indicator=last).update(rag=Rag.RED, value=70)

    assert len(close(Q1).units_referred) == 1


def test_neither_makes_an_ordinary_escalation(ruled, division):
    today = Quarter(2017, 1).first_day
    indicators = [TargetFactory(indicator=each).indicator for each in measured(division, 3)]
    for indicator in indicators:
        for quarter, value in ((Q1, 70), (Q2, 99)):
            submit_result(
                indicator=indicator,
                quarter=quarter,
                given=ResultGiven(value=Decimal(value)),
                today=today,
                by=None,
            )
    for quarter in (Q1, Q2):
        close_quarter(quarter=quarter, today=today, by=None)
        close(quarter)

    assert set(Escalation.objects.values_list("trigger", flat=True)) == {"Red"}
    assert UnitEscalation.objects.get().recovered_in == Q2
    assert PositiveException.objects.count() == 3


def test_where_no_rule_asks_no_history_is_read(sorp_in_force):
    rated(IndicatorFactory(), "R")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        close(Q1)
    assert not [each for each in asked if "indicators_rating" in each["sql"]]


def test_asks_as_much_of_twenty_indicators_as_of_one(ruled, division):
    """Where nothing opens: what opens is written row by row."""

    def queries(quarter):
        with CaptureQueriesContext(connection) as asked:
            close(quarter)
        return len(asked)

    first = measured(division, 1)[0]
    rated(first, "A")
    one = queries(Q1)
    for number in range(20):
        rated(IndicatorFactory(unit=division, tier=Tier.DIVISION, reference=f"X-{number}"), "A")
    assert queries(Q1) == one


def test_a_missing_result_can_be_what_an_aggregate_counts(division):
    version_of(aggregate(2, "council", NotRated.NO_RESULT, within=4))
    one, other = measured(division, 2)
    rated(one, "-GG")
    rated(other, "GG-")

    assert not close(Q1).changed
    assert not close(Q2).changed
    (row,) = close(Q3).units_referred
    assert (row.unit.tier, row.since) == (UnitTier.COUNCIL, Q1)
    assert {each["status"] for each in row.counted} == {NotRated.NO_RESULT.value}
