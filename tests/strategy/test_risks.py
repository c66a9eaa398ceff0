"""Registers of risks: what a risk scores, against what is accepted, and how it was assessed before."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.clock import now
from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.refusals import Refused
from organisation.rules import PostKind
from strategy.models.risks import Risk
from strategy.queries.risks import risks_on
from strategy.rules.risks import RiskLevel, Score, against_appetite
from strategy.services.risks import assess_risk, register_risk
from tests.factories import CouncilFactory, IndicatorFactory, UnitFactory, UserFactory, holder
from tests.strategy.factories import RiskAssessmentFactory, RiskFactory

DAY, LATER = date(2011, 6, 30), date(2011, 9, 30)


@pytest.mark.parametrize(
    ("likelihood", "impact", "value", "level"),
    [
        (1, 1, 1, RiskLevel.LOW),
        (2, 3, 6, RiskLevel.LOW),
        (2, 4, 8, RiskLevel.MEDIUM),
        (3, 5, 15, RiskLevel.MEDIUM),
        (4, 4, 16, RiskLevel.HIGH),
        (5, 5, 25, RiskLevel.HIGH),
    ],
)
def test_a_score_is_likelihood_times_impact_and_has_a_level(likelihood, impact, value, level):
    score = Score(likelihood, impact)

    assert (score.value, score.level) == (value, level)


@pytest.mark.parametrize(("likelihood", "impact"), [(0, 3), (3, 0), (6, 3), (3, 6)])
def test_neither_goes_beyond_one_to_five(likelihood, impact):
    with pytest.raises(ValueError, match="from 1 to 5"):
        Score(likelihood, impact)


@pytest.mark.parametrize(
    ("score", "appetite", "words"),
    [
        (Score(4, 4), None, "No appetite is set"),
        (None, 9, "Not assessed; a score up to 9 is accepted"),
        (Score(3, 3), 9, "Within appetite: scores 9, and up to 9 is accepted"),
        (Score(2, 5), 9, "Over appetite: scores 10, and up to 9 is accepted"),
    ],
)
def test_a_risk_is_over_its_appetite_only_where_both_are_known(score, appetite, words):
    assert against_appetite(score, appetite) == words


@pytest.mark.django_db
class TestAssessments:
    def assess(self, risk, by=None, **given):
        said = {"assessed_on": DAY, "likelihood": 4, "impact": 4, "note": "", "today": LATER}
        return assess_risk(risk=risk, by=by, **{**said, **given})

    def test_each_assessment_is_kept_and_the_latest_is_on_the_risk(self):
        risk = self.assess(RiskFactory())

        row = self.assess(risk, assessed_on=LATER, likelihood=2, note="The bridge is mended")

        assert [each.score.value for each in row.assessments.all()] == [16, 8]
        assert (row.score, row.level) == (Score(2, 4), RiskLevel.MEDIUM)
        assert AuditEvent.objects.latest("pk").act == "assessed risk"

    def test_the_same_score_for_a_later_day_is_another_assessment_and_for_the_same_day_none(self):
        risk = self.assess(RiskFactory())

        self.assess(risk)
        assert risk.assessments.count() == 1
        self.assess(risk, assessed_on=LATER)
        assert risk.assessments.count() == 2

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"assessed_on": date(2011, 10, 1)}, "assessed_on"),
            ({"assessed_on": date(2011, 6, 29)}, "assessed_on"),
            ({"likelihood": 5}, "note"),
            ({"impact": 6}, "likelihood"),
        ],
    )
    def test_what_cannot_be_so_or_is_not_explained_is_refused_at_its_field(self, given, field):
        risk = self.assess(RiskFactory())

        with pytest.raises(Refused) as refused:
            self.assess(risk, **given)

        assert refused.value.field == field

    def test_only_its_owner_and_the_performance_team_assess_it(self):
        risk = RiskFactory(owner=holder(PostKind.ACCOUNTABLE_MANAGER))

        with pytest.raises(PermissionDenied):
            self.assess(risk, by=holder(PostKind.ACCOUNTABLE_MANAGER))
        self.assess(risk, by=risk.owner)
        officer = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
        self.assess(risk, by=officer, assessed_on=LATER)

        assert risk.assessments.count() == 2

    def test_one_that_has_ended_takes_no_more_assessments(self):
        with pytest.raises(Refused, match="no more assessments"):
            self.assess(RiskFactory(ends_on=DAY))

    def test_a_risk_is_registered_with_what_would_show_it(self):
        indicator, unit = IndicatorFactory(), UnitFactory(name="Highways")
        risk = register_risk(
            reference="H-1",
            title="A bridge fails",
            owner=UserFactory(),
            unit=unit,
            indicators=[indicator],
            by=None,
        )

        assert (risk.register, list(risk.indicators.all())) == ("Highways register", [indicator])
        assert RiskFactory().register == "Corporate register"

    @pytest.mark.both_databases
    @pytest.mark.parametrize(
        "given",
        [
            {"appetite": 26},
            {"likelihood": 3},
            {"likelihood": 3, "impact": 6, "assessed_on": DAY},
            {"title": ""},
        ],
    )
    def test_the_database_refuses_a_score_that_is_none(self, given):
        with pytest.raises(IntegrityError), transaction.atomic():
            RiskFactory(**given)


@pytest.fixture
def officer(client):
    person = holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory())
    client.force_login(person)
    return person


def scored(title, likelihood, impact, **given):
    return RiskFactory(title=title, likelihood=likelihood, impact=impact, assessed_on=DAY, **given)


@pytest.mark.django_db
def test_those_over_appetite_come_first_and_those_not_assessed_last(client, officer):
    scored("Highest, accepted", 5, 5, appetite=25)
    scored("Over", 3, 3, appetite=8)
    scored("No appetite", 4, 4)
    RiskFactory(title="Silent", appetite=1)
    scored("Gone", 5, 5, ends_on=DAY)

    told = [line.risk.title for line in risks_on(LATER)]
    assert told == ["Over", "Highest, accepted", "No appetite", "Silent"]
    over = client.get(reverse("risks"), {"shown": "over"}).content.decode()
    assert "Over: up to 8" in over
    assert "Highest, accepted" not in over
    assert set(Risk.objects.red().values_list("title", flat=True)) >= {"No appetite"}


@pytest.mark.django_db
def test_a_line_says_from_which_score_it_moved():
    risk = scored("A bridge fails", 5, 4)
    for number, likelihood in ((1, 2), (2, 5), (3, 5)):
        RiskAssessmentFactory(risk=risk, number=number, likelihood=likelihood)

    (line,) = risks_on(LATER)
    assert line.moved == "up from 8"


@pytest.mark.django_db
def test_its_owner_assesses_it_on_the_page(client):
    owner = holder(PostKind.ACCOUNTABLE_MANAGER)
    risk = RiskFactory(owner=owner, appetite=9)
    client.force_login(owner)
    typed = {
        "assessed_on_day": 1,
        "assessed_on_month": 4,
        "assessed_on_year": 2011,
        "likelihood": 4,
        "impact": 5,
        "note": "Two of three bids failed",
    }

    assert "Not assessed" in client.get(risk.get_absolute_url()).content.decode()
    done = client.post(reverse("assess_risk", args=[risk.pk]), typed)

    page = client.get(done.url).content.decode()
    assert "Over appetite: scores 20, and up to 9 is accepted" in page
    assert "Two of three bids failed" in page


@pytest.mark.django_db
def test_its_page_has_the_indicators_that_would_show_it(client, officer):
    ReportingQuarter.objects.create(quarter=Quarter(2011, 1), state="closed", closed_at=now())
    risk = RiskFactory()
    risk.indicators.set([IndicatorFactory(title="Bridges inspected")])

    assert "Bridges inspected" in client.get(risk.get_absolute_url()).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("how_many", [1, 20])
def test_the_list_asks_as_much_for_twenty_as_for_one(
    client, officer, django_assert_max_num_queries, how_many
):
    for _ in range(how_many):
        RiskAssessmentFactory()
    client.get(reverse("risks"))

    with django_assert_max_num_queries(15):
        client.get(reverse("risks"))
