"""The register of forecasts: scored by what came, and only where something did."""

from decimal import Decimal

import pytest
from django.urls import reverse

from core.clock import localdate
from core.quarters import Quarter
from indicators.queries import forecasts
from indicators.queries.forecasts import (
    NO_DIRECTORATE,
    forecast_register,
    pairs_of,
    register_scores,
    scored_forecasts,
    track_record_of,
)
from indicators.rules.returns import Horizon
from indicators.services.forecasts import forecast_after
from indicators.services.rating import rate_quarter
from organisation.queries import tree_on
from organisation.rules import PostKind, UnitTier
from sorp.lexicon import Frequency, Polarity, Rag, RatingMethod
from tests.factories import CouncilFactory, UnitFactory, UserFactory, holder
from tests.indicators.forecasts import (
    CLIMB,
    LAST,
    LEVEL,
    SINKING,
    closed_until,
    expects,
    resulted,
    revise,
    say,
    say_for,
)

pytestmark = pytest.mark.django_db
NEXT = LAST.next()


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER)


def outcome(indicator, value, quarter=NEXT):
    """The quarter that was forecast is closed with a result."""
    say(indicator, quarter, value)
    closed_until(quarter)


@pytest.fixture
def forecast(officer):
    """An indicator forecast for Q1 2013/14, at about 86.5."""
    indicator = resulted(LEVEL)
    closed_until()
    return indicator


