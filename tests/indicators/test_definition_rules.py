"""Which parts of a definition go together, as a table."""

from decimal import Decimal

import pytest

from indicators.rules.definitions import contradictions
from sorp.lexicon import Frequency, Kind, Polarity, RatingMethod

SOUND = {
    "kind": Kind.KPI,
    "polarity": Polarity.HIGHER,
    "method": RatingMethod.FLOOR,
    "tolerance": None,
    "basis": "quarter",
    "frequency": Frequency.QUARTERLY,
}


@pytest.mark.parametrize(
    "otherwise",
    [
        {},
        {"polarity": Polarity.LOWER},
        {"method": RatingMethod.TOLERANCE, "tolerance": Decimal(0)},
        {"method": RatingMethod.TOLERANCE, "tolerance": Decimal("999.000")},
        {"method": RatingMethod.RANGE, "polarity": Polarity.RANGE},
        {"kind": Kind.ACTIVITY, "method": RatingMethod.EXPECTED_RANGE, "polarity": Polarity.NONE},
        {"kind": Kind.DATA, "method": RatingMethod.NONE, "polarity": Polarity.LOWER},
        {"frequency": Frequency.MONTHLY, "made_of_months": "sum", "basis": "month"},
        {"frequency": Frequency.ANNUAL, "due": "Q2", "basis": "calendar_year"},
        {"frequency": Frequency.TWO_YEARLY, "due": "2024-Q3"},
    ],
)
def test_what_goes_together_is_not_refused(otherwise):
    assert list(contradictions(**SOUND | otherwise)) == []


@pytest.mark.parametrize(
    ("otherwise", "part", "words"),
    [
        ({"kind": Kind.DATA}, "method", "data only has no RAG status"),
        ({"kind": Kind.ACTIVITY}, "method", "an activity indicator has no RAG status"),
        ({"polarity": Polarity.RANGE}, "polarity", "Higher is better” or “Lower is better"),
        ({"polarity": Polarity.NONE}, "polarity", "or another method"),
        ({"method": RatingMethod.RANGE}, "polarity", "Within a range is better"),
        ({"method": RatingMethod.TOLERANCE}, "tolerance", "by how many per cent"),
        (
            {"method": RatingMethod.TOLERANCE, "tolerance": Decimal("999.001")},
            "tolerance",
            "from 0 to 999",
        ),
        (
            {"method": RatingMethod.TOLERANCE, "tolerance": Decimal(-1)},
            "tolerance",
            "from 0 to 999",
        ),
        ({"tolerance": Decimal(5)}, "tolerance", "Leave the tolerance empty"),
        ({"frequency": Frequency.MONTHLY}, "made_of_months", "how months make a quarter"),
        ({"made_of_months": "sum"}, "made_of_months", "no figure is given by month"),
        ({"frequency": Frequency.TWO_YEARLY}, "due", "first quarter of a two-yearly"),
        ({"frequency": Frequency.ANNUAL, "due": "Q1 Q3"}, "due", "Name 1 quarter"),
        ({"basis": "school_year"}, "basis", "comes once a year"),
    ],
)
def test_what_contradicts_is_said_at_the_part_to_change(otherwise, part, words):
    ((blamed, told),) = contradictions(**SOUND | otherwise)

    assert blamed == part
    assert words in told
