"""Indicators with results to forecast from: climbing, or about a level, against a target of 90."""

from datetime import UTC, datetime
from decimal import Decimal

from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from escalation.services.early_warning import store_early_warnings
from indicators.models.returns import ManagersForecast
from indicators.queries.forecasts import ChanceRecord
from indicators.rules.returns import Horizon, Likelihood
from indicators.services.forecasts import forecast_after
from indicators.services.rating import rate_quarter
from sorp.lexicon import RatingMethod
from tests.factories import IndicatorFactory, RevisionFactory, TargetFactory

SINCE, LAST = Quarter(2011, 1), Quarter(2012, 4)
LEVEL = (85, 89, 84, 88, 85, 89, 84, 88)
CLIMB = (81, 83, 82, 84, 86, 85, 87, 89)
SINKING = (92, 90, 91, 88, 87, 86, 84, 82)  # green, then amber since Q4 2011/12


def close(quarter):
    return ReportingQuarter.objects.create(
        quarter=quarter, state="closed", closed_at=datetime(2013, 5, 1, tzinfo=UTC)
    )


def resulted(values, since=SINCE, breaks=(), target=True, **indicator):
    """An indicator with a target of 90 (floor 80) or none, and these results, one a quarter."""
    measured = IndicatorFactory(**indicator)
    if target and measured.method == RatingMethod.FLOOR:
        TargetFactory(indicator=measured)
    for place, value in enumerate(values):
        if value is not None:
            quarter = Quarter.from_ordinal(since.ordinal + place)
            say(measured, quarter, value, definition_break=place in breaks)
    return measured


def say(indicator, quarter, value, **revision):
    return RevisionFactory(
        result__indicator=indicator,
        result__quarter=quarter,
        value=Decimal(str(value)),
        **revision,
    )


def revise(indicator, quarter, value):
    """The latest revision of a quarter's result says something else."""
    result = indicator.results.get(quarter=quarter)
    result.revisions.update(is_latest=False)
    RevisionFactory(result=result, number=2, value=Decimal(str(value)), reason="A late count")


def expects(indicator, made_in, rag, why="Two vacancies are filled in May"):
    """What its manager expects at the year's end, said with a quarter's result."""
    return ManagersForecast.objects.create(
        indicator=indicator,
        made_in=made_in,
        horizon=Horizon.YEAR_END,
        rag=rag,
        why=why,
        made_by=indicator.accountable_manager,
    )


def say_for(indicator, made_in, value, horizon=Horizon.NEXT_QUARTER):
    """A value that its manager expected, from before colours were asked for."""
    return ManagersForecast.objects.create(
        indicator=indicator,
        made_in=made_in,
        horizon=horizon,
        value=Decimal(str(value)),
        likelihood=Likelihood.LIKELY,
        made_by=indicator.accountable_manager,
    )


def speaking(monkeypatch):
    """Chances are shown, as where enough have been scored that have beaten both comparisons."""
    monkeypatch.setattr(ChanceRecord, "unsaid", lambda self, indicator, method: None)


def closed_until(last=LAST, since=SINCE):
    """Every quarter is rated and closed, and looked ahead from, as a close does."""
    for quarter in since.until(last):
        if not ReportingQuarter.objects.filter(quarter=quarter).exists():
            close(quarter)
        rate_quarter(quarter=quarter, by=None)
        forecast_after(quarter=quarter, by=None)
    store_early_warnings(closed=last, by=None)