class TestScored:
    def test_a_forecast_is_scored_by_the_result_of_its_quarter(self, forecast, officer):
        outcome(forecast, 78)

        [line] = forecast_register(reader=officer).scored_pairs

        made = forecast.system_forecasts.get(for_quarter=NEXT)
        assert (line.system.for_quarter, line.system.made_in) == (NEXT, LAST)
        assert line.system.outcome.value == 78
        assert line.system.score.error == 78 - made.value
        assert line.system.score.is_inside is False
        assert line.system.score.brier == (made.chance_red - 1) ** 2
        assert (line.system.prediction.rag, line.system.score.is_right) == (Rag.AMBER, False)
        assert line.managers is None

    def test_the_managers_stands_beside_ours_and_is_scored_too(self, forecast, officer):
        say_for(forecast, LAST, 91)
        outcome(forecast, 88)

        register = forecast_register(reader=officer)

        [line] = register.scored_pairs
        assert (line.managers.prediction.value, line.managers.score.error) == (91, -3)
        assert (line.managers.prediction.rag, line.managers.score.is_right) == (Rag.GREEN, False)
        scores = register.scores()
        assert (scores.system.scored, scores.managers.scored) == (1, 1)
        assert scores.managers.optimism == Decimal(300) / 90
        assert scores.managers.leaning == "3.3% too hopeful"

    def test_an_indicators_own_record_is_told_in_its_unit(self, forecast, officer):
        assert track_record_of(forecast) == ""
        expects(forecast, Quarter(2012, 2), Rag.AMBER)  # the year ended amber, at 88
        outcome(forecast, 88)
        told = track_record_of(forecast)
        assert "1 of 1 results were within the interval" in told
        assert told.endswith("the manager’s had the right colour in 1 of 1")

    def test_a_years_end_is_scored_by_the_years_last_quarter(self, forecast, officer):
        say_for(forecast, Quarter(2012, 1), 90, Horizon.YEAR_END)
        say_for(forecast, Quarter(2012, 3), 87, Horizon.YEAR_END)

        scores = forecast_register(reader=officer).scores()

        assert scores.managers.scored == 2
        assert scores.managers.percent == Decimal(200 + 100) / 90 / 2  # 88 came

    def test_a_colour_for_the_years_end_is_right_or_wrong_and_so_is_the_last_colour(
        self, forecast, officer
    ):
        """Of an indicator amber throughout, that ends amber."""
        expects(forecast, Quarter(2012, 1), Rag.RED)
        expects(forecast, Quarter(2012, 3), Rag.AMBER)

        managers = forecast_register(reader=officer).scores().managers

        assert (managers.scored, managers.right, managers.right_by_last) == (2, 50, 100)
        assert (managers.percent, managers.leaning) == (None, "")

    def test_chances_are_scored_against_the_red_rate_and_against_the_last_colour(self, officer):
        """Two that turn red and two that do not, from amber: last time's colour is wrong twice."""
        measured = [resulted(LEVEL) for _ in range(4)]
        closed_until()
        for indicator, value in zip(measured, (60, 60, 86, 86), strict=True):
            say(indicator, NEXT, value)
        closed_until(NEXT)

        register = forecast_register(reader=officer)

        skill = register.scores().skill
        assert (skill.scored, skill.rate) == (4, 50)
        chance = measured[0].system_forecasts.get(for_quarter=NEXT).chance_red
        off = (2 * (1 - chance) ** 2 + 2 * chance**2) / 4
        assert skill.over_rate == pytest.approx((1 - off / Decimal("0.25")) * 100)
        assert skill.over_last == pytest.approx((1 - off / Decimal("0.5")) * 100)
        [band] = [band for band in register.reliability if band.scored]
        assert (band.lower, band.scored, band.came) == (0, 4, 50)
        assert band.said == chance * 100

    def test_only_the_latest_of_several_said_counts(self, forecast, officer):
        say_for(forecast, LAST, 60)
        forecast.managers_forecasts.update(is_latest=False)
        outcome(forecast, 88)
        assert forecast_register(reader=officer).scores().managers.scored == 0

    def test_a_revised_result_is_what_it_is_scored_by(self, forecast, officer):
        outcome(forecast, 78)
        revise(forecast, NEXT, 86)
        rate_quarter(quarter=NEXT, by=None)
        [line] = forecast_register(reader=officer).scored_pairs
        assert (line.system.outcome.value, line.system.score.is_inside) == (86, True)

    def test_the_forecast_that_stood_is_scored_and_not_the_one_it_replaced(self, forecast, officer):
        revise(forecast, LAST, 60)
        forecast_after(quarter=LAST, by=None)
        outcome(forecast, 78)
        [line] = forecast_register(reader=officer).scored_pairs
        standing = forecast.system_forecasts.get(for_quarter=NEXT, is_latest=True)
        assert standing.number == 2
        assert line.system.prediction.value == standing.value

    def test_without_a_target_an_error_is_no_share_of_anything(self, officer):
        indicator = resulted(LEVEL, polarity=Polarity.LOWER, method=RatingMethod.NONE)
        closed_until()
        say_for(indicator, LAST, 91)
        outcome(indicator, 88)
        register = forecast_register(reader=officer)
        [line] = register.scored_pairs
        assert line.managers.score.error == -3
        assert (line.managers.score.optimism, line.managers.score.percent) == (None, None)


class TestNotScored:
    def test_what_has_no_result_is_counted_and_not_scored(self, forecast, officer):
        register = forecast_register(reader=officer)
        assert (register.scored_pairs, register.waiting, register.without_result) == ((), 1, 0)

    def test_a_quarter_that_closed_without_a_result_is_told_apart(self, forecast, officer):
        closed_until(NEXT)
        register = forecast_register(reader=officer)
        assert (register.scored_pairs, register.without_result) == ((), 1)

    def test_a_result_of_an_open_quarter_may_yet_change_and_is_waited_for(self, forecast, officer):
        say(forecast, NEXT, 78)
        rate_quarter(quarter=NEXT, by=None)
        register = forecast_register(reader=officer)
        assert (register.scored_pairs, register.waiting) == ((), 1)

    def test_before_any_quarter_is_closed_there_is_nothing(self, officer):
        register = forecast_register(reader=officer)
        assert (register.until, register.system, register.scored_pairs) == (None, (), ())

    def test_nobody_without_a_post_sees_any(self, forecast):
        outcome(forecast, 78)
        assert forecast_register(reader=UserFactory()).system == ()


