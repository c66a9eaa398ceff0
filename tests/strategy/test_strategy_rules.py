"""How a milestone stands, and why three kinds of evidence never become one colour."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorp.lexicon import Rag
from strategy.rules.plan import (
    EvidenceStatement,
    Judgement,
    MilestoneStatus,
    PriorityStatements,
    RatedMeasure,
    milestone_status,
    milestone_words,
    statements,
)

DUE = date(2011, 9, 30)
BEFORE, AFTER = DUE - timedelta(days=1), DUE + timedelta(days=1)


@pytest.mark.parametrize(
    ("forecast_on", "done_on", "today", "status"),
    [
        (None, None, BEFORE, "on_course"),
        (None, None, DUE, "on_course"),  # the due date itself is in time
        (None, None, AFTER, "overdue"),
        (DUE, None, BEFORE, "on_course"),
        (AFTER, None, BEFORE, "slipping"),
        (AFTER, None, DUE, "slipping"),
        (AFTER, None, AFTER, "overdue"),  # a new forecast is no excuse
        (date(2012, 3, 31), None, AFTER, "overdue"),
        (None, BEFORE, AFTER, "done_on_time"),
        (None, DUE, AFTER, "done_on_time"),
        (None, AFTER, AFTER, "done_late"),
        (AFTER, DUE, AFTER, "done_on_time"),  # what was done counts, not what was forecast
        (BEFORE, AFTER, AFTER, "done_late"),
        (None, AFTER, DUE, "on_course"),  # asked about a day on which it was not yet done
        (AFTER, AFTER, BEFORE, "slipping"),
    ],
)
def test_milestone_status(forecast_on, done_on, today, status):
    found = milestone_status(due_on=DUE, forecast_on=forecast_on, done_on=done_on, today=today)

    assert found == status


days = st.dates(date(2011, 1, 1), date(2012, 12, 31))


@given(days, st.none() | days, st.none() | days, days)
def test_a_milestone_undone_after_its_due_date_is_always_overdue(due, forecast, done, today):
    status = milestone_status(due_on=due, forecast_on=forecast, done_on=done, today=today)

    is_done = done is not None and done <= today
    assert (status is MilestoneStatus.OVERDUE) == (not is_done and today > due)
    assert (status in {MilestoneStatus.DONE_LATE, MilestoneStatus.DONE_ON_TIME}) == is_done


@pytest.mark.parametrize(
    ("colours", "sentence", "needs_attention"),
    [
        ("", "No indicator measures this priority", False),
        ("G", "Its one indicator: 1 green", False),
        ("GGG", "Of 3 indicators: 3 green", False),
        ("GGR", "Of 3 indicators: 2 green and 1 red", True),
        ("GAR-", "Of 4 indicators: 1 green, 1 amber, 1 red and 1 not rated", True),
        ("G-", "Of 2 indicators: 1 green and 1 not rated", True),  # missing is never green
        ("Gg", "Of 2 indicators: 1 green and 1 green on old figures", True),
    ],
)
def test_what_the_figures_say(colours, sentence, needs_attention):
    figures = {
        "G": RatedMeasure(Rag.GREEN),
        "g": RatedMeasure(Rag.GREEN, stale=True),
        "A": RatedMeasure(Rag.AMBER),
        "R": RatedMeasure(Rag.RED),
        "-": RatedMeasure(None),
    }

    said = statements(figures=[figures[each] for each in colours], milestones=[], judgement=None)

    assert said.figures == EvidenceStatement(sentence, needs_attention)


@pytest.mark.parametrize(
    ("milestones", "sentence", "needs_attention"),
    [
        ([], "No milestone is set", False),
        (["done_on_time"], "Its one milestone: 1 done on time", False),
        (["done_late", "on_course"], "Of 2 milestones: 1 done late and 1 on course", False),
        (["slipping", "on_course"], "Of 2 milestones: 1 on course and 1 slipping", True),
        (["overdue", "overdue"], "Of 2 milestones: 2 overdue", True),
    ],
)
def test_what_the_milestones_say(milestones, sentence, needs_attention):
    said = statements(
        figures=[], milestones=[MilestoneStatus(each) for each in milestones], judgement=None
    )

    assert said.milestones == EvidenceStatement(sentence, needs_attention)


@pytest.mark.parametrize(
    ("judgement", "sentence", "needs_attention"),
    [
        (None, "Not yet evaluated", False),
        (Judgement.EFFECTIVE, "Effective, 30 September 2011", False),
        (Judgement.PARTLY_EFFECTIVE, "Partly effective, 30 September 2011", True),
        (Judgement.NOT_EFFECTIVE, "Not effective, 30 September 2011", True),
        (Judgement.TOO_EARLY, "Too early to say, 30 September 2011", False),
    ],
)
def test_what_the_evaluation_says(judgement, sentence, needs_attention):
    said = statements(figures=[], milestones=[], judgement=judgement, judged_on=DUE)

    assert said.evaluation == EvidenceStatement(sentence, needs_attention)


def test_green_figures_with_a_missed_milestone_do_not_read_plain_green():
    said = statements(
        figures=[RatedMeasure(Rag.GREEN)] * 4,
        milestones=[MilestoneStatus.OVERDUE],
        judgement=Judgement.EFFECTIVE,
    )

    assert said.needs_attention == ("milestones",)
    assert "overdue" in said.milestones.sentence
    assert said.figures == EvidenceStatement("Of 4 indicators: 4 green", needs_attention=False)


def test_a_standing_has_three_statements_and_no_colour_of_its_own():
    assert [field.name for field in fields(PriorityStatements)] == [
        "figures",
        "milestones",
        "evaluation",
    ]
    assert [field.name for field in fields(EvidenceStatement)] == ["sentence", "needs_attention"]


@pytest.mark.parametrize(
    ("due", "forecast", "done", "today", "words"),
    [
        ("2023-05-09", None, None, "2023-05-12", "Overdue: 3 days late on 12 May 2023"),
        ("2023-05-11", None, None, "2023-05-12", "Overdue: 1 day late on 12 May 2023"),
        ("2023-05-09", "2023-06-01", None, "2023-05-12",
         "Overdue: 3 days late on 12 May 2023; forecast for 1 June 2023"),
        ("2023-05-09", "2023-05-10", None, "2023-05-12", "Overdue: 3 days late on 12 May 2023"),
        ("2023-05-09", None, "2023-05-12", "2023-05-12", "Done 3 days late, on 12 May 2023"),
        ("2023-05-09", None, "2023-05-09", "2023-05-12", "Done on time, on 9 May 2023"),
        ("2023-05-31", "2023-06-10", None, "2023-05-12",
         "Slipping: forecast for 10 June 2023, 10 days after it is due"),
        ("2023-05-31", None, None, "2023-05-12", "On course on 12 May 2023"),
        ("2023-05-31", "2023-05-20", None, "2023-05-12",
         "On course on 12 May 2023; forecast for 20 May 2023"),
        ("2023-05-09", None, "2023-05-13", "2023-05-12", "Overdue: 3 days late on 12 May 2023"),
    ],
)  # fmt: skip
def test_a_milestone_is_told_as_of_a_day(due, forecast, done, today, words):
    day = date.fromisoformat

    assert (
        milestone_words(
            due_on=day(due),
            forecast_on=day(forecast) if forecast else None,
            done_on=day(done) if done else None,
            today=day(today),
        )
        == words
    )
