"""What the evaluator is told of each quarter: all that any kind of condition reads, in few queries."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.quarters import Quarter
from indicators.models.forecasts import SystemForecast
from indicators.models.ratings import Rating
from indicators.models.returns import ManagersForecast
from indicators.queries.histories import rag_histories
from indicators.rules.forecasting import ForecastMethod
from indicators.rules.returns import Horizon, Likelihood
from sorp.lexicon import Confidence, NotRated, Polarity, Rag, RatingMethod, Travel, TravelMethod
from sorp.rules.figures import Figure
from tests.factories import IndicatorFactory, RatingFactory, ResultFactory, RevisionFactory, rated

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
Q1, Q2, Q3 = (Quarter(2011, number) for number in (1, 2, 3))


def foresees(indicator, value, *, quarter=Q1, horizon=Horizon.YEAR_END, **fields):
    return ManagersForecast.objects.create(
        indicator=indicator,
        made_in=quarter,
        horizon=horizon,
        value=Decimal(value),
        likelihood=Likelihood.LIKELY,
        **fields,
    )


def system_foresees(indicator, red, amber, *, made_in=Q1, speaks_of=Q2, **fields):
    return SystemForecast.objects.create(
        indicator=indicator,
        made_in=made_in,
        for_quarter=speaks_of,
        method=ForecastMethod.SMOOTHING,
        quarters=8,
        value=80,
        lower=70,
        upper=90,
        chance_red=red,
        chance_amber=amber,
        **fields,
    )


def observed(indicator, until=Q1):
    return rag_histories(until=until)[indicator.pk]


def test_a_managers_colour_is_told_as_it_was_given():
    indicator = IndicatorFactory()
    RatingFactory(indicator=indicator, rag=Rag.GREEN, value=Decimal(95))
    ManagersForecast.objects.create(
        indicator=indicator, made_in=Q1, horizon=Horizon.YEAR_END, rag=Rag.RED, why="Two vacancies"
    )

    [figure] = observed(indicator)

    assert figure.forecast is Rag.RED


def test_a_quarter_is_told_with_all_that_is_known_of_it():
    indicator = IndicatorFactory(polarity=Polarity.LOWER)
    revision = RevisionFactory(
        result=ResultFactory(indicator=indicator), value=Decimal("70.5"), late=True
    )
    RatingFactory(
        indicator=indicator,
        rag=Rag.RED,
        value=Decimal("70.5"),
        target=Decimal(60),
        floor=Decimal(65),
        polarity=Polarity.LOWER,
        travel=Travel.WORSENING,
        definition_break=True,
        revision=revision,
    )
    foresees(indicator, 64)
    system_foresees(indicator, Decimal("0.3"), Decimal("0.25"))

    assert observed(indicator) == [
        Figure(
            Q1,
            Rag.RED,
            definition_break=True,
            value=Decimal("70.5"),
            method=RatingMethod.FLOOR,
            target=Decimal(60),
            floor=Decimal(65),
            polarity=Polarity.LOWER,
            travel=Travel.WORSENING,
            travel_method=TravelMethod.REGRESSION,
            confidence=Confidence.FINAL,
            late=True,
            sorp_version="1",
            forecast=Rag.AMBER,
            chance_red=Decimal("0.3"),
            chance_amber_or_worse=Decimal("0.55"),
        )
    ]


def test_a_quarter_of_which_little_is_known_says_little():
    indicator = IndicatorFactory()
    rated(indicator, "-")

    (only,) = observed(indicator)

    assert (only.rag, only.not_rated, only.late) == (None, NotRated.NO_RESULT, False)
    assert (only.value, only.forecast, only.chance_red) == (None, None, None)


def test_the_ends_of_a_range_are_told():
    RatingFactory(
        indicator=IndicatorFactory(),
        value=Decimal(50),
        target=None,
        floor=None,
        lower=Decimal(40),
        upper=Decimal(60),
        method=RatingMethod.RANGE,
        polarity=Polarity.RANGE,
    )

    ((only,),) = rag_histories(until=Q1).values()

    assert (only.lower, only.upper, only.middle) == (40, 60, 50)


@pytest.mark.parametrize(("value", "rag"), [(95, Rag.GREEN), (85, Rag.AMBER), (70, Rag.RED)])
def test_a_managers_forecast_is_judged_by_its_own_quarters_thresholds(value, rag):
    indicator = IndicatorFactory()
    rated(indicator, "GG")
    Rating.objects.filter(quarter=Q2).update(target=1000, floor=900)
    foresees(indicator, value)

    first, second = observed(indicator, until=Q2)

    assert (first.forecast, second.forecast) == (rag, None)


def test_only_the_latest_forecast_for_the_years_end_counts():
    indicator = IndicatorFactory()
    rated(indicator, "G")
    foresees(indicator, 95, is_latest=False)
    foresees(indicator, 85, number=2)
    foresees(indicator, 70, horizon=Horizon.NEXT_QUARTER)

    assert observed(indicator)[0].forecast is Rag.AMBER


def test_only_the_latest_chance_made_in_the_quarter_counts():
    indicator = IndicatorFactory()
    rated(indicator, "GG")
    system_foresees(indicator, Decimal("0.9"), Decimal("0.1"), is_latest=False)
    system_foresees(indicator, Decimal("0.2"), None, number=2)
    # Of two that stand, that for the nearer quarter is what is meant.
    system_foresees(indicator, Decimal("0.7"), Decimal("0.1"), speaks_of=Q3)

    first, second = observed(indicator, until=Q2)

    assert (first.chance_red, first.chance_amber_or_worse) == (Decimal("0.2"), Decimal("0.2"))
    assert second.chance_red is None


def test_what_was_revised_is_told_as_it_now_stands():
    indicator = IndicatorFactory()
    rated(indicator, "G")
    Rating.objects.update(is_latest=False)
    RatingFactory(
        indicator=indicator, rag=Rag.RED, number=2, rated_at=datetime(2011, 9, 1, tzinfo=UTC)
    )

    assert [each.rag for each in observed(indicator)] == [Rag.RED]


def test_histories_take_two_queries_however_many_indicators():
    def queries():
        with CaptureQueriesContext(connection) as asked:
            rag_histories(until=Q3)
        return len(asked)

    for number in range(20):
        indicator = IndicatorFactory()
        rated(indicator, "GAR")
        foresees(indicator, 70 + number)
        system_foresees(indicator, Decimal("0.1"), Decimal("0.1"))
        if number == 0:
            assert queries() == 2
    assert queries() == 2