class TestGroups:
    def test_by_directorate_over_time_and_for_the_whole_council(self, officer):
        council = CouncilFactory()
        directorate = UnitFactory(name="Growth")
        division = UnitFactory(name="Highways", tier=UnitTier.DIVISION, parent=directorate)
        measured = [
            resulted(LEVEL, unit=unit) for unit in (division, UnitFactory(name="Care"), council)
        ]
        closed_until()
        for indicator, value in zip(measured, (86, 60, 86), strict=True):
            say(indicator, NEXT, value)
        closed_until(NEXT)

        register = forecast_register(reader=officer)

        found = dict(register.by_directorate(tree_on(localdate())))
        assert {name: scores.system.coverage for name, scores in found.items()} == {
            "Care": 0,
            "Growth": 100,
            NO_DIRECTORATE: 100,
        }
        assert register.scores().system.scored == 3
        [(quarter, scores)] = register.by_quarter()
        assert (quarter, scores.system.scored) == (NEXT, 3)

    def test_half_yearly_forecasts_are_scored_once_in_the_quarter_due(self, officer):
        values = [each for value in LEVEL for each in (None, value)]
        indicator = resulted(values, since=LAST.back(15), frequency=Frequency.HALF_YEARLY)
        closed_until()
        due = Quarter(2013, 2)
        say(indicator, due, 86)
        closed_until(due)
        [line] = forecast_register(reader=officer).scored_pairs
        assert (line.system.for_quarter, line.system.made_in) == (due, LAST)


class TestRead:
    """What the page shows is read, and says what the register says."""

    @pytest.fixture
    def several(self, officer):
        measured = [resulted(LEVEL), resulted(CLIMB), resulted(SINKING), resulted(LEVEL)]
        closed_until()
        for indicator, value in zip(measured, (86, 60, 78, 95), strict=True):
            say(indicator, NEXT, value)
        closed_until(NEXT)
        return measured

    @pytest.mark.both_databases
    @pytest.mark.parametrize("show", ["", "outside", "wrong"])
    def test_the_database_finds_the_forecasts_that_the_register_scores_so(
        self, several, officer, show
    ):
        wanted = {
            "": lambda score: True,
            "outside": lambda score: score.is_inside is False,
            "wrong": lambda score: score.is_right is False,
        }[show]
        pairs = forecast_register(reader=officer).scored_pairs
        due = [pair for pair in pairs if wanted(pair.system.score)]

        assert 0 < len(due) <= len(several)
        assert pairs_of(list(scored_forecasts(reader=officer, show=show))) == due

    def test_what_has_no_likeliest_colour_is_not_wrong(self, officer):
        unrated = resulted(LEVEL, target=False)
        closed_until()
        say(unrated, NEXT, 20)
        closed_until(NEXT)

        assert scored_forecasts(reader=officer).count() == 1
        assert not scored_forecasts(reader=officer, show="wrong").exists()

    def test_scores_are_worked_out_once_and_then_read(self, several, officer, monkeypatch):
        tree = tree_on(localdate())
        first = register_scores(reader=officer, tree=tree)

        monkeypatch.setattr(forecasts, "forecast_register", None)  # could not be called
        assert register_scores(reader=officer, tree=tree) == first
        assert first.council.system.scored == 4

    @pytest.mark.parametrize("what", ["a revision", "a close", "another directorate"])
    def test_scores_follow_what_they_rest_on(self, several, officer, what):
        before = register_scores(reader=officer, tree=tree_on(localdate()))
        if what == "a revision":
            revise(several[1], NEXT, 88)
            rate_quarter(quarter=NEXT, by=None)
        if what == "a close":
            say(several[0], NEXT.next(), 86)
            closed_until(NEXT.next())
        if what == "another directorate":
            several[0].unit = UnitFactory(name="Growth")
            several[0].save()

        after = register_scores(reader=officer, tree=tree_on(localdate()))

        assert after != before
        register = forecast_register(reader=officer)
        assert after.council == register.scores()
        assert list(after.directorates) == register.by_directorate(tree_on(localdate()))
        assert list(after.quarters) == register.by_quarter()

    def test_a_result_of_an_open_quarter_changes_no_score(self, several, officer, monkeypatch):
        tree = tree_on(localdate())
        before = register_scores(reader=officer, tree=tree)
        say(several[0], NEXT.next(), 20)
        rate_quarter(quarter=NEXT.next(), by=None)

        monkeypatch.setattr(forecasts, "forecast_register", None)
        assert register_scores(reader=officer, tree=tree) == before

    def test_who_sees_nothing_is_told_no_scores_of_others(self, several, officer):
        tree = tree_on(localdate())
        assert register_scores(reader=officer, tree=tree).council.system.scored == 4
        assert register_scores(reader=UserFactory(), tree=tree).council.system.scored == 0
        assert not scored_forecasts(reader=UserFactory()).exists()


