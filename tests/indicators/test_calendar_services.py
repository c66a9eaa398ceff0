"""Beginning a quarter, changing a day, and what stops either."""

from datetime import date

import pytest
import time_machine

from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from core.services.quarters import NotOpen
from core.working_days import working_day_before
from escalation.services.closing import close_quarter
from indicators.models.calendar import CalendarDay
from indicators.queries.calendar import (
    calendar_of,
    calendars,
    due_on,
    quarters_to_begin,
    unowned_indicators,
)
from indicators.services.calendar import UnownedIndicators, begin_quarter, renew_feed, set_due_day
from indicators.services.definitions import suspend_indicator
from organisation.models.people import Appointment
from organisation.rules import PostKind
from sorp.lexicon import Step, Tier
from tests.factories import IndicatorFactory, UserFactory, holder
from tests.sorp.versions import version_like

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
TODAY, CABINET = date(2011, 7, 4), date(2011, 9, 19)


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-04 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER)


def begin(officer, meeting=CABINET, *, quarter=Q1, today=TODAY):
    return begin_quarter(quarter=quarter, cabinet_meets_on=meeting, today=today, by=officer)


def test_a_quarter_begins_with_a_day_for_every_step(officer):
    row = begin(officer)

    sheet = calendar_of(Q1)
    assert row.begun_at is not None
    assert sheet.cabinet_meets_on == CABINET
    assert {line.step for line in sheet.steps} == set(Step)
    assert (sheet.warnings, sheet.line(Step.MEETING).due_on) == ((), CABINET)
    event = AuditEvent.objects.get(act="began quarter")
    assert (event.actor, event.detail["cabinet_meets_on"]) == (officer, "2011-09-19")
    assert event.detail["days"]["Report published"] == "2011-09-09"


def test_beginning_again_changes_nothing(officer):
    first = begin(officer)
    set_due_day(quarter=Q1, step=Step.PAT, due_on=date(2011, 8, 22), reason="Leave", by=officer)

    again = begin(officer)

    assert again.begun_at == first.begun_at
    assert due_on(Q1, Step.PAT) == date(2011, 8, 22)
    assert AuditEvent.objects.filter(act="began quarter").count() == 1


@pytest.mark.parametrize(
    ("meeting", "told"),
    [
        (date(2011, 9, 18), "Sunday 18 September 2011 is not a working day"),
        (date(2011, 8, 29), "choose Friday 26 August 2011 or Tuesday 30 August 2011"),
        (date(2011, 6, 20), "before Q1 2011/12 has ended"),
        (date(2011, 7, 4), "has passed"),
        (date(2101, 9, 19), "check the year"),
    ],
)
def test_cabinet_cannot_meet_on_such_a_day(officer, meeting, told):
    with pytest.raises(ValueError, match=told):
        begin(officer, meeting)

    assert not CalendarDay.objects.exists()


def test_a_quarter_begun_for_one_meeting_does_not_begin_for_another(officer):
    begin(officer)

    with pytest.raises(ValueError, match="has begun already, for Cabinet on Monday 19 September"):
        begin(officer, date(2011, 10, 17))


def test_a_quarter_that_has_not_ended_does_not_begin(officer):
    with pytest.raises(NotOpen, match="has not ended"):
        begin(officer, date(2011, 12, 5), quarter=Q1.next())


def test_a_closed_quarter_does_not_begin(officer):
    IndicatorFactory()
    close_quarter(quarter=Q1, today=TODAY, by=officer)

    with pytest.raises(NotOpen, match="is closed"):
        begin(officer)


def test_a_sorp_without_a_calendar_begins_nothing(officer, sorp_in_force):
    version_like(
        sorp_in_force,
        from_quarter=Q1,
        change=lambda new: new.calendar_rules.all().delete(),
    )

    with pytest.raises(ValueError, match="has no calendar"):
        begin(officer)


# Owners


def leave(indicator, day):
    Appointment.objects.filter(user=indicator.accountable_manager).update(ends_on=day)


def deactivate(indicator):
    indicator.accountable_manager.is_active = False
    indicator.accountable_manager.save()


