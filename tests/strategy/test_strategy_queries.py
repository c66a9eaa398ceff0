"""The report's first layer: what it holds, as of which day, in how many queries."""

from datetime import date

import pytest

from core.quarters import Quarter
from sorp.lexicon import Rag, Travel
from strategy.queries.plan import late_milestones, priority_sheet, strategy_sheet
from strategy.rules.plan import Judgement, MeasureKind, MilestoneStatus
from tests.factories import Q1, RatingFactory, rated
from tests.strategy.factories import (
    AimFactory,
    EvaluationFactory,
    EvidenceFactory,
    MeasureFactory,
    MilestoneFactory,
    PriorityFactory,
    ProjectFactory,
    SuccessFactorFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db
DAY = date(2011, 10, 20)


def test_a_priority_shows_its_indicators_rating_in_that_quarter_and_the_one_before(sorp_in_force):
    measure = MeasureFactory()
    rated(measure.indicator, "AR")
    RatingFactory(indicator=measure.indicator, quarter=Quarter(2011, 3), rag=Rag.GREEN)

    line = priority_sheet(slug=measure.priority.slug, quarter=Quarter(2011, 2), day=DAY).measures[0]

    assert (line.rag, line.previous_rag) == (Rag.RED, Rag.AMBER)
    assert (line.value, line.target, line.travel) == (70, 90, Travel.NOT_ENOUGH_DATA)


def test_a_superseded_rating_is_not_shown(sorp_in_force):
    measure = MeasureFactory()
    RatingFactory(indicator=measure.indicator, number=1, is_latest=False, rag=Rag.RED)
    RatingFactory(indicator=measure.indicator, number=2, rag=Rag.GREEN)

    sheet = priority_sheet(slug=measure.priority.slug, quarter=Q1, day=DAY)

    assert sheet.measures[0].rag is Rag.GREEN


@pytest.mark.parametrize("quarter", [None, Q1])
def test_an_indicator_without_a_rating_is_not_rated_and_never_green(quarter):
    measure = MeasureFactory()

    sheet = priority_sheet(slug=measure.priority.slug, quarter=quarter, day=DAY)

    assert (sheet.measures[0].rag, sheet.measures[0].not_rated) == (None, "no_result")
    assert sheet.statements.figures.sentence == "Its one indicator: 1 not rated"


def test_there_is_no_sheet_for_a_priority_that_is_not():
    assert priority_sheet(slug="nowhere", quarter=None, day=DAY) is None


def test_the_whole_sheet_reads_as_it_was_entered(sorp_in_force):
    aim, theme, other = AimFactory(name="Aim one"), ThemeFactory(), ThemeFactory()
    theme.aims.add(aim)
    priority = PriorityFactory(number=3, sponsor="Cabinet Member for Schools")
    priority.themes.add(theme, other)
    SuccessFactorFactory(priority=priority)
    rated(MeasureFactory(priority=priority).indicator, "G")
    MeasureFactory(
        priority=priority, kind=MeasureKind.EVIDENCE, indicator=None, wording="Survey of pupils"
    )
    MilestoneFactory(priority=priority)
    EvidenceFactory(priority=priority)
    EvaluationFactory(priority=priority, judgement=Judgement.PARTLY_EFFECTIVE)

    sheet = strategy_sheet(quarter=Q1, day=DAY)

    (line,) = sheet.priorities
    assert [each.name for each in sheet.aims] == ["Aim one"]
    assert [each.priorities for each in sheet.themes] == [(line,), (line,)]
    assert sheet.themes[0].aims == ("Aim one",)
    assert line.success_factors[0].by_financial_year == "2014/15"
    assert [each.wording for each in line.other_measures] == ["Survey of pupils"]
    assert line.milestones[0].status is MilestoneStatus.OVERDUE
    assert line.statements.needs_attention == ("milestones", "evaluation")
    assert line.evidence[0].finding == "Seven in ten were satisfied"


def test_what_was_not_yet_found_on_the_day_is_left_out():
    priority = PriorityFactory()
    EvidenceFactory(priority=priority, gathered_on=date(2012, 1, 1))
    EvaluationFactory(priority=priority, judged_on=date(2012, 1, 1))

    sheet = priority_sheet(slug=priority.slug, quarter=None, day=DAY)

    assert (sheet.evidence, sheet.evaluations) == ((), ())
    assert sheet.statements.evaluation.sentence == "Not yet evaluated"


def test_the_latest_evaluation_is_the_one_that_stands():
    priority = PriorityFactory()
    EvaluationFactory(priority=priority, judged_on=date(2011, 1, 1), judgement="not_effective")
    EvaluationFactory(priority=priority, judged_on=date(2011, 9, 1), judgement="effective")

    sheet = priority_sheet(slug=priority.slug, quarter=None, day=DAY)

    assert sheet.statements.evaluation.sentence == "Effective, 1 September 2011"


def test_late_milestones_are_those_of_priorities_and_of_projects():
    overdue = MilestoneFactory(due_on=date(2011, 10, 1))
    slipping = MilestoneFactory(
        priority=None,
        project=ProjectFactory(name="New ledger"),
        due_on=date(2011, 12, 1),
        forecast_on=date(2012, 2, 1),
    )
    MilestoneFactory(due_on=date(2011, 12, 1))
    MilestoneFactory(due_on=date(2011, 10, 1), done_on=date(2011, 10, 5))

    lines = late_milestones(day=DAY)

    assert [(each.pk, each.status.value) for each in lines] == [
        (overdue.pk, "overdue"),
        (slipping.pk, "slipping"),
    ]
    assert lines[1].belongs_to == "New ledger"


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_sheet_takes_sixteen_queries_however_many_priorities(
    how_many, sorp_in_force, django_assert_num_queries
):
    theme = ThemeFactory()
    theme.aims.add(AimFactory())
    for _ in range(how_many):
        measure = MeasureFactory()
        measure.priority.themes.add(theme)
        rated(measure.indicator, "AR")
        MilestoneFactory(priority=measure.priority)
        EvidenceFactory(priority=measure.priority)
        EvaluationFactory(priority=measure.priority)
        SuccessFactorFactory(priority=measure.priority)

    with django_assert_num_queries(16):
        sheet = strategy_sheet(quarter=Quarter(2011, 2), day=DAY)

    assert len(sheet.priorities) == how_many
    assert {each.indicators[0].rag for each in sheet.priorities} == {Rag.RED}