class TestPage:
    @pytest.fixture
    def signed_in(self, client, officer):
        client.force_login(officer)
        return client

    def told(self, client, query="", page="forecasts"):
        response = client.get(reverse(page) + query)
        assert response.status_code == 200
        return response.content.decode()

    def test_says_what_waits_and_what_is_missing(self, signed_in, forecast):
        told = self.told(signed_in)
        assert "Not scored: 1 forecast of quarters that are not closed" in told
        assert "A forecast is scored when its quarter closes" in told

    def test_before_any_close_it_says_when_there_will_be_any(self, signed_in):
        assert "No quarter is closed yet" in self.told(signed_in)

    def test_shows_scores_and_each_forecast_with_its_result(self, signed_in, forecast):
        say_for(forecast, LAST, 91)
        outcome(forecast, 78)
        told = self.told(signed_in)
        assert forecast.unit.name in told
        assert "14.4% too hopeful" in told  # 13 of 90
        one_by_one = self.told(signed_in, page="forecasts_one_by_one")
        assert "Outside the interval" in one_by_one
        assert "percentage points" in one_by_one

    def test_shows_skill_and_whether_chances_keep_their_word(self, signed_in, forecast):
        expects(forecast, Quarter(2012, 1), Rag.RED)
        outcome(forecast, 78)
        told = self.told(signed_in)
        assert "Better than the red rate" in told
        assert "How often red came, by chance given" in told
        assert "60 to 80%" in told
        assert "fewer than 20 have been scored" in told

    def test_a_chance_that_was_not_shown_is_scored_and_not_shown_here_either(
        self, signed_in, forecast
    ):
        outcome(forecast, 78)
        told = self.told(signed_in, page="forecasts_one_by_one")
        assert "Within the interval" in told or "Outside the interval" in told
        assert "Chance of red: " not in told

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("", 2),
            ("?show=outside", 1),
            ("?show=wrong", 1),
            ("?directorate=first", 1),
            ("?directorate=first&show=outside", 0),
            ("?directorate=nowhere", 2),
        ],
    )
    def test_narrowed_by_its_filters(self, signed_in, query, shown):
        near = resulted(LEVEL, unit=UnitFactory(code="first"))
        far = resulted(LEVEL, unit=UnitFactory(code="second"))
        closed_until()
        say(near, NEXT, 86)
        say(far, NEXT, 60)
        closed_until(NEXT)
        told = self.told(signed_in, query, page="forecasts_one_by_one")
        assert f"<strong>{shown}</strong> forecast" in told

    @pytest.mark.parametrize("page", ["forecasts", "forecasts_one_by_one"])
    def test_as_many_queries_for_twenty_as_for_one(
        self, signed_in, forecast, page, django_assert_max_num_queries
    ):
        outcome(forecast, 78)
        with django_assert_max_num_queries(30) as for_one:
            self.told(signed_in, page=page)
        for _ in range(19):
            indicator = resulted(LEVEL)
            say(indicator, NEXT, 84)
            say_for(indicator, LAST, 85)
        for quarter in (LAST, NEXT):
            rate_quarter(quarter=quarter, by=None)
            forecast_after(quarter=quarter, by=None)
        with django_assert_max_num_queries(30) as for_twenty:
            told = self.told(signed_in, page=page)
        scored = "<strong>20</strong> forecasts" if page.endswith("one_by_one") else ">20</td>"
        assert scored in told
        assert len(for_twenty) == len(for_one)
