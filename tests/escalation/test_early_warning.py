"""Early warning: what would follow if forecasts came true, and the page that says so."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.quarters import Quarter
from escalation.models.early_warning import EVEN
from escalation.models.escalations import Escalation
from escalation.queries.early_warning import early_warning_of, early_warnings, with_managers
from escalation.rules.early_warning import ReferralOutlook, referral_outlook
from escalation.rules.ladder import Episode
from escalation.rules.triggers import Rules
from escalation.services.closing import close_quarter
from escalation.services.early_warning import store_early_warnings
from indicators.models.definitions import Indicator, Suspension
from indicators.rules.entry import ResultGiven
from indicators.rules.returns import Horizon
from indicators.services.definitions import set_target
from indicators.services.results import submit_result
from organisation.rules import PostKind
from sorp.lexicon import Basis, Frequency, Kind, Level, Polarity, Rag, RatingMethod, Tier
from tests.escalation.conditions import trigger_of
from tests.escalation.pictures import history, nth
from tests.factories import IndicatorFactory, TargetFactory, UnitFactory, UserFactory, holder
from tests.indicators.forecasts import (
    CLIMB,
    LAST,
    LEVEL,
    SINCE,
    SINKING,
    closed_until,
    expects,
    resulted,
    say_for,
    speaking,
)

NEXT, TODAY = LAST.next(), date(2013, 5, 1)
RED, AMBER = "Red for two quarters", "Amber for three quarters"
RULES = Rules(
    (
        trigger_of(RED, Rag.RED, 2, 2, Level.PAT),
        trigger_of(AMBER, Rag.AMBER, 3, 3, Level.PAT),
        trigger_of("Red", Rag.RED, 1, 1, Level.DIRECTORATE),
    )
)


def open_since(number, level=Level.PAT, recovered=None):
    return Episode(
        level=level,
        trigger=RED,
        since=nth(number - 1),
        opened_in=nth(number),
        recovered_in=recovered and nth(recovered),
        relapse=False,
        all_met=(RED,),
        reason="Red twice.",
    )


def ahead(known, to_come, recorded=()):
    seen = history(known)
    coming = history(to_come, first=nth(len(seen) + 1))
    return referral_outlook(seen, coming, recorded, RULES, Tier.CORPORATE)


class TestWhatWouldFollow:
    @pytest.mark.parametrize(
        ("known", "to_come", "expected"),
        [
            ("GGAA", "AAAA", [(Level.PAT, 1)]),
            ("GGGA", "AAAA", [(Level.PAT, 2)]),
            ("GGGG", "AAAA", [(Level.PAT, 3)]),
            ("GGGG", "GGGG", []),
            ("GGGR", "RRRR", [(Level.DIRECTORATE, 1), (Level.PAT, 1)]),
            ("GGGG", "RRRR", [(Level.DIRECTORATE, 1), (Level.PAT, 2)]),
            ("GGGG", "GGGR", [(Level.DIRECTORATE, 4)]),
            ("GGAA", "nnnA", [(Level.PAT, 4)]),
            ("GGAA", "nGnA", []),
            ("AA|A", "AGGG", []),
            ("GGA-", "AAGG", [(Level.PAT, 2)]),
        ],
    )
    def test_is_what_the_ladder_would_do(self, known, to_come, expected):
        found = ahead(known, to_come)
        assert [(each.level, each.quarters) for each in found.referrals] == expected
        assert found.soonest == (expected[0][1] if expected else None)

    def test_what_is_open_at_a_level_is_not_referred_there_again(self):
        found = ahead("GGRR", "RRRR", [open_since(4)])
        assert found.open_at == (Level.PAT,)
        assert [each.level for each in found.referrals] == [Level.DIRECTORATE]

    def test_what_would_recover_is_said(self):
        found = ahead("GGRR", "AGGG", [open_since(4)])
        assert [(each.level, each.recovered_in) for each in found.recoveries] == [
            (Level.PAT, nth(6))
        ]
        assert found.referrals == ()

    def test_what_recovered_long_ago_is_not_spoken_of(self):
        found = ahead("RRGGGG", "GGGG", [open_since(2, recovered=3)])
        assert found == ReferralOutlook()
        assert found.sentences == ()

    @pytest.mark.parametrize(("known", "to_come"), [("", "RR"), ("RR", "")])
    def test_without_a_history_or_a_forecast_nothing_is_foreseen(self, known, to_come):
        coming = history(to_come, first=nth(len(known) + 1))
        found = referral_outlook(history(known), coming, [open_since(2)], RULES, Tier.CORPORATE)
        assert found == ReferralOutlook(open_at=(Level.PAT,))

    @pytest.mark.parametrize(
        ("known", "to_come", "sentence"),
        [
            ("GGAA", "AAAA", f"One more amber quarter would refer it to PAT (“{AMBER}”)"),
            ("GGGA", "AAAA", f"Two more amber quarters would refer it to PAT (“{AMBER}”)"),
            ("GGGG", "AAAA", f"Three amber quarters would refer it to PAT (“{AMBER}”)"),
            ("GGGG", "AAGG", None),
            (
                "GGGA",
                "ARGG",
                f"On this course, amber then red, it would be referred to PAT in Q2 2012/13 (“{AMBER}”)",
            ),
        ],
    )
    def test_in_a_sentence(self, known, to_come, sentence):
        told = [
            each.sentence for each in ahead(known, to_come).referrals if each.level is Level.PAT
        ]
        assert told == ([sentence] if sentence else [])

    def test_all_of_it_in_sentences(self):
        assert ahead("GGRR", "RGGG", [open_since(4)]).sentences == (
            "Referred to PAT",
            "On this course it would recover from PAT’s list in Q2 2012/13",
            "One more red quarter would refer it to its directorate management team (“Red”)",
        )


# What is gathered for each indicator, and the page.


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER)


@pytest.fixture
def spoken(monkeypatch):
    speaking(monkeypatch)


@pytest.mark.django_db
@pytest.mark.usefixtures("spoken")
class TestOfOneIndicator:
    def test_says_what_is_likely_how_far_it_is_from_target_and_what_would_follow(self, officer):
        indicator = resulted((92, 93, 91, 94, 91, 90, 86, 84))
        closed_until()
        said = expects(indicator, LAST, Rag.AMBER)

        warning = early_warning_of(indicator)

        assert warning.rating.value == 84
        assert warning.forecast.for_quarter == NEXT
        assert warning.likely.startswith("likely between ")
        assert warning.gap == "6.0 percentage points short of target"
        assert warning.chance.endswith("%")
        assert warning.managers == ((Quarter(2013, 4), said),)
        assert warning.soonest == 1
        assert [each["level"] for each in warning.inputs["referrals"]] == [Level.PAT]
        assert "One more amber quarter would refer it to PAT" in warning.follows[0]

    @pytest.mark.parametrize(
        ("values", "more", "how"),
        [
            (CLIMB, {"seasonal": True}, "Forecast as in the same quarter last year"),
            (CLIMB, {}, "Forecast along the trend"),
            (LEVEL, {}, "Forecast from the level of late"),
            (
                CLIMB,
                {"basis": Basis.YEAR_TO_DATE},
                "Forecast as last year, moved by how this year stands so far",
            ),
        ],
    )
    def test_says_what_its_forecast_goes_by(self, officer, values, more, how):
        indicator = resulted(values, **more)
        closed_until()
        assert early_warning_of(indicator).how == how

    def test_a_trend_leads_away_from_target(self, officer):
        indicator = resulted(SINKING)
        closed_until()
        assert early_warning_of(indicator).target_and_course == (
            "8.0 percentage points short of target; moving away from it"
        )

    def test_a_trend_leads_to_target(self, officer):
        indicator = resulted(CLIMB)
        closed_until()
        assert early_warning_of(indicator).leads == (
            "on the present course about 2 quarters to reach it"
        )

    def test_next_years_target_is_what_its_course_is_held_against(self, officer):
        indicator = resulted(CLIMB)
        TargetFactory(indicator=indicator, from_quarter=NEXT, target=99, floor=95)
        closed_until()
        warning = early_warning_of(indicator)
        assert warning.gap == "1.0 percentage points short of target"
        assert warning.chance_red > EVEN
        assert {each["rag"] for each in warning.inputs["to_come"]} == {Rag.RED}

    @pytest.mark.parametrize("known", [0, 1, 5, 7])
    def test_is_silent_and_says_so_where_data_is_thin(self, officer, known):
        indicator = resulted(LEVEL[:known], since=LAST.back(known - 1) if known else LAST)
        closed_until()
        warning = early_warning_of(indicator)
        assert warning.silence == f"No forecast: {known} of the 8 quarters needed"
        assert (warning.likely, warning.chance, warning.leads, warning.follows) == ("", "", "", [])

    def test_values_before_a_break_are_not_counted(self, officer):
        indicator = resulted(LEVEL, breaks=(5,))
        closed_until()
        assert early_warning_of(indicator).silence == "No forecast: 3 of the 8 quarters needed"

    def test_where_none_was_made_it_says_that(self, officer):
        indicator = resulted(LEVEL)
        Suspension.objects.create(
            indicator=indicator, from_quarter=NEXT, reason="Re-tendered", approved_by="Cabinet"
        )
        closed_until()
        assert early_warning_of(indicator).silence == f"No forecast was made after {LAST}"

    def test_an_activity_indicator_has_a_forecast_and_no_colours(self, officer):
        indicator = resulted(
            LEVEL,
            kind=Kind.ACTIVITY,
            method=RatingMethod.NONE,
            polarity=Polarity.NONE,
            measure_unit="people",
            decimals=0,
        )
        closed_until()
        warning = early_warning_of(indicator)
        assert "likely between" in warning.likely
        assert (warning.chance, warning.gap, warning.leads) == ("", "", "")
        assert (warning.follows, warning.silence) == ([], "")

    def test_a_yearly_indicator_keeps_its_forecast_between_years(self, officer):
        values = [each for value in LEVEL for each in (None, None, None, value)]
        indicator = resulted(values, since=Quarter(2005, 1), frequency=Frequency.ANNUAL)
        closed_until(Quarter(2013, 2))
        warning = early_warning_of(indicator)
        assert (warning.closed, warning.forecast.for_quarter) == (
            Quarter(2013, 2),
            Quarter(2013, 4),
        )
        assert warning.rating.quarter == LAST

    def test_a_years_end_the_manager_foresaw_stands_until_it_is_there(self, officer):
        indicator = resulted(LEVEL)
        closed_until(Quarter(2012, 3))
        say_for(indicator, Quarter(2012, 1), 81, Horizon.YEAR_END)
        late = expects(indicator, Quarter(2012, 3), Rag.RED)
        assert early_warning_of(indicator).managers == ((LAST, late),)
        closed_until()
        assert early_warning_of(indicator).managers == ()

    def test_an_open_escalation_is_named_and_not_foretold(self, officer, sorp_in_force):
        indicator = resulted(SINKING)
        closed_until()
        Escalation.objects.create(
            indicator=indicator,
            level=Level.PAT,
            trigger=AMBER,
            trigger_key=AMBER,
            all_met=[AMBER],
            sorp_version=sorp_in_force,
            since=LAST.back(2),
            opened_in=LAST,
            recorded_in=LAST,
            reason="Amber in Q2, Q3 and Q4 2012/13.",
        )
        store_early_warnings(closed=LAST, by=None)
        found = early_warning_of(indicator)
        assert found.follows[0] == "Referred to PAT"
        assert Level.PAT not in {each["level"] for each in found.inputs["referrals"]}

    def test_what_is_no_longer_measured_is_left_out(self, officer):
        indicator = resulted(LEVEL, last_quarter=LAST.previous())
        closed_until()
        assert early_warning_of(indicator) is None

    def test_before_any_close_there_is_none(self, officer):
        assert not early_warnings(Indicator.objects.all())


@pytest.mark.django_db
def test_closing_a_quarter_makes_its_forecasts_and_closing_it_again_makes_none(officer):
    indicator = resulted(SINKING)
    for quarter in SINCE.until(LAST):
        close_quarter(quarter=quarter, today=TODAY, by=officer)

    [made] = indicator.system_forecasts.all()
    assert (made.made_in, made.for_quarter) == (LAST, NEXT)
    found = early_warning_of(indicator)
    assert found.follows[0].startswith("Referred to PAT")
    assert close_quarter(quarter=LAST, today=TODAY, by=officer).newly_closed is False
    assert indicator.system_forecasts.count() == 1
    assert indicator.early_warnings.filter(closed=LAST).count() == 1


@pytest.mark.django_db
class TestResultsThatAreIn:
    """A result takes the place of its forecast as soon as it is given."""

    def give(self, indicator, value, quarter=NEXT):
        given = ResultGiven(value=Decimal(str(value)))
        day = date(2013, 8, 1)
        submit_result(indicator=indicator, quarter=quarter, given=given, today=day, by=None)

    def test_it_is_looked_ahead_from_there(self, officer, spoken):
        indicator = resulted(LEVEL)
        closed_until()
        before = early_warning_of(indicator)
        assert (before.known_until, before.forecast.for_quarter) == (LAST, NEXT)
        assert before.rating.value == LEVEL[-1]

        self.give(indicator, 70)

        warning = early_warning_of(indicator)
        assert (warning.closed, warning.known_until, warning.number) == (LAST, NEXT, 2)
        assert warning.is_ahead_of_the_close
        assert (warning.rating.value, warning.rating.rag) == (70, Rag.RED)
        assert warning.forecast.for_quarter == NEXT.next()
        assert warning.chance_red > before.chance_red
        assert warning.gap == "20.0 percentage points short of target"
        assert warning.inputs["to_come"][0]["quarter"] == NEXT.next().key
        before.refresh_from_db()
        assert not before.is_latest

    def test_what_was_forecast_of_it_is_still_what_is_scored(self, officer):
        indicator = resulted(LEVEL)
        closed_until()
        made = indicator.system_forecasts.get()
        self.give(indicator, 70)
        assert indicator.system_forecasts.get(for_quarter=NEXT) == made

    def test_others_are_left_as_they_were(self, officer):
        given, other = resulted(LEVEL), resulted(LEVEL)
        closed_until()
        self.give(given, 70)
        assert other.early_warnings.count() == 1
        assert other.system_forecasts.count() == 1

    def test_the_same_result_again_changes_nothing(self, officer):
        indicator = resulted(LEVEL)
        closed_until()
        self.give(indicator, 70)
        self.give(indicator, 70)
        assert indicator.early_warnings.count() == 2

    def test_the_close_makes_no_second_forecast_of_what_is_forecast_already(self, officer):
        indicator = resulted(LEVEL)
        closed_until()
        self.give(indicator, 70)
        close_quarter(quarter=NEXT, today=date(2013, 9, 1), by=officer)
        warning = early_warning_of(indicator)
        assert (warning.closed, warning.known_until) == (NEXT, NEXT)
        assert not warning.is_ahead_of_the_close
        assert indicator.system_forecasts.filter(for_quarter=NEXT.next()).count() == 1

    def test_before_anything_is_closed_nothing_is_looked_at(self, officer):
        indicator = resulted(LEVEL)
        self.give(indicator, 70)
        assert not indicator.early_warnings.exists()
        assert not indicator.system_forecasts.exists()

    def test_the_pages_say_that_the_quarter_is_not_closed(self, officer, client):
        indicator = resulted(LEVEL)
        closed_until()
        self.give(indicator, 70)
        client.force_login(officer)
        told = client.get(reverse("early_warning")).content.decode()
        assert "which is not closed yet" in told
        own = client.get(reverse("indicator", args=[indicator.reference])).content.decode()
        assert "which is not closed yet" in own


PROFILE = {1: (25, 22), 2: (50, 47), 3: (75, 72), 4: (100, 97)}
AHEAD_OF_IT = (26, 51, 76, 100)


@pytest.mark.django_db
@pytest.mark.usefixtures("spoken")
class TestCountedFromApril:
    """A figure that was ahead of its profile every quarter is not warned of (cases, A5)."""

    since = Quarter(2010, 1)

    def counted(self, *, until=LAST, values=AHEAD_OF_IT * 3, reference="A-COUNTED"):
        """Counted from April against a profile, closed until the end of 2012/13."""
        indicator = resulted(
            values, self.since, basis=Basis.YEAR_TO_DATE, reference=reference, target=False
        )
        for quarter in self.since.until(until):
            target, floor = PROFILE[quarter.number]
            TargetFactory(indicator=indicator, from_quarter=quarter, target=target, floor=floor)
        closed_until(since=self.since)
        return indicator

    def test_it_is_not_first_where_next_years_profile_is_not_set(self, officer):
        worse = resulted(SINKING, reference="Z-WORSE")
        counted = self.counted()

        found = list(early_warnings(Indicator.objects.all()))

        assert [each.indicator for each in found] == [worse, counted]
        warning = found[-1]
        assert warning.silence == "No target is set for Q1 2013/14 yet"
        assert (warning.forecast.value, warning.forecast.method) == (26, "so_far")
        assert (warning.chance, warning.soonest, warning.follows) == ("", None, [])

    def test_with_its_profile_it_is_likely_green(self, officer):
        warning = early_warning_of(self.counted(until=Quarter(2013, 4)))
        assert warning.chance_red < Decimal("0.1")
        assert warning.silence == ""
        assert warning.leads == "as last year went on, it would hold it for the year"
        assert [each["rag"] for each in warning.inputs["to_come"]] == [Rag.GREEN] * 4

    def test_it_is_looked_at_again_when_its_profile_is_set(
        self, officer, django_capture_on_commit_callbacks
    ):
        counted = self.counted()
        assert early_warning_of(counted).silence == "No target is set for Q1 2013/14 yet"

        with django_capture_on_commit_callbacks(execute=True):
            for quarter in NEXT.until(Quarter(2013, 4)):
                target, floor = map(Decimal, PROFILE[quarter.number])
                set_target(
                    indicator=counted,
                    from_quarter=quarter,
                    reason="Profile",
                    approved_by="Cabinet",
                    by=officer,
                    target=target,
                    floor=floor,
                )

        warning = early_warning_of(counted)
        assert (warning.silence, warning.number) == ("", 2)
        assert warning.chance_red < Decimal("0.1")
        assert warning.forecast.number == 2

    def test_one_that_falls_behind_is_warned_of(self, officer):
        behind = (*AHEAD_OF_IT * 2, 21, 41, 61, 81)
        warning = early_warning_of(self.counted(until=Quarter(2013, 4), values=behind))
        assert warning.chance_red > EVEN
        assert warning.soonest == 1

    def test_with_too_few_years_it_says_so(self, officer):
        gappy = (26, 51, 76, None, None, 51, 76, None, 26, None, 76, 100)
        indicator = resulted(gappy, self.since, basis=Basis.YEAR_TO_DATE)
        closed_until(since=self.since)
        warning = early_warning_of(indicator)
        assert warning.silence == "No forecast: too few earlier years to compare Q1 with"


@pytest.mark.django_db
class TestPage:
    @pytest.fixture
    def signed_in(self, client, officer, spoken):
        client.force_login(officer)
        return client

    def told(self, client, query=""):
        response = client.get(reverse("early_warning") + query)
        assert response.status_code == 200
        return response.content.decode()

    def test_before_any_close_it_says_when_there_will_be_any(self, signed_in):
        assert "No quarter is closed yet" in self.told(signed_in)

    def test_the_soonest_referral_stands_first_and_then_the_likeliest_red(self, signed_in):
        calm = resulted((95, 96, 94, 95, 96, 95, 94, 96), reference="A-CALM")
        thin = resulted(LEVEL[:3], reference="A-THIN", since=LAST.back(2))
        worse = resulted((92, 93, 91, 94, 91, 90, 85, 81), reference="Z-WORSE")
        better = resulted((92, 93, 91, 94, 91, 90, 88, 89), reference="Y-BETTER")
        closed_until()
        found = [each.indicator for each in early_warnings(Indicator.objects.all())]
        assert found == [worse, better, calm, thin]
        told = self.told(signed_in)
        assert told.index("Z-WORSE") < told.index("Y-BETTER") < told.index("A-CALM")
        assert "No forecast: 3 of the 8 quarters needed" in told

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("", {"SAFE", "SINKS", "THIN"}),
            ("?show=red", {"SINKS"}),
            ("?show=referral", {"SINKS"}),
            ("?show=silent", {"THIN"}),
            ("?unit=first", {"SAFE", "THIN"}),
            ("?unit=first&show=silent", {"THIN"}),
            ("?unit=nowhere", {"SAFE", "SINKS", "THIN"}),
            ("?page=99", {"SAFE", "SINKS", "THIN"}),
        ],
    )
    def test_narrowed_by_its_filters(self, signed_in, query, shown):
        first, second = UnitFactory(code="first"), UnitFactory(code="second")
        resulted((95, 96, 94, 95, 96, 95, 94, 96), reference="SAFE", unit=first)
        resulted((92, 90, 88, 84, 80, 76, 72, 68), reference="SINKS", unit=second)
        resulted(LEVEL[:3], reference="THIN", unit=first, since=LAST.back(2))
        closed_until()
        told = self.told(signed_in, query)
        assert {each for each in ("SAFE", "SINKS", "THIN") if f"{each} ·" in told} == shown

    def test_the_indicators_own_page_says_what_lies_ahead(self, signed_in):
        indicator = resulted(SINKING)
        closed_until()
        told = signed_in.get(reverse("indicator", args=[indicator.reference])).content.decode()
        assert "What to expect" in told
        assert "8.0 percentage points short of target; moving away from it" in told
        assert "Chance of red" in told

    def test_where_chances_are_untried_none_is_shown_and_it_says_why(self, client, officer):
        resulted(SINKING)
        closed_until()
        client.force_login(officer)
        told = self.told(client)
        assert (
            "Too few forecasts have been scored to say how good they are: no chance of red" in told
        )
        assert "Chance of red: <strong>" not in told

    def test_what_is_stored_is_read_in_three_queries(self, signed_in):
        for values in [LEVEL, CLIMB, SINKING]:
            resulted(values)
        closed_until()
        with CaptureQueriesContext(connection) as captured:
            with_managers(list(early_warnings(Indicator.objects.all())))
        assert len(captured) == 3  # the last closed quarter, what was stored, what managers said

    def test_nobody_without_a_post_comes_in(self, client, officer):
        client.force_login(UserFactory())
        assert client.get(reverse("early_warning")).status_code == 403

    def test_as_many_queries_for_twenty_as_for_one(self, signed_in, django_assert_max_num_queries):
        resulted(SINKING)
        closed_until()
        with django_assert_max_num_queries(40) as for_one:
            self.told(signed_in)
        for values in [LEVEL, CLIMB, SINKING, LEVEL[:3]] * 5:
            expects(resulted(values), LAST, Rag.AMBER)
        closed_until()
        with django_assert_max_num_queries(40) as for_twenty:
            told = self.told(signed_in)
        assert "<strong>21</strong> indicators" in told
        assert len(for_twenty) == len(for_one)

    def test_nothing_is_written_by_looking(self, signed_in):
        IndicatorFactory()
        resulted(SINKING)
        closed_until()
        before = (Escalation.objects.count(), Indicator.objects.count())
        self.told(signed_in)
        assert (Escalation.objects.count(), Indicator.objects.count()) == before
