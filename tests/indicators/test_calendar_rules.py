"""A quarter's days: planned from its end and from Cabinet's meeting, with slack and warnings."""

from datetime import date

import pytest

from core.quarters import Quarter
from indicators.rules.calendar import (
    PlannedDay,
    StepLine,
    back_plan,
    begun_plan,
    own_steps,
    refusal_of_day,
    step_lines,
    warnings,
)
from organisation.rules import PostKind, UnitTier
from sorp.defaults.rules import CALENDAR
from sorp.lexicon import Step, Tier
from sorp.rules.calendar import DayRule

RULES = [DayRule(Step(row.step), row.tier, row.counted_from, row.working_days) for row in CALENDAR]
Q1_2011, Q1_2023, Q3_2023 = Quarter(2011, 1), Quarter(2023, 1), Quarter(2023, 3)
SEPTEMBER = date(2011, 9, 19)


def planned(quarter, meeting):
    return back_plan(quarter=quarter, cabinet_meets_on=meeting, rules=RULES)


@pytest.mark.parametrize(
    ("today", "meeting", "expected"),
    [
        (  # nothing is past: every day is as the rules say
            date(2011, 7, 4),
            SEPTEMBER,
            {},
        ),
        (  # results due ten days from today, the later steps as planned
            date(2011, 7, 25),
            SEPTEMBER,
            {
                "Results submitted, team": date(2011, 8, 8),
                "Results submitted, corporate": date(2011, 8, 10),
                "Division signs off": date(2011, 8, 15),
                "Directorate signs off": date(2011, 8, 18),
                "Quarter closed": date(2011, 8, 19),  # no later than PAT, which meets that day
            },
        ),
        (  # no time is left: all that is past comes on the day of the meeting, and the page warns
            date(2011, 9, 10),
            SEPTEMBER,
            dict.fromkeys(
                (
                    "Results submitted, team",
                    "Results submitted, corporate",
                    "Division signs off",
                    "Directorate signs off",
                    "Quarter closed",
                    "PAT meets",
                    "Cabinet Member briefed",
                    "Report published",
                ),
                date(2011, 9, 19),
            ),
        ),
    ],
)
def test_a_quarter_begun_late_has_no_day_that_is_past(today, meeting, expected):
    by_rule = days(Q1_2011, meeting)

    plan = begun_plan(quarter=Q1_2011, cabinet_meets_on=meeting, rules=RULES, today=today)

    found = {str(each.planned): each.planned.due_on for each in plan}
    assert found == by_rule | expected | {
        name: found[name]
        for name in ("Results submitted, division", "Results submitted, directorate")
    }
    assert min(found.values()) >= today
    assert {str(each.planned) for each in plan if each.is_moved} == {
        name for name, day in found.items() if day != by_rule[name]
    }


def days(quarter, meeting):
    return {str(each): each.due_on for each in planned(quarter, meeting)}


@pytest.mark.parametrize(
    ("quarter", "meeting", "expected"),
    [
        (
            Q1_2011,  # the first report, of June 2011, to Cabinet in September
            SEPTEMBER,
            {
                "Results submitted, team": date(2011, 7, 14),
                "Results submitted, division": date(2011, 7, 14),
                "Results submitted, directorate": date(2011, 7, 18),
                "Results submitted, corporate": date(2011, 7, 18),
                "Division signs off": date(2011, 7, 21),
                "Directorate signs off": date(2011, 7, 26),
                "Quarter closed": date(2011, 7, 29),
                "PAT meets": date(2011, 8, 19),
                "Cabinet Member briefed": date(2011, 9, 1),
                "Report published": date(2011, 9, 9),
                "Cabinet meets": SEPTEMBER,
            },
        ),
        (
            Q3_2023,  # over New Year's holiday, and a leap day before the meeting
            date(2024, 3, 5),
            {
                "Results submitted, team": date(2024, 1, 15),
                "Quarter closed": date(2024, 1, 30),
                "PAT meets": date(2024, 2, 6),
                "Report published": date(2024, 2, 26),
            },
        ),
    ],
)
def test_every_day_follows_from_the_quarters_end_and_the_meeting(quarter, meeting, expected):
    found = days(quarter, meeting)

    assert found == found | expected
    assert len(found) == len(RULES)


def test_teams_and_divisions_say_before_directorates_and_the_council():
    found = {each.tier: each.due_on for each in planned(Q1_2011, SEPTEMBER) if each.tier}

    assert max(found[Tier.TEAM], found[Tier.DIVISION]) < min(
        found[Tier.DIRECTORATE], found[Tier.CORPORATE]
    )


def test_the_default_calendar_has_every_step_and_the_steps_are_in_order():
    steps = step_lines(Q1_2011, planned(Q1_2011, SEPTEMBER))

    assert {each.step for each in steps} == set(Step)
    assert [each.step for each in steps] == sorted(
        (each.step for each in steps), key=list(Step).index
    )
    assert warnings(steps) == ()


@pytest.mark.parametrize(
    ("step", "tier", "slack", "said"),
    [
        (Step.ENTRY, Tier.TEAM, 10, "10 working days after the quarter’s end"),
        (Step.ENTRY, Tier.CORPORATE, 12, "12 working days after the quarter’s end"),
        (
            Step.DIVISION,
            None,
            3,
            "3 working days after “Results submitted”",
        ),  # after the last of the entries
        (Step.PAT, None, 15, "15 working days after “Quarter closed”"),
        (Step.MEETING, None, 6, "6 working days after “Report published”"),
    ],
)
def test_slack_is_counted_from_the_last_day_of_the_step_before(step, tier, slack, said):
    steps = step_lines(Q1_2011, planned(Q1_2011, SEPTEMBER))
    line = next(each for each in steps if each.step is step and each.tier is tier)

    assert (line.slack, line.slack_in_words) == (slack, said)