@pytest.mark.parametrize(
    ("what", "is_unowned"),
    [
        (lambda indicator: None, False),
        (lambda indicator: leave(indicator, date(2011, 7, 3)), True),
        (lambda indicator: leave(indicator, TODAY), False),  # their last day is today
        (deactivate, True),
        (lambda indicator: Appointment.objects.update(starts_on=date(2011, 7, 5)), True),
    ],
)
def test_an_indicator_is_unowned_when_nobody_in_post_answers_for_it(officer, what, is_unowned):
    indicator = IndicatorFactory()

    what(indicator)

    assert unowned_indicators(Q1) == ([indicator] if is_unowned else [])


def test_another_post_does_not_make_an_owner(officer):
    indicator = IndicatorFactory(accountable_manager=holder(PostKind.DIRECTOR))

    assert unowned_indicators(Q1) == [indicator]


def test_unowned_indicators_stop_a_quarter_and_are_named(officer):
    orphans = [IndicatorFactory(accountable_manager=UserFactory()) for _ in range(2)]

    with pytest.raises(UnownedIndicators) as refusal:
        begin(officer)

    assert all(each.reference in str(refusal.value) for each in orphans)
    assert refusal.value.indicators == orphans
    assert not ReportingQuarter.objects.filter(begun_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("from_quarter", "until_quarter", "begins"),
    [
        (Q1, None, True),
        (Q1.previous(), Q1, True),
        (Q1.previous(), Q1.previous(), False),
        (Q1.next(), None, False),
    ],
)
def test_a_suspended_indicator_needs_no_owner(officer, from_quarter, until_quarter, begins):
    suspend_indicator(
        indicator=IndicatorFactory(accountable_manager=UserFactory()),
        from_quarter=from_quarter,
        until_quarter=until_quarter,
        reason="Under review",
        approved_by="Cabinet",
        by=officer,
    )

    assert (unowned_indicators(Q1) == []) is begins


def test_an_indicator_no_longer_measured_needs_no_owner(officer):
    IndicatorFactory(accountable_manager=UserFactory(), last_quarter=Q1.previous())

    assert unowned_indicators(Q1) == []


@pytest.mark.parametrize("count", [1, 20])
def test_finding_the_unowned_takes_one_query(officer, django_assert_num_queries, count):
    for _ in range(count):
        IndicatorFactory(accountable_manager=UserFactory())

    with django_assert_num_queries(1):
        found = [(each.unit.name, each.accountable_manager.name) for each in unowned_indicators(Q1)]

    assert len(found) == count


# Changing a day


def change(officer, step, day, *, tier=None, reason="Two teams share the week", quarter=Q1):
    return set_due_day(quarter=quarter, step=step, tier=tier, due_on=day, reason=reason, by=officer)


def test_a_day_is_changed_with_its_reason_on_record(officer):
    begin(officer)

    change(officer, Step.ENTRY, date(2011, 7, 15), tier=Tier.TEAM)

    assert due_on(Q1, Step.ENTRY, Tier.TEAM) == date(2011, 7, 15)
    assert due_on(Q1, Step.ENTRY, Tier.DIVISION) == date(2011, 7, 14)
    detail = AuditEvent.objects.get(act="changed due day").detail
    assert (detail["was"], detail["due_on"]) == ("2011-07-14", "2011-07-15")
    assert detail["reason"] == "Two teams share the week"


def test_the_same_day_again_is_no_change(officer):
    begin(officer)

    change(officer, Step.CLOSE, date(2011, 7, 29))

    assert not AuditEvent.objects.filter(act="changed due day").exists()


@pytest.mark.parametrize(
    ("step", "tier", "day", "reason", "told"),
    [
        (Step.PAT, None, date(2011, 8, 20), "Leave", "is not a working day"),
        (Step.PAT, None, date(2011, 6, 30), "Leave", "before Q1 2011/12 has ended"),
        (Step.PAT, None, date(2013, 8, 19), "Leave", "check the year"),
        (Step.PAT, None, date(2011, 8, 22), "  ", "Say why"),
        (Step.PAT, Tier.TEAM, date(2011, 8, 22), "Leave", "has no such step"),
    ],
)
def test_a_day_that_cannot_be_is_refused_in_words(officer, step, tier, day, reason, told):
    begin(officer)

    with pytest.raises(ValueError, match=told):
        change(officer, step, day, tier=tier, reason=reason)

    assert due_on(Q1, Step.PAT) == date(2011, 8, 19)


