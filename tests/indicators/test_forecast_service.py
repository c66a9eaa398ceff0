"""Forecasts made as a quarter closes: what is made, what is made again, what is left as it stood."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models.audit import AuditEvent
from core.quarters import Quarter
from indicators.models.definitions import Suspension
from indicators.models.forecasts import SystemForecast
from indicators.queries.forecasts import ChanceRecord
from indicators.queries.histories import rag_histories
from indicators.rules.calibration import calibrated
from indicators.rules.forecasting import Chances, ForecastMethod
from indicators.rules.skill import ScoredChance, Unsaid
from indicators.services.forecasts import forecast_after
from indicators.services.rating import rate_quarter
from sorp.lexicon import Basis, Frequency, Kind, Polarity, Rag, RatingMethod
from tests.factories import TargetFactory, UserFactory
from tests.indicators.forecasts import CLIMB, LAST, LEVEL, close, resulted, revise, say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def closed(db):
    return close(LAST)


class TestWhatIsMade:
    def test_value_interval_and_chances_of_the_next_quarter_are_kept(self):
        indicator = resulted(LEVEL)

        [made] = forecast_after(quarter=LAST, by=None)

        kept = SystemForecast.objects.get()
        assert kept == made
        assert (kept.indicator, kept.made_in, kept.for_quarter) == (indicator, LAST, LAST.next())
        assert (kept.method, kept.quarters, kept.number) == (ForecastMethod.SMOOTHING, 8, 1)
        assert 84 < kept.value < 89
        assert 80 < kept.lower < kept.value < kept.upper <= 100
        assert kept.chance_red + kept.chance_amber + kept.chance_green == 1
        assert kept.chance_amber > kept.chance_green > kept.chance_red

    def test_it_is_recorded_once_with_whose_act_it_was(self):
        officer = UserFactory()
        resulted(LEVEL)
        resulted(CLIMB)

        forecast_after(quarter=LAST, by=officer)

        event = AuditEvent.objects.get(act="made forecasts")
        assert (event.actor, event.detail["forecasts"]) == (officer, 2)
        assert event.subject_name == str(LAST)

    @pytest.mark.parametrize(
        ("values", "indicator", "method"),
        [
            (CLIMB, {}, ForecastMethod.DRIFT),
            (CLIMB, {"seasonal": True}, ForecastMethod.SEASONAL),
            (CLIMB, {"basis": Basis.YEAR_TO_DATE}, ForecastMethod.SO_FAR),
            (LEVEL, {}, ForecastMethod.SMOOTHING),
        ],
    )
    def test_the_way_of_forecasting_suits_the_indicator(self, values, indicator, method):
        resulted(values, **indicator)
        [made] = forecast_after(quarter=LAST, by=None)
        assert made.method == method

    def test_the_target_of_the_quarter_forecast_decides_the_chances(self):
        indicator = resulted(LEVEL)
        TargetFactory(indicator=indicator, from_quarter=LAST.next(), target=10, floor=5)
        [made] = forecast_after(quarter=LAST, by=None)
        assert made.chance_green > Decimal("0.97")

    def test_what_it_was_made_from_is_kept_with_it(self):
        resulted(LEVEL)
        [made] = forecast_after(quarter=LAST, by=None)
        made.refresh_from_db()
        assert made.inputs["pattern"]["basis"] == "quarter"
        assert [value for _, value in made.inputs["values"]] == [f"{v}.000000" for v in LEVEL]
        assert made.inputs["values"][-1][0] == LAST.key
        assert made.inputs["thresholds"]["target"] == "90.000000"
        assert made.inputs["earlier_rags"] == ["amber"] * 8
        by_itself = made.inputs["chances_by_itself"]
        assert Decimal(by_itself["green"]) > made.chance_green  # it was never green

    def test_its_chances_can_be_worked_out_again_from_what_is_kept(self):
        resulted(LEVEL)
        [made] = forecast_after(quarter=LAST, by=None)
        by_itself = Chances(**{k: Decimal(v) for k, v in made.inputs["chances_by_itself"].items()})
        rags = [Rag(each) for each in made.inputs["earlier_rags"]]
        again = calibrated(by_itself, rags, ForecastMethod(made.method))
        assert (again.red, again.amber, again.green) == (
            made.chance_red,
            made.chance_amber,
            made.chance_green,
        )

    def test_what_is_counted_from_april_is_held_to_the_quarters_own_target_or_none(self):
        indicator = resulted(CLIMB, basis=Basis.YEAR_TO_DATE)
        [made] = forecast_after(quarter=LAST, by=None)
        assert (made.chance_red, made.inputs["thresholds"]) == (None, None)
        TargetFactory(indicator=indicator, from_quarter=LAST.next(), target=80, floor=70)
        [again] = forecast_after(quarter=LAST, by=None)
        assert (again.number, again.inputs["thresholds"]["target"]) == (2, "80.000000")
        assert again.chance_green > Decimal("0.5")

    def test_what_is_not_rated_is_forecast_without_chances(self):
        resulted(
            LEVEL,
            kind=Kind.ACTIVITY,
            method=RatingMethod.NONE,
            polarity=Polarity.NONE,
            measure_unit="people",
        )
        [made] = forecast_after(quarter=LAST, by=None)
        assert (made.chance_red, made.chance_amber, made.chance_green) == (None, None, None)

    @pytest.mark.parametrize(
        ("frequency", "step", "due"),
        [
            (Frequency.HALF_YEARLY, 2, Quarter(2013, 2)),
            (Frequency.ANNUAL, 4, Quarter(2013, 4)),
        ],
    )
    def test_an_indicator_is_forecast_for_the_quarter_it_is_next_due_in(self, frequency, step, due):
        values = [each for value in LEVEL for each in (*[None] * (step - 1), value)]
        since = LAST.back(len(values) - 1)
        resulted(values, since=since, frequency=frequency)
        [made] = forecast_after(quarter=LAST, by=None)
        assert made.for_quarter == due

    def test_a_yearly_forecast_is_not_made_again_where_nothing_is_new(self):
        values = [each for value in LEVEL for each in (None, None, None, value)]
        resulted(values, since=LAST.back(len(values) - 1), frequency=Frequency.ANNUAL)
        close(LAST.next())
        assert len(forecast_after(quarter=LAST, by=None)) == 1
        assert forecast_after(quarter=LAST.next(), by=None) == []


class TestWhetherAChanceIsShown:
    """Every chance is worked out and scored; which are shown is settled as it is made."""

    def test_where_few_have_been_scored_none_is(self):
        resulted(LEVEL)
        [made] = forecast_after(quarter=LAST, by=None)
        assert made.unsaid == Unsaid.TOO_FEW
        assert made.chance_red is not None

    @pytest.mark.parametrize(
        ("by_method", "by_indicator", "unsaid"),
        [
            ({"smoothing": (20, "0.1")}, (), None),
            ({"drift": (20, "0.1")}, (), None),  # too few of its own way: all are looked at
            ({"smoothing": (20, "0.1"), "drift": (20, "0.9")}, (), None),
            ({"smoothing": (20, "0.9"), "drift": (20, "0.1")}, (), Unsaid.NO_BETTER_THAN_RATE),
            ({"smoothing": (20, "0.1")}, (40, "0.99"), Unsaid.NO_BETTER_THAN_RATE),
            ({"smoothing": (19, "0.1")}, (), Unsaid.TOO_FEW),
        ],
    )
    def test_it_is_judged_by_its_way_of_forecasting_and_by_its_own_record(
        self, by_method, by_indicator, unsaid
    ):
        """Reds that came after other colours, with the chance that was given of what did not come."""

        def chances(number, of_the_other):
            right = 1 - Decimal(of_the_other)
            return [
                ScoredChance(right if place % 2 else 1 - right, bool(place % 2), not place % 2)
                for place in range(number)
            ]

        record = ChanceRecord(
            {method: chances(*told) for method, told in by_method.items()},
            {7: chances(*by_indicator)} if by_indicator else {},
        )
        assert record.unsaid(7, "smoothing") == unsaid

    def test_what_a_sorp_trigger_reads_is_what_is_shown(self, sorp_in_force):
        indicator = resulted(LEVEL)
        rate_quarter(quarter=LAST, by=None)
        [made] = forecast_after(quarter=LAST, by=None)
        assert rag_histories(until=LAST)[indicator.pk][-1].chance_red is None
        made.pk, made.number, made.unsaid, made.is_latest = None, 2, "", True
        SystemForecast.objects.update(is_latest=False)
        made.save(force_insert=True)
        assert rag_histories(until=LAST)[indicator.pk][-1].chance_red == made.chance_red


class TestSilence:
    @pytest.mark.parametrize(
        ("values", "breaks"),
        [((), ()), (LEVEL[:7], ()), ((*LEVEL[:7], None), ()), (LEVEL, (1,))],
    )
    def test_fewer_than_eight_values_since_a_break_make_no_forecast(self, values, breaks):
        resulted(values, breaks=breaks)
        assert forecast_after(quarter=LAST, by=None) == []
        assert not AuditEvent.objects.filter(act="made forecasts").exists()

    def test_nor_does_a_quarter_that_is_suspended(self):
        indicator = resulted(LEVEL)
        Suspension.objects.create(
            indicator=indicator,
            from_quarter=LAST.next(),
            reason="Re-tendered",
            approved_by="Cabinet",
        )
        assert forecast_after(quarter=LAST, by=None) == []

    def test_nor_one_in_which_the_indicator_is_no_longer_measured(self):
        resulted(LEVEL, last_quarter=LAST)
        assert forecast_after(quarter=LAST, by=None) == []

    def test_what_came_later_is_not_looked_at(self):
        indicator = resulted(LEVEL)
        say(indicator, LAST.next(), 12)
        [made] = forecast_after(quarter=LAST, by=None)
        assert made.value > 84

    def test_a_quarter_in_which_nothing_was_reported_is_refused(self):
        with pytest.raises(ValueError, match=r"Nothing was reported in Q1 2013/14"):
            forecast_after(quarter=LAST.next(), by=None)


class TestAgain:
    def test_running_it_twice_makes_nothing_new(self):
        resulted(LEVEL)
        resulted(CLIMB, seasonal=True)
        forecast_after(quarter=LAST, by=None)

        assert forecast_after(quarter=LAST, by=None) == []
        assert SystemForecast.objects.count() == 2
        assert AuditEvent.objects.filter(act="made forecasts").count() == 1

    def test_a_revision_makes_a_numbered_one_and_keeps_the_earlier(self):
        indicator = resulted(LEVEL)
        other = resulted(CLIMB)
        [first, *_] = forecast_after(quarter=LAST, by=None)
        revise(indicator, LAST, 60)

        [made] = forecast_after(quarter=LAST, by=None)

        assert (made.indicator, made.number, made.is_latest) == (indicator, 2, True)
        first.refresh_from_db()
        assert (first.number, first.is_latest) == (1, False)
        assert first.value > made.value
        assert other.system_forecasts.count() == 1
        event = AuditEvent.objects.filter(act="made forecasts").latest("pk")
        assert event.detail["made_again"] == [indicator.reference]
        assert forecast_after(quarter=LAST, by=None) == []

    def test_what_stood_when_the_result_came_is_not_bettered_by_hindsight(self):
        indicator = resulted(LEVEL)
        [first] = forecast_after(quarter=LAST, by=None)
        say(indicator, LAST.next(), 60)
        revise(indicator, LAST, 60)

        assert forecast_after(quarter=LAST, by=None) == []
        assert SystemForecast.objects.get() == first

    def test_a_revision_that_leaves_the_forecast_as_it_is_makes_none(self):
        indicator = resulted(LEVEL)
        forecast_after(quarter=LAST, by=None)
        revise(indicator, LAST, LEVEL[-1])
        assert forecast_after(quarter=LAST, by=None) == []


class TestHowMuchIsAsked:
    def queries(self):
        """Of one run, which is undone."""
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            made = forecast_after(quarter=LAST, by=None)
            transaction.set_rollback(True)
        return len(made), len(captured)

    def test_as_many_queries_for_twenty_as_for_one(self):
        resulted(LEVEL)
        made, for_one = self.queries()
        assert made == 1
        for _ in range(19):
            resulted(LEVEL)
        assert self.queries() == (20, for_one)


class TestCommand:
    def test_makes_and_counts_them(self, capsys):
        resulted(LEVEL)
        call_command("forecast", LAST.key)
        assert capsys.readouterr().out == "After Q4 2012/13: 1 forecast made.\n"
        assert SystemForecast.objects.count() == 1

    def test_a_dry_run_writes_nothing(self, capsys):
        resulted(LEVEL)
        resulted(CLIMB)
        call_command("forecast", LAST.key, "--dry-run")
        assert "2 forecasts made; nothing was written." in capsys.readouterr().out
        assert not SystemForecast.objects.exists()
        assert not AuditEvent.objects.filter(act="made forecasts").exists()

    def test_twice_says_that_nothing_is_new(self, capsys):
        indicator = resulted(LEVEL)
        call_command("forecast", LAST.key)
        call_command("forecast", LAST.key)
        assert capsys.readouterr().out.endswith("After Q4 2012/13: no forecast is new.\n")
        revise(indicator, LAST, 60)
        call_command("forecast", LAST.key)
        assert "1 of them again because of a revision" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("quarter", "told"),
        [
            ("2013-Q1", "Q1 2013/14 is not closed: its forecasts are made when it is"),
            ("Q1", "'Q1' is not a quarter: write it like 2011-Q1"),
        ],
    )
    def test_what_cannot_be_forecast_is_said(self, quarter, told):
        with pytest.raises(CommandError, match=told):
            call_command("forecast", quarter)
