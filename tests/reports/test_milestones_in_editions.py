"""A report tells of milestones what was known on its day, and says it as of that day."""

from datetime import date

import pytest

from core import clock
from core.quarters import Quarter
from reports.contents.priorities import strategy_contents
from strategy.services.plan import update_milestone
from tests.strategy.factories import MilestoneFactory

pytestmark = pytest.mark.django_db
Q2 = Quarter(2011, 2)  # ends on 30 September 2011, when the milestone is due


def told(day):
    (priority,) = strategy_contents(Q2, day=day)["priorities"]
    (milestone,) = priority["milestones"]
    return (
        milestone["status"],
        milestone["progress"],
        priority["standing"]["milestones"]["sentence"],
    )


def say(milestone, day, **said):
    given = {"forecast_on": None, "done_on": None, "progress": "", **said}
    with clock.at(day):
        update_milestone(milestone=milestone, today=day, by=None, **given)


def test_what_is_said_later_changes_nothing_that_was_known_on_an_earlier_day():
    milestone = MilestoneFactory()
    say(milestone, date(2011, 8, 1), forecast_on=date(2011, 9, 20), progress="Two bids received")
    before = {day: told(day) for day in (date(2011, 7, 31), date(2011, 9, 1), date(2011, 10, 27))}
    say(milestone, date(2011, 11, 3), done_on=date(2011, 10, 10), progress="Let")

    assert {day: told(day) for day in before} == before
    assert before == {
        date(2011, 7, 31): ("on_course", "", "Its one milestone: 1 on course"),
        date(2011, 9, 1): ("on_course", "Two bids received", "Its one milestone: 1 on course"),
        date(2011, 10, 27): ("overdue", "Two bids received", "Its one milestone: 1 overdue"),
    }


def test_a_report_that_is_built_late_says_what_is_so_on_its_day():
    milestone = MilestoneFactory()
    say(milestone, date(2011, 11, 3), done_on=date(2011, 10, 10), progress="Let")

    assert told(date(2011, 12, 1)) == ("done_late", "Let", "Its one milestone: 1 done late")
