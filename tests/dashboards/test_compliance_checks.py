"""What each check of the SORP looks at, and what it counts as kept."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assurance.models.meetings import AgreedAction
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from dashboards.queries.compliance_checks import requirements_of, run_checks
from escalation.models.plans import PlanReview
from indicators.models.calendar import CalendarDay
from indicators.models.definitions import Suspension
from indicators.models.variations import Variation
from indicators.rules.returns import Stage, Verdict
from indicators.services.variations import end_variation
from organisation.models.people import Appointment
from organisation.rules import PostKind
from sorp.lexicon import Frequency, Level, Rag, Tier
from sorp.models.statement import Version
from sorp.rules.checks import Check
from tests.assurance.factories import (
    ActionFactory,
    ActionPlanFactory,
    AgreedActionFactory,
    CallInFactory,
    EscalationFactory,
)
from tests.dashboards.compliance import (
    CLOSED_AT,
    IN_TIME,
    PLANS_DUE,
    Q2,
    TODAY,
    closed_quarter,
    measured,
    result,
    sign,
)
from tests.factories import (
    IndicatorFactory,
    RatingFactory,
    TargetFactory,
    UnitFactory,
    UserFactory,
    holder,
    rated,
)
from tests.sorp.versions import version_like

pytestmark = pytest.mark.django_db
Q1, Q3 = Q2.previous(), Q2.next()


@pytest.fixture(autouse=True)
def closed(sorp_in_force):
    return closed_quarter()


@pytest.fixture
def indicator():
    return IndicatorFactory(reference="HW-01")


def moment(month, day, year=2011):
    return datetime(year, month, day, 9, tzinfo=UTC)


# Returns on time


def due(day, tier=""):
    CalendarDay.objects.create(quarter=Q2, step="entry", tier=tier, due_on=day)


@pytest.mark.parametrize(
    ("submitted", "words"),
    [
        (moment(10, 13), None),
        (moment(10, 14), None),  # the day itself is in time
        (datetime(2011, 10, 14, 22, 30, tzinfo=UTC), None),  # 23.30 in Kent
        (
            datetime(2011, 10, 14, 23, 30, tzinfo=UTC),
            "submitted on Saturday 15 October 2011, 1 working day late",
        ),
        (moment(10, 18), "submitted on Tuesday 18 October 2011, 2 working days late"),
        (None, "due on Friday 14 October 2011, and not submitted before the close"),
    ],
)
def test_a_result_is_in_time_by_the_day_it_was_due(indicator, submitted, words):
    due(date(2011, 10, 14))
    if submitted:
        result(indicator, submitted_at=submitted)

    looked_at, kept, lapses = measured(Check.RETURNS_ON_TIME)

    assert (looked_at, kept, lapses) == (1, int(words is None), {"HW-01": words} if words else {})


@pytest.mark.parametrize(
    ("tier", "in_time", "late"),
    [
        (Tier.TEAM, moment(10, 14), moment(10, 17)),  # ten working days after 30 September
        (Tier.CORPORATE, moment(10, 18), moment(10, 19)),  # twelve
    ],
)
def test_where_no_day_was_set_the_sorps_own_count_holds(tier, in_time, late):
    result(IndicatorFactory(reference="IN", tier=tier), submitted_at=in_time)
    result(IndicatorFactory(reference="LATE", tier=tier), submitted_at=late)
    IndicatorFactory(reference="NONE", tier=tier)

    looked_at, kept, lapses = measured(Check.RETURNS_ON_TIME)

    assert (looked_at, kept) == (3, 1)
    assert "1 working day late" in lapses["LATE"]
    assert "not submitted before the close" in lapses["NONE"]


def test_where_no_day_was_set_a_file_says_what_came_late():
    loaded = {"submitted_by": None, "submitted_at": moment(10, 20)}
    result(IndicatorFactory(reference="IN"), **loaded)
    result(IndicatorFactory(reference="LATE"), late=True, **loaded)

    assert measured(Check.RETURNS_ON_TIME) == (2, 1, {"LATE": "recorded as late"})


def test_where_a_day_was_set_a_file_counts_by_the_day_it_was_loaded(indicator):
    due(date(2011, 10, 14))
    result(indicator, submitted_by=None, submitted_at=moment(10, 17))

    assert measured(Check.RETURNS_ON_TIME)[:2] == (1, 0)


def test_a_sorp_that_counts_no_day_leaves_nothing_to_be_late_for(indicator, sorp_in_force):
    version_like(
        sorp_in_force, from_quarter=Q2, change=lambda draft: draft.calendar_rules.all().delete()
    )

    found = run_checks(row=closed_row(), version=Version.objects.ruling(Q2).first(), today=TODAY)

    assert [each for each in found if each.check is Check.RETURNS_ON_TIME] == []


def test_each_tier_is_late_by_its_own_day():
    due(date(2011, 10, 7), Tier.TEAM)
    due(date(2011, 10, 14))
    for reference, tier in [("T-1", Tier.TEAM), ("C-1", Tier.CORPORATE)]:
        result(IndicatorFactory(reference=reference, tier=tier), submitted_at=moment(10, 12))

    assert set(measured(Check.RETURNS_ON_TIME)[2]) == {"T-1"}


def test_what_was_sent_back_and_said_again_is_in_time_if_it_was_so_at_first(indicator):
    due(date(2011, 10, 14))
    first = result(indicator, is_latest=False)
    result_again(first, submitted_at=moment(10, 21), reason="Counted again")

    assert measured(Check.RETURNS_ON_TIME) == (1, 1, {})


def test_what_came_after_the_close_came_too_late(indicator):
    due(date(2011, 10, 14))
    result(indicator, submitted_at=moment(11, 2), after_close=True)

    assert measured(Check.RETURNS_ON_TIME)[:2] == (1, 0)
    assert measured(Check.RESULTS_PRESENT)[:2] == (1, 0)


def result_again(first, **said):
    return first.result.revisions.create(
        number=2, value=Decimal(90), submitted_by=first.submitted_by, **said
    )


# Results present


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, 1),
        ({"value": None, "not_available": "The supplier's system is down"}, 1),
        ({"value": None, "numerator": 0, "denominator": 0}, 1),
        (None, 0),
    ],
)
def test_a_result_is_there_or_it_is_said_why_not(indicator, said, kept):
    if said is not None:
        result(indicator, **said)

    assert measured(Check.RESULTS_PRESENT)[:2] == (1, kept)


def test_what_is_suspended_not_due_or_not_measured_is_not_looked_at():
    suspended = IndicatorFactory()
    Suspension.objects.create(
        indicator=suspended,
        from_quarter=Q1,
        reason="The contract is being let anew",
        approved_by="Cabinet",
    )
    IndicatorFactory(frequency=Frequency.ANNUAL)
    IndicatorFactory(last_quarter=Q1)
    IndicatorFactory(first_quarter=Q3)

    assert measured(Check.RESULTS_PRESENT) == (0, 0, {})


# Signed off


@pytest.mark.parametrize(
    ("signed", "kept"),
    [
        ({}, 1),
        ({"at": CLOSED_AT}, 1),
        ({"at": CLOSED_AT + timedelta(seconds=1)}, 0),
        ({"stage": Stage.DIVISION}, 0),
        ({"verdict": Verdict.RETURNED}, 0),
        (None, 0),
    ],
)
def test_a_result_is_signed_off_by_the_directorate_before_the_close(indicator, signed, kept):
    revision = result(indicator)
    if signed is not None:
        sign(revision, **signed)

    assert measured(Check.SIGNED_OFF)[:2] == (1, kept)


def test_what_was_changed_after_it_was_signed_is_not_signed_off(indicator):
    first = result(indicator, is_latest=False)
    sign(first)
    result_again(first, submitted_at=moment(10, 25), reason="Unlocked: a slip")

    assert measured(Check.SIGNED_OFF)[2] == {
        "HW-01": "not signed off by Friday 28 October 2011",
    }


def test_a_revision_after_the_close_takes_no_signature_away(indicator):
    first = result(indicator, is_latest=False)
    sign(first)
    result_again(first, submitted_at=moment(11, 5), reason="A slip", after_close=True)

    assert measured(Check.SIGNED_OFF) == (1, 1, {})


# Poor results have action


def judged(indicator, picture, *, at=CLOSED_AT - timedelta(hours=1)):
    """Its ratings to the quarter closed, the last of them that of the picture."""
    first = Quarter.from_ordinal(Q2.ordinal - len(picture) + 1)
    rated(indicator, picture, since=first)
    indicator.ratings.update(rated_at=at)


@pytest.mark.parametrize(
    ("picture", "looked_at"), [("R", 1), ("A", 1), ("G", 0), ("-", 0), ("RG", 0), ("R-", 0)]
)
def test_red_and_amber_want_action_and_nothing_else_does(indicator, picture, looked_at):
    judged(indicator, picture)

    assert measured(Check.RED_HAS_ACTION)[:2] == (looked_at, 0)


def test_amber_wants_none_where_the_sorp_does_not_ask_it(indicator, sorp_in_force):
    version_like(sorp_in_force, from_quarter=Q2, action_on_amber=False)
    judged(indicator, "A")

    found = run_checks(row=closed_row(), version=Version.objects.ruling(Q2).first(), today=TODAY)

    assert [each for each in found if each.check is Check.RED_HAS_ACTION] == []


def closed_row():
    return ReportingQuarter.objects.get(quarter=Q2)


def test_a_word_on_management_action_will_do(indicator):
    judged(indicator, "R")
    result(indicator, management_action="Two engineers recruited")

    assert measured(Check.RED_HAS_ACTION) == (1, 1, {})


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (moment(6, 30), 0),  # before the run of reds began
        (moment(7, 1), 1),
        (moment(10, 20), 1),
        (moment(11, 11), 1),  # the last of the ten working days
        (moment(11, 12), 0),
    ],
)
def test_a_plan_of_its_time_will_do(indicator, written, kept):
    judged(indicator, "GR")
    ActionPlanFactory(indicator=indicator, written_at=written)

    assert measured(Check.RED_HAS_ACTION, today=date(2011, 12, 1))[:2] == (1, kept)


def test_a_run_goes_on_through_quarters_that_were_not_rated(indicator):
    judged(indicator, "GR-R")
    ActionPlanFactory(indicator=indicator, written_at=moment(1, 20))  # in the first red quarter

    assert measured(Check.RED_HAS_ACTION)[:2] == (1, 1)


def test_once_referred_up_an_older_plan_will_not_do_unless_it_is_agreed_anew(indicator):
    judged(indicator, "RR")
    EscalationFactory(indicator=indicator)  # opened in Q2
    plan = ActionPlanFactory(indicator=indicator, written_at=moment(9, 1))

    assert measured(Check.RED_HAS_ACTION)[2] == {
        "HW-01": "red, with no management action given and no action plan since"
    }
    PlanReview.objects.create(
        plan=plan,
        level=Level.PAT,
        sufficient=True,
        reviewed_on=date(2011, 11, 4),
        by=UserFactory(),
    )
    assert measured(Check.RED_HAS_ACTION)[:2] == (1, 1)


def test_what_the_close_itself_referred_up_is_looked_at_once_its_plan_is_due(indicator):
    judged(indicator, "-")
    EscalationFactory(indicator=indicator, trigger="No result for two quarters")

    assert measured(Check.RED_HAS_ACTION, today=PLANS_DUE) == (0, 0, {})
    assert measured(Check.RED_HAS_ACTION, today=PLANS_DUE + timedelta(days=1))[2] == {
        "HW-01": "referred up since Q2 2011/12, with no management action given and no action "
        "plan since"
    }


def test_an_escalation_that_stands_is_looked_at_whatever_the_colour(indicator):
    judged(indicator, "RRG")
    EscalationFactory(
        indicator=indicator,
        since=Quarter(2010, 4),
        opened_in=Q1,
        recorded_in=Q1,
    )

    assert measured(Check.RED_HAS_ACTION)[:2] == (1, 0)


@pytest.mark.parametrize("recovered", [Q1, Q2])
def test_an_escalation_that_recovered_by_then_is_not_looked_at(indicator, recovered):
    judged(indicator, "RRG")
    EscalationFactory(
        indicator=indicator,
        since=Quarter(2010, 4),
        opened_in=Q1,
        recovered_in=recovered,
        recorded_in=Q1,
    )

    assert measured(Check.RED_HAS_ACTION)[0] == 0


def test_what_was_judged_anew_after_the_close_is_looked_at_as_it_stood(indicator):
    judged(indicator, "G")
    indicator.ratings.update(is_latest=False)
    RatingFactory(indicator=indicator, quarter=Q2, rag=Rag.RED, number=2, rated_at=moment(11, 20))

    assert measured(Check.RED_HAS_ACTION)[0] == 0


# Actions on time


@pytest.mark.parametrize(
    ("due_on", "done_on", "looked_at", "kept"),
    [
        (date(2011, 9, 30), date(2011, 9, 30), 1, 1),
        (date(2011, 7, 1), date(2011, 6, 1), 1, 1),
        (date(2011, 9, 1), date(2011, 9, 2), 1, 0),
        (date(2011, 9, 1), None, 1, 0),
        (date(2011, 10, 1), None, 0, 0),  # due after the quarter
        (date(2011, 6, 30), None, 1, 0),  # overdue from before
        (date(2011, 6, 30), date(2011, 10, 3), 1, 0),  # and still so at the quarter's end
        (date(2011, 6, 30), date(2011, 8, 1), 0, 0),  # done late within it: told of the one before
        (date(2011, 6, 30), date(2011, 6, 20), 0, 0),
    ],
)
@pytest.mark.parametrize("kind", ["planned", "agreed"])
def test_actions_are_done_by_their_day(indicator, kind, due_on, done_on, looked_at, kept):
    if kind == "planned":
        plan = ActionPlanFactory(indicator=indicator, written_at=moment(4, 5))
        ActionFactory(plan=plan, due_on=due_on, done_on=done_on)
    else:
        call_in = CallInFactory(indicator=indicator, meeting__meets_on=date(2011, 5, 3))
        AgreedActionFactory(call_in=call_in, due_on=due_on, done_on=done_on)

    assert measured(Check.ACTIONS_ON_TIME)[:2] == (looked_at, kept)


def test_what_was_not_done_is_told_with_its_day(indicator):
    plan = ActionPlanFactory(indicator=indicator, written_at=moment(4, 5))
    ActionFactory(plan=plan, due_on=date(2011, 9, 1))

    assert measured(Check.ACTIONS_ON_TIME)[2] == {
        "HW-01": "“Recruit two engineers” was due on Thursday 1 September 2011, not done"
    }


@pytest.mark.parametrize(
    ("rewritten", "looked_at", "kept"),
    [
        (moment(8, 31), 0, 0),  # put off before its day: not promised any more
        (moment(9, 1), 0, 0),  # on its day
        (moment(9, 2), 1, 0),  # afterwards, which mends nothing
    ],
)
def test_writing_the_plan_anew_after_the_day_mends_nothing(indicator, rewritten, looked_at, kept):
    first = ActionPlanFactory(indicator=indicator, written_at=moment(4, 5), is_latest=False)
    ActionFactory(plan=first, due_on=date(2011, 9, 1))
    second = ActionPlanFactory(indicator=indicator, number=2, written_at=rewritten)
    ActionFactory(plan=second, due_on=date(2011, 12, 1))

    assert measured(Check.ACTIONS_ON_TIME)[:2] == (looked_at, kept)


def test_an_action_agreed_at_a_meeting_is_looked_at_too(indicator):
    call_in = CallInFactory(indicator=indicator, meeting__meets_on=date(2011, 7, 4))
    AgreedActionFactory(call_in=call_in, due_on=date(2011, 9, 1), done_on=date(2011, 9, 1))

    assert AgreedAction.objects.count() == 1
    assert measured(Check.ACTIONS_ON_TIME) == (1, 1, {})


# Posts filled


@pytest.mark.parametrize(
    ("ends_on", "kept"),
    [(None, 1), (date(2011, 10, 28), 1), (date(2011, 10, 27), 0)],
)
def test_an_indicator_has_a_manager_in_post_on_the_day_of_the_close(indicator, ends_on, kept):
    Appointment.objects.update(ends_on=ends_on)

    assert measured(Check.POSTS_FILLED)[:2] == (1, kept)


def test_a_manager_who_may_not_sign_in_answers_for_nothing(indicator):
    manager = indicator.accountable_manager
    manager.is_active = False
    manager.save()

    assert measured(Check.POSTS_FILLED)[2] == {"HW-01": f"{manager.name} cannot sign in"}


def test_another_kind_of_post_does_not_make_an_accountable_manager():
    staff = holder(PostKind.STAFF)
    IndicatorFactory(reference="HW-02", accountable_manager=staff)

    assert measured(Check.POSTS_FILLED)[2] == {
        "HW-02": f"{staff.name} held no accountable manager’s post on Friday 28 October 2011"
    }


# Variations in date


def variation(indicator, since, until, *, decided=date(2011, 1, 10), state="agreed", **fields):
    decided_by = UserFactory() if decided else None
    return Variation.objects.create(
        indicator=indicator,
        state=state if decided else "proposed",
        what="A lower floor",
        reason="The depot burnt down",
        from_quarter=since,
        until_quarter=until,
        proposed_by=indicator.accountable_manager,
        proposed_at=moment(1, 3),
        decided_by=decided_by,
        decided_on=decided,
        **{"floor": Decimal(70)} | fields,
    )


LAST_YEAR = Quarter(2010, 3)


@pytest.mark.parametrize(
    ("since", "until", "looked_at", "kept"),
    [
        (Q2, Q3, 1, 1),
        (LAST_YEAR, Q2, 1, 1),  # its last quarter
        (LAST_YEAR, Q1, 1, 0),  # ran out with the quarter before, unseen
        (LAST_YEAR, Q1.previous(), 0, 0),  # told of already
        (Q3, Q3, 0, 0),  # to come
    ],
)
def test_a_variation_that_ran_out_unseen_lapses_once(indicator, since, until, looked_at, kept):
    variation(indicator, since, until)

    assert measured(Check.VARIATIONS_IN_DATE)[:2] == (looked_at, kept)


@pytest.mark.parametrize("state", ["agreed", "refused"])
def test_one_that_was_renewed_or_whose_renewal_was_refused_was_looked_at(indicator, state):
    variation(indicator, LAST_YEAR, Q1)
    variation(indicator, Q2, Q2, decided=date(2011, 7, 1), state=state)

    looked_at, kept, lapses = measured(Check.VARIATIONS_IN_DATE)

    assert looked_at == kept == (2 if state == "agreed" else 1)
    assert lapses == {}


def test_a_new_target_settles_a_varied_target_but_not_a_varied_exit(indicator):
    variation(indicator, LAST_YEAR, Q1)
    other = IndicatorFactory(reference="HW-09")
    variation(other, LAST_YEAR, Q1, floor=None, exit_quarters=2)
    for each in (indicator, other):
        TargetFactory(indicator=each, from_quarter=Q2)

    assert set(measured(Check.VARIATIONS_IN_DATE)[2]) == {"HW-09"}


def test_one_that_was_ended_by_somebody_was_looked_at(indicator):
    row = variation(indicator, LAST_YEAR, Q3)
    closed_row().delete()
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    end_variation(variation=row, until_quarter=Q1, reason="The depot is rebuilt", by=officer)
    closed_quarter()

    assert measured(Check.VARIATIONS_IN_DATE) == (1, 1, {})


@pytest.mark.parametrize(
    ("decided", "kept"),
    [(None, 0), (date(2011, 10, 29), 0), (date(2011, 10, 28), 1)],
)
def test_one_proposed_for_a_quarter_is_decided_before_its_close(indicator, decided, kept):
    variation(indicator, Q2, Q3, decided=decided)

    assert measured(Check.VARIATIONS_IN_DATE)[:2] == (1, kept)


# Nobody signs their own


def test_an_approval_by_another_keeps_to_it(indicator):
    sign(result(indicator))

    assert measured(Check.NOBODY_SIGNS_OWN) == (1, 1, {})


@pytest.mark.parametrize("role", ["submitted_by", "on_behalf_of"])
def test_an_approval_by_who_submitted_is_found_however_it_came_there(indicator, role):
    """The service refuses it; the check looks at the rows."""
    person = UserFactory(name="Ann Other")
    sign(result(indicator, **{role: person}), by=person, stage=Stage.DIVISION)

    assert measured(Check.NOBODY_SIGNS_OWN) == (
        1,
        0,
        {"HW-01": "Ann Other approved a result of their own"},
    )


def test_a_result_sent_back_is_no_approval(indicator):
    sign(result(indicator), verdict=Verdict.RETURNED, by=indicator.accountable_manager)

    assert measured(Check.NOBODY_SIGNS_OWN) == (0, 0, {})


def test_a_variation_and_a_plan_agreed_to_by_their_manager_are_found(indicator):
    manager = indicator.accountable_manager
    row = variation(indicator, Q2, Q3)
    Variation.objects.filter(pk=row.pk).update(proposed_by=UserFactory(), decided_by=manager)
    ActionPlanFactory(
        indicator=indicator,
        written_by=UserFactory(),
        agreed_with=manager,
        agreed_on=date(2011, 9, 1),
    )

    assert measured(Check.NOBODY_SIGNS_OWN)[:2] == (2, 0)


# Final


@pytest.mark.parametrize(
    ("confidence", "made_final", "kept"),
    [
        ("final", None, 1),
        ("provisional", None, 0),
        ("estimated", None, 0),
        ("provisional", moment(9, 30), 1),
        ("provisional", moment(10, 1), 0),
    ],
)
def test_a_provisional_figure_is_made_final_by_the_end_of_the_next_quarter(
    indicator, confidence, made_final, kept
):
    first = result(
        indicator,
        quarter=Q1,
        confidence=confidence,
        submitted_at=moment(7, 15),
        is_latest=made_final is None,
    )
    if made_final:
        result_again(first, submitted_at=made_final, reason="Now final", after_close=True)

    assert measured(Check.CONFIDENCE_FINAL)[:2] == (1, kept)


def test_no_figure_is_neither_final_nor_provisional(indicator):
    result(indicator, quarter=Q1, value=None, not_available="Lost", submitted_at=moment(7, 15))

    assert measured(Check.CONFIDENCE_FINAL) == (0, 0, {})


# All of them


def test_each_unit_has_its_own_count(indicator, sorp_in_force):
    other = IndicatorFactory(unit=UnitFactory(code="other"))
    result(indicator)

    found = {
        each.unit: each.tally
        for each in run_checks(row=closed_row(), version=sorp_in_force, today=TODAY)
        if each.check is Check.RESULTS_PRESENT
    }

    assert (found[indicator.unit_id].kept, found[other.unit_id].kept) == (1, 0)


def test_every_check_is_asked_for_in_the_order_of_the_clauses(sorp_in_force):
    found = requirements_of(sorp_in_force)

    assert {each.check for each in found} == set(Check)
    clauses = list(sorp_in_force.clauses.exclude(check_made="").values_list("number", flat=True))
    assert [each.clause for each in found] == clauses


def test_queries_are_as_many_for_1_as_for_20(sorp_in_force):
    due(date(2011, 10, 14))
    asked = []
    for how_many in (1, 19):
        for _ in range(how_many):
            _busy_indicator()
        with CaptureQueriesContext(connection) as queries:
            run_checks(row=closed_row(), version=sorp_in_force, today=TODAY)
        asked.append(len(queries))

    assert asked[0] == asked[1] <= 24


def _busy_indicator():
    made = IndicatorFactory()
    judged(made, "RR")
    sign(result(made))
    EscalationFactory(indicator=made)
    ActionFactory(
        plan=ActionPlanFactory(indicator=made, written_at=IN_TIME), due_on=date(2011, 9, 1)
    )
    AgreedActionFactory(call_in=CallInFactory(indicator=made), due_on=date(2011, 9, 1))
    variation(made, LAST_YEAR, Q1)