def line(step, day, *, after="“Quarter closed”", after_on, slack):
    return StepLine(PlannedDay(step, None, day), after, after_on, slack)


@pytest.mark.parametrize(
    ("slack", "said"),
    [
        (0, "The same working day as “Quarter closed”"),
        (1, "1 working day after “Quarter closed”"),
        (-1, "1 working day before “Quarter closed”: too early"),
    ],
)
def test_slack_in_words(slack, said):
    day = date(2011, 7, 29)

    assert line(Step.PAT, day, after_on=day, slack=slack).slack_in_words == said


def test_a_meeting_too_soon_is_warned_of_in_words():
    (warning,) = warnings(step_lines(Q1_2011, planned(Q1_2011, date(2011, 8, 15))))

    assert warning == (
        "PAT meets: Monday 18 July 2011 is 9 working days before “Quarter closed”"
        " (Friday 29 July 2011). Give it a later day, bring forward what comes before it, or ask"
        " for a later Cabinet meeting"
    )


def moved(step, day):
    """The first report's calendar, with one step on another day."""
    changed = [
        PlannedDay(each.step, each.tier, day) if each.step is step else each
        for each in planned(Q1_2011, SEPTEMBER)
    ]
    return warnings(step_lines(Q1_2011, changed))


@pytest.mark.parametrize(
    ("step", "day", "said"),
    [
        (Step.PUBLICATION, date(2011, 9, 9), ()),
        (
            Step.PUBLICATION,
            date(2011, 9, 12),
            ("leaves 4 clear days before Cabinet meets on Monday 19 September 2011, and 5 are",),
        ),
        (Step.PUBLICATION, date(2011, 9, 15), ("leaves 1 clear day before", "Friday 9 September")),
        (Step.BRIEF, date(2011, 8, 29), ("Monday 29 August 2011 is not a working day",)),
        (Step.BRIEF, date(2011, 8, 18), ("is 1 working day before “PAT meets”",)),
        (
            Step.BRIEF,
            date(2011, 8, 19),  # the same day as PAT: tight, and not wrong
            (),
        ),
    ],
)
def test_a_day_moved_is_warned_of_where_it_is_wrong(step, day, said):
    found = moved(step, day)

    assert bool(found) is bool(said)
    assert all(words in " ".join(found) for words in said)


def test_a_day_on_a_weekend_before_its_step_is_told_though_no_working_day_lies_between():
    friday, saturday = date(2011, 7, 29), date(2011, 7, 30)

    found = warnings([line(Step.PAT, friday, after_on=saturday, slack=0)])

    assert any("before “Quarter closed”" in each for each in found)


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (date(2023, 9, 18), None),
        (date(2023, 6, 30), "Friday 30 June 2023 is before Q1 2023/24 has ended"),
        (date(2023, 9, 16), "choose Friday 15 September 2023 or Monday 18 September 2023"),
        (date(2023, 8, 28), "choose Friday 25 August 2023 or Tuesday 29 August 2023"),
        (date(2203, 9, 19), "more than a year after Q1 2023/24 ended: check the year"),
        (date(2024, 6, 28), None),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_one_that_can(day, refusal):
    found = refusal_of_day(Q1_2023, day)

    assert found is None if refusal is None else refusal in found


@pytest.mark.parametrize(
    ("post", "tier", "answers_for", "own"),
    [
        (PostKind.ACCOUNTABLE_MANAGER, UnitTier.DIVISION, {Tier.DIVISION}, "entry"),
        (PostKind.ACCOUNTABLE_MANAGER, UnitTier.DIVISION, set(), ""),
        (PostKind.DEPUTY, UnitTier.TEAM, {Tier.TEAM, Tier.CORPORATE}, "entry entry"),
        (PostKind.DIRECTOR, UnitTier.DIVISION, set(), "division"),
        (PostKind.DIRECTOR, UnitTier.DIRECTORATE, set(), "directorate"),
        (PostKind.MANAGING_DIRECTOR, UnitTier.COUNCIL, set(), "pat meeting"),
        (PostKind.CABINET_MEMBER, UnitTier.COUNCIL, set(), "brief publication meeting"),
        (PostKind.MEMBER, UnitTier.COUNCIL, set(), "publication meeting"),
        (PostKind.STAFF, UnitTier.TEAM, set(), ""),
        (
            PostKind.PERFORMANCE_OFFICER,
            UnitTier.COUNCIL,
            set(),
            "entry entry entry entry division directorate close pat brief publication meeting",
        ),
    ],
)
def test_each_person_has_their_own_steps(post, tier, answers_for, own):
    steps = step_lines(Q1_2011, planned(Q1_2011, SEPTEMBER))

    assert " ".join(each.step for each in own_steps(steps, [(post, tier)], answers_for)) == own


def test_every_kind_of_post_has_been_thought_of():
    from indicators.rules.calendar import STEPS_OF

    assert set(PostKind) == set(STEPS_OF) | {PostKind.DIRECTOR, PostKind.STAFF}
