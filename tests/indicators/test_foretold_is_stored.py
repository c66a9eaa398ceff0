"""What the page of a result says it would be rated is what is stored once it is submitted."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.figures import SMALLEST, as_kept
from core.quarters import Quarter
from indicators.models.ratings import Rating
from indicators.queries.entry import entry_sheet
from indicators.rules.entry import ResultGiven
from indicators.services.results import submit_result
from sorp.lexicon import Polarity
from tests.factories import IndicatorFactory, TargetFactory

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Q1 = Quarter(2011, 1)
LIMITS = st.sampled_from(["target", "floor"])
BESIDE = st.sampled_from([-1, 0, 1])  # millionths from the bound


@pytest.fixture
def indicator(sorp_in_force):
    indicator = IndicatorFactory()
    TargetFactory(indicator=indicator)
    return indicator


def foretold_and_stored(indicator, bound, limit, polarity, typed):
    """The verdict and value on the page, then those on record; nothing is left of either."""
    with transaction.atomic():
        indicator.polarity = polarity
        indicator.save()
        away = Decimal(10 if (limit == "floor") is (polarity is Polarity.HIGHER) else -10)
        limits = {limit: bound, "floor" if limit == "target" else "target": bound + away}
        indicator.targets.update(**limits)
        sheet = entry_sheet(indicator=indicator, quarter=Q1, user=indicator.accountable_manager)
        entry = sheet.read(
            {"confidence": "final", "management_action": "Two started in July."} | typed
        )
        assert entry.problems == {}
        submit_result(
            indicator=indicator,
            quarter=Q1,
            given=ResultGiven.from_entry(entry),
            today=date(2011, 7, 20),
            by=indicator.accountable_manager,
        )
        rating = Rating.objects.latest_ones().get(indicator=indicator)
        transaction.set_rollback(True)
    return (entry.rag, entry.not_rated, entry.worked_out), (
        rating.rag or None,
        rating.not_rated or None,
        rating.value,
    )


@pytest.mark.both_databases
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(numerator=2, denominator=3, beside=0, limit="target", polarity=Polarity.HIGHER)
@example(numerator=2, denominator=3, beside=0, limit="floor", polarity=Polarity.LOWER)
@given(
    numerator=st.integers(0, 3000),
    denominator=st.integers(1, 3000),
    beside=BESIDE,
    limit=LIMITS,
    polarity=st.sampled_from([Polarity.HIGHER, Polarity.LOWER]),
)
def test_a_ratio_beside_a_bound_is_stored_as_the_page_foretold(
    indicator, numerator, denominator, beside, limit, polarity
):
    share = as_kept(Decimal(numerator) * 100 / denominator)
    typed = {"numerator": str(numerator), "denominator": str(denominator)}

    foretold, stored = foretold_and_stored(
        indicator, share + beside * SMALLEST, limit, polarity, typed
    )

    assert stored == foretold


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(value=Decimal("66.6666665"), beside=0, limit="target", polarity=Polarity.HIGHER)
@example(value=Decimal("66.6666675"), beside=0, limit="floor", polarity=Polarity.LOWER)
@given(
    value=st.decimals(0, 1000, places=8),
    beside=BESIDE,
    limit=LIMITS,
    polarity=st.sampled_from([Polarity.HIGHER, Polarity.LOWER]),
)
def test_a_value_of_more_decimals_than_are_kept_is_stored_as_the_page_foretold(
    indicator, value, beside, limit, polarity
):
    bound = as_kept(value) + beside * SMALLEST

    foretold, stored = foretold_and_stored(
        indicator, bound, limit, polarity, {"value": f"{value:f}"}
    )

    assert stored == foretold
