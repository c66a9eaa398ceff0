"""Many results at once leave what one after the other leaves."""

from datetime import date
from decimal import Decimal

import pytest

from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.quarters import NotOpen
from indicators.models.ratings import Rating
from indicators.models.results import Result, Revision
from indicators.rules.entry import ResultGiven
from indicators.services.rating import rate_quarter
from indicators.services.results import ResultToSubmit, submit_result, submit_results
from sorp.lexicon import Confidence
from tests.factories import IndicatorFactory, TargetFactory, UserFactory

TODAY = date(2014, 1, 1)
FIRST = Quarter(2011, 1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]


def series(indicator, values, *, first=FIRST):
    """One submission a quarter; None is a result that is not available."""
    return [
        ResultToSubmit(
            indicator,
            Quarter.from_ordinal(first.ordinal + place),
            ResultGiven(value=Decimal(value), confidence=Confidence.PROVISIONAL)
            if value is not None
            else ResultGiven(not_available="The system was being moved"),
            late=place == 1,
        )
        for place, value in enumerate(values)
    ]


def measured():
    """An indicator with a target, whose rows are told apart by its title alone."""
    return TargetFactory(indicator=IndicatorFactory()).indicator


KEYS = {"id", "indicator_id", "result_id", "revision_id", "submitted_at", "rated_at"}
KEYS |= {"on_behalf_of_id"}  # each is entered for a person of its own


def said_of(indicator):
    """Everything stored about one indicator, but for what differs from row to row by nature."""
    of_its_results = Revision.objects.filter(result__indicator=indicator)
    of_its_ratings = Rating.objects.filter(indicator=indicator).order_by("quarter", "number")
    results = {
        str(pk) for pk in Result.objects.filter(indicator=indicator).values_list("pk", flat=True)
    }
    events = AuditEvent.objects.filter(subject_key__in=results, subject_kind="indicators.Result")
    return {
        "revisions": [
            {key: value for key, value in row.items() if key not in KEYS} | {"quarter": start}
            for row, start in zip(
                of_its_results.order_by("result__quarter", "number").values(),
                of_its_results.order_by("result__quarter", "number").values_list(
                    "result__quarter", flat=True
                ),
                strict=True,
            )
        ],
        "ratings": [
            {key: value for key, value in row.items() if key not in KEYS}
            | {"revision": Revision.objects.get(pk=row["revision_id"]).number}
            for row in of_its_ratings.values()
        ],
        "events": [
            (event.actor_name, event.act, event.subject_name.split()[1:], event.detail)
            for event in events.order_by("id")
        ],
    }


VALUES = [70, 75, None, 85, 88, 92, 95, 97, 99, 99]


def test_results_at_once_leave_the_same_rows_as_one_by_one():
    officer = UserFactory()
    one, other = measured(), measured()

    for each in series(one, VALUES):
        submit_result(
            indicator=one,
            quarter=each.quarter,
            given=each.given,
            today=TODAY,
            by=officer,
            late=each.late,
        )
    said = submit_results(
        submissions=list(reversed(series(other, VALUES))), today=TODAY, by=officer
    )

    assert [is_new for _, is_new in said] == [True] * len(VALUES)
    assert [revision.result.quarter for revision, _ in said] == [
        each.quarter for each in reversed(series(other, VALUES))
    ]
    ours, theirs = said_of(other), said_of(one)
    assert ours["revisions"] == theirs["revisions"]
    assert ours["ratings"] == theirs["ratings"]
    assert sorted(ours["events"], key=str) == sorted(theirs["events"], key=str)
    assert {rating["travel"] for rating in ours["ratings"]} > {"not enough data"}


def test_changed_results_at_once_end_where_one_by_one_ends():
    """Later travel follows an earlier change; only the ratings in between are spared."""
    one, other = measured(), measured()
    for indicator in (one, other):
        submit_results(submissions=series(indicator, VALUES), today=TODAY, by=None)
    changes = [60, 75, 80]

    for each in series(one, changes):
        submit_result(indicator=one, quarter=each.quarter, given=each.given, today=TODAY, by=None)
    said = submit_results(submissions=series(other, changes), today=TODAY, by=None)

    assert [is_new for _, is_new in said] == [True, False, True]

    def latest(indicator):
        stored = said_of(indicator)
        ratings = [rating for rating in stored["ratings"] if rating.pop("is_latest")]
        return stored["revisions"], [rating | {"number": None} for rating in ratings]

    assert latest(other) == latest(one)
    for indicator in (one, other):
        for quarter in FIRST.until(Quarter.from_ordinal(FIRST.ordinal + len(VALUES) - 1)):
            assert rate_quarter(quarter=quarter, by=None, indicators=[indicator.pk]) == []


def test_the_same_results_again_change_nothing():
    indicator = measured()
    submit_results(submissions=series(indicator, VALUES), today=TODAY, by=None)
    before = said_of(indicator), AuditEvent.objects.count()

    said = submit_results(submissions=series(indicator, VALUES), today=TODAY, by=None)

    assert not any(is_new for _, is_new in said)
    assert (said_of(indicator), AuditEvent.objects.count()) == before


def test_one_bad_result_leaves_nothing_behind():
    indicator = measured()
    submissions = series(indicator, VALUES)
    refused = [
        ([*submissions, submissions[0]], ValueError),
        ([*submissions, *series(indicator, [1], first=Quarter(2014, 1))], NotOpen),
        ([*submissions, ResultToSubmit(indicator, Quarter(2013, 3), ResultGiven(
            numerator=Decimal(10**8), denominator=Decimal("0.01")))], ValueError),
    ]  # fmt: skip

    for wrong, error in refused:
        with pytest.raises(error):
            submit_results(submissions=wrong, today=TODAY, by=None)

    assert not Result.objects.exists()
    assert not ReportingQuarter.objects.exists()
    assert not AuditEvent.objects.filter(act="submitted result").exists()


def test_results_at_once_take_no_more_queries_for_twenty_indicators_than_for_two(
    django_assert_max_num_queries,
):
    for how_many in (2, 20):
        indicators = [measured() for _ in range(how_many)]
        submissions = [each for one in indicators for each in series(one, [90, 91, 92, 93])]
        with django_assert_max_num_queries(109):
            submit_results(submissions=submissions, today=TODAY, by=None)