def test_no_day_is_changed_of_a_quarter_that_has_not_begun(officer):
    with pytest.raises(ValueError, match="has not begun"):
        change(officer, Step.PAT, date(2011, 8, 22))


def test_after_the_close_only_what_follows_it_may_move(officer):
    IndicatorFactory()
    begin(officer)
    close_quarter(quarter=Q1, today=TODAY, by=officer)

    with pytest.raises(ValueError, match="is closed: its returns are in"):
        change(officer, Step.ENTRY, date(2011, 7, 15), tier=Tier.TEAM)
    change(officer, Step.PAT, date(2011, 8, 22))

    assert due_on(Q1, Step.PAT) == date(2011, 8, 22)


def test_when_cabinet_moves_so_does_what_is_counted_back_from_it_but_not_what_was_set_by_hand(
    officer,
):
    begin(officer)
    change(officer, Step.BRIEF, date(2011, 9, 2))

    change(officer, Step.MEETING, date(2011, 9, 26), reason="Members are away")

    sheet = calendar_of(Q1)
    found = {line.step: line.due_on for line in sheet.steps}
    assert sheet.cabinet_meets_on == found[Step.MEETING] == date(2011, 9, 26)
    assert found[Step.PUBLICATION] == date(2011, 9, 16)
    assert found[Step.PAT] == date(2011, 8, 26)
    assert found[Step.BRIEF] == date(2011, 9, 2)
    assert found[Step.CLOSE] == date(2011, 7, 29)
    assert AuditEvent.objects.filter(act="changed due day").count() == 4


# Asking


@pytest.mark.parametrize(
    ("step", "tier", "expected"),
    [
        (Step.ENTRY, Tier.TEAM, date(2011, 7, 14)),
        (Step.ENTRY, "corporate", date(2011, 7, 18)),
        (Step.ENTRY, None, date(2011, 7, 18)),  # by when all are due
        (Step.CLOSE, Tier.TEAM, date(2011, 7, 29)),  # one day for all tiers
    ],
)
def test_by_when_a_step_is_due(officer, step, tier, expected):
    begin(officer)

    assert due_on(Q1, step, tier) == expected
    assert due_on(Q1.previous(), step, tier) is None


def test_a_quarter_without_a_calendar_has_no_steps(officer):
    assert calendar_of(Q1).steps == ()
    assert calendar_of(Q1).begun_at is None


@pytest.mark.parametrize("count", [1, 20])
def test_the_calendars_of_any_number_of_quarters_take_two_queries(
    officer, django_assert_num_queries, count
):
    quarter = Quarter(2011, 1)
    for _ in range(count):
        meeting = working_day_before(quarter.next().last_day, 5)
        begin(officer, meeting, quarter=quarter, today=quarter.next().first_day)
        quarter = quarter.next()

    with django_assert_num_queries(2):
        found = calendars()
        assert [sheet.warnings for sheet in found]
        assert len(found) == count

    assert [sheet.quarter for sheet in found] == sorted(
        (sheet.quarter for sheet in found), reverse=True
    )


def test_the_quarters_to_begin_are_those_that_have_ended_and_have_not(officer):
    assert quarters_to_begin(date(2011, 6, 30)) == [Q1.previous()]
    assert quarters_to_begin(TODAY) == [Q1]

    begin(officer)

    assert quarters_to_begin(TODAY) == []


def test_a_new_address_for_a_feed_is_recorded(officer):
    assert [renew_feed(by=officer).serial, renew_feed(by=officer).serial] == [2, 3]
    assert AuditEvent.objects.filter(act="renewed calendar feed").count() == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_beginning_a_quarter_six_times_at_once_begins_it_once(officer, at_once):
    found = at_once(lambda: begin(officer))

    assert [each for each in found if isinstance(each, Exception)] == []
    assert AuditEvent.objects.filter(act="began quarter").count() == 1
    assert CalendarDay.objects.count() == 11
