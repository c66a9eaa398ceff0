"""Approving, returning, unlocking: what changes, what is recorded, what is refused, all or none."""

from datetime import date, timedelta

import pytest
import time_machine

from core.clock import now
from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from escalation.services.closing import close_quarter
from indicators.models.results import Result, Revision
from indicators.models.returns import SignOff, Unlock
from indicators.queries.sign_off import may_change
from indicators.rules.entry import ResultGiven
from indicators.rules.returns import ResultState, Stage
from indicators.services.results import Locked, revise_result, submit_result
from indicators.services.sign_off import (
    CannotSign,
    CannotUnlock,
    CorrectedMeanwhile,
    approve_results,
    return_result,
    unlock_result,
)
from organisation.rules import PostKind, UnitTier
from tests.factories import (
    CouncilFactory,
    IndicatorFactory,
    TargetFactory,
    UnitFactory,
    UserFactory,
    holder,
)
from tests.guards import unguarded

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
TODAY = date(2011, 7, 20)


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False) as traveller:
        yield traveller


@pytest.fixture
def division(sorp_in_force):
    directorate = UnitFactory(name="Growth")
    return UnitFactory(name="Highways", tier=UnitTier.DIVISION, parent=directorate)


@pytest.fixture
def director(division):
    return holder(PostKind.DIRECTOR, unit=division, name="Dana Division")


@pytest.fixture
def above(division):
    return holder(PostKind.DIRECTOR, unit=division.parent, name="Dora Directorate")


@pytest.fixture
def officer():
    return holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory(), name="Olu Officer")


def submitted(division, value="85", by=None, **fields):
    indicator = TargetFactory(indicator=IndicatorFactory(unit=division, **fields)).indicator
    return said(indicator, value, by=by or indicator.accountable_manager)


def said(indicator, value, *, by):
    revision, _ = submit_result(
        indicator=indicator,
        quarter=Q1,
        given=ResultGiven(value=value_of(value)),
        today=TODAY,
        by=by,
    )
    return revision.result


def value_of(text):
    from decimal import Decimal

    return Decimal(text)


def approve(*results, stage=Stage.DIVISION, by, **also):
    return approve_results(results=results, stage=stage, by=by, today=TODAY, **also)


def state(result):
    return Result.objects.get(pk=result.pk).state


def approved(result, director, above):
    approve(result, by=director)
    approve(result, stage=Stage.DIRECTORATE, by=above)
    return result


def test_a_division_approves_all_at_once_and_each_is_recorded(division, director, above):
    results = [submitted(division) for _ in range(3)]

    signed = approve(*results, by=director)

    assert [state(each) for each in results] == [ResultState.DIVISION_APPROVED] * 3
    assert len(signed) == SignOff.objects.count() == 3
    events = AuditEvent.objects.filter(act="approved result")
    assert {event.subject_key for event in events} == {str(each.pk) for each in results}
    assert {(e.actor, e.detail["stage"], e.detail["revision"]) for e in events} == {
        (director, "division", 1)
    }


def test_the_directorate_follows_the_division_and_then_it_is_locked(division, director, above):
    result = approved(submitted(division), director, above)

    assert state(result) == ResultState.APPROVED
    with pytest.raises(Locked):
        said(result.indicator, "91", by=result.indicator.accountable_manager)
    assert Revision.objects.count() == 1


def test_approving_again_changes_nothing(division, director, above):
    result = submitted(division)
    approve(result, by=director)

    assert approve(result, by=director) == []
    assert SignOff.objects.count() == 1
    assert AuditEvent.objects.filter(act="approved result").count() == 1


def test_all_or_none(division, director, above):
    mine, anothers = submitted(division), submitted(UnitFactory(tier="division"))

    with pytest.raises(CannotSign, match=anothers.indicator.reference):
        approve(mine, anothers, by=director)

    assert state(mine) == ResultState.SUBMITTED
    assert not SignOff.objects.exists()
    assert not AuditEvent.objects.filter(act="approved result").exists()


def test_every_result_that_refuses_is_named(division, director, above):
    results = [submitted(division) for _ in range(2)]

    with pytest.raises(CannotSign) as refusal:
        approve(*results, by=UserFactory())

    assert all(each.indicator.reference in str(refusal.value) for each in results)


def test_the_approver_is_never_the_submitter(division, director, above):
    another = holder(PostKind.DIRECTOR, unit=division)
    result = submitted(division, by=director)

    with pytest.raises(CannotSign, match="you submitted it"):
        approve(result, by=director)

    approve(result, by=another)
    assert state(result) == ResultState.DIVISION_APPROVED


def test_nor_is_it_the_person_on_whose_behalf_it_was_submitted(division, director, above):
    holder(PostKind.DIRECTOR, unit=division)
    result = submitted(division)
    with unguarded(Revision):
        Revision.objects.update(on_behalf_of=director)

    with pytest.raises(CannotSign, match="submitted for you"):
        approve(result, by=director)


def test_a_directors_own_figure_is_signed_by_the_directorate_alone(division, director, above):
    result = submitted(division, by=director)

    approve(result, stage=Stage.DIRECTORATE, by=above)

    assert state(result) == ResultState.APPROVED


def test_the_councils_own_is_signed_by_a_managing_director(sorp_in_force):
    council = CouncilFactory()
    result = submitted(council)

    approve(result, stage=Stage.DIRECTORATE, by=holder(PostKind.MANAGING_DIRECTOR, unit=council))

    assert state(result) == ResultState.APPROVED


def test_a_director_whose_post_ended_signs_no_more(division, director, above):
    result = submitted(division)
    director.appointments.update(ends_on=TODAY - timedelta(days=1))

    with pytest.raises(CannotSign):
        approve(result, by=director)


def test_what_was_corrected_since_it_was_seen_is_not_approved(division, director, above):
    result = submitted(division)
    said(result.indicator, "86", by=result.indicator.accountable_manager)

    with pytest.raises(CorrectedMeanwhile, match="Look again"):
        approve(result, by=director, revisions_seen={result.pk: 1})

    assert approve(result, by=director, revisions_seen={result.pk: 2})


def test_to_return_says_what_to_mend_and_a_notice_is_owed(division, director, above):
    result = submitted(division)

    signed = return_result(
        result=result, stage=Stage.DIVISION, comment=" The June figure is May’s. ", by=director
    )

    assert signed.comment == "The June figure is May’s."
    assert state(result) == ResultState.RETURNED
    notice = Notice.objects.get(key__startswith="returned-")
    assert notice.recipient == result.indicator.accountable_manager
    assert "The June figure is May’s." in notice.body
    event = AuditEvent.objects.get(act="returned result")
    assert (event.actor, event.detail["comment"]) == (director, "The June figure is May’s.")


def test_a_deputy_who_entered_it_is_told_too(division, director, above):
    deputy = holder(PostKind.DEPUTY, unit=division)
    result = submitted(division, by=deputy)

    return_result(result=result, stage=Stage.DIVISION, comment="Wrong month", by=director)

    told = {notice.recipient for notice in Notice.objects.filter(key__startswith="returned-")}
    assert told == {deputy, result.indicator.accountable_manager}


@pytest.mark.parametrize("comment", ["", "   "])
def test_a_return_without_a_comment_is_refused(division, director, above, comment):
    result = submitted(division)

    with pytest.raises(CannotSign, match="Say what needs to be corrected"):
        return_result(result=result, stage=Stage.DIVISION, comment=comment, by=director)

    assert state(result) == ResultState.SUBMITTED
    assert not Notice.objects.filter(key__startswith="returned-").exists()


def test_the_directorate_returns_what_the_division_approved(division, director, above):
    result = submitted(division)
    approve(result, by=director)

    return_result(result=result, stage=Stage.DIRECTORATE, comment="Say why", by=above)

    assert state(result) == ResultState.RETURNED


def test_what_is_approved_is_not_returned(division, director, above):
    result = approved(submitted(division), director, above)

    with pytest.raises(CannotSign, match="Dora Directorate approved it at"):
        return_result(result=result, stage=Stage.DIRECTORATE, comment="Too late", by=above)


def test_what_was_returned_and_said_again_begins_at_the_foot(division, director, above):
    result = submitted(division)
    approve(result, by=director)
    return_result(result=result, stage=Stage.DIRECTORATE, comment="Say why", by=above)

    said(result.indicator, "86", by=result.indicator.accountable_manager)

    assert state(result) == ResultState.SUBMITTED
    assert approved(result, director, above)
    assert state(result) == ResultState.APPROVED


def test_one_person_may_change_what_is_unlocked_and_only_until_then(
    division, director, above, officer, in_july
):
    result = approved(submitted(division), director, above)
    manager = result.indicator.accountable_manager
    deputy = holder(PostKind.DEPUTY, unit=division)
    in_july.shift(timedelta(minutes=1))

    unlock(result, manager, officer)

    result.refresh_from_db()
    assert may_change(result=result, by=manager)
    assert not may_change(result=result, by=deputy)
    assert not may_change(result=result, by=None)
    with pytest.raises(Locked):
        said(result.indicator, "91", by=deputy)
    in_july.shift(timedelta(hours=3))
    with pytest.raises(Locked):
        said(result.indicator, "91", by=manager)


def unlock(result, granted_to, officer, *, hours=2, reason="Late invoices"):
    return unlock_result(
        result=result,
        granted_to=granted_to,
        reason=reason,
        expires_at=now() + timedelta(hours=hours),
        by=officer,
    )


def test_an_unlock_is_recorded_told_and_used_up_by_the_next_approval(
    division, director, above, officer, in_july
):
    result = approved(submitted(division), director, above)
    manager = result.indicator.accountable_manager
    in_july.shift(timedelta(minutes=1))
    unlock(result, manager, officer, hours=48)

    said(result.indicator, "91", by=manager)
    assert state(result) == ResultState.SUBMITTED
    in_july.shift(timedelta(minutes=1))
    approved(result, director, above)

    with pytest.raises(Locked):
        said(result.indicator, "92", by=manager)
    event = AuditEvent.objects.get(act="unlocked result")
    assert (event.actor, event.detail["granted_to"]) == (officer, manager.name)
    assert Notice.objects.get(key__startswith="unlocked-").recipient == manager


@pytest.mark.parametrize("who", ["director", "manager", "nobody"])
def test_only_a_performance_officer_unlocks(division, director, above, who):
    result = approved(submitted(division), director, above)
    manager = result.indicator.accountable_manager
    by = {"director": director, "manager": manager, "nobody": UserFactory()}[who]

    with pytest.raises(CannotUnlock, match="Ask a performance officer"):
        unlock(result, holder(PostKind.DEPUTY, unit=division), by)

    assert not Unlock.objects.exists()


def test_nobody_unlocks_for_themselves(division, director, above, officer):
    result = approved(submitted(division), director, above)

    with pytest.raises(CannotUnlock, match="yourself"):
        unlock(result, officer, officer)


@pytest.mark.parametrize(
    ("hours", "reason", "told"),
    [(0, "Late", "in the future"), (24 * 15, "Late", "14 days"), (2, " ", "Say why")],
)
def test_an_unlock_is_short_and_says_why(division, director, above, officer, hours, reason, told):
    result = approved(submitted(division), director, above)

    with pytest.raises(CannotUnlock, match=told):
        unlock(result, result.indicator.accountable_manager, officer, hours=hours, reason=reason)


def test_what_is_not_locked_needs_no_unlocking(division, officer):
    result = submitted(division)

    with pytest.raises(CannotUnlock, match="not locked"):
        unlock(result, result.indicator.accountable_manager, officer)


def test_who_does_not_answer_for_it_is_given_no_exception(division, director, above, officer):
    result = approved(submitted(division), director, above)

    with pytest.raises(CannotUnlock, match="does not answer"):
        unlock(result, UserFactory(), officer)


def test_nobody_is_given_the_same_exception_twice(division, director, above, officer, in_july):
    result = approved(submitted(division), director, above)
    in_july.shift(timedelta(minutes=1))
    unlock(result, result.indicator.accountable_manager, officer)

    with pytest.raises(CannotUnlock, match="already"):
        unlock(result, result.indicator.accountable_manager, officer)


def test_a_closed_quarter_is_revised_and_not_unlocked(division, director, above, officer):
    result = approved(submitted(division), director, above)
    close_quarter(quarter=Q1, today=TODAY, by=None)

    with pytest.raises(CannotUnlock, match="revise its result instead"):
        unlock(result, result.indicator.accountable_manager, officer)


def test_a_revision_after_close_waits_to_be_signed_off_again(division, director, above, officer):
    result = approved(submitted(division), director, above)
    close_quarter(quarter=Q1, today=TODAY, by=None)

    revise_result(
        indicator=result.indicator,
        quarter=Q1,
        given=ResultGiven(value=value_of("70")),
        reason="Recounted",
        by=officer,
    )

    assert state(result) == ResultState.SUBMITTED
    assert approved(result, director, above)


def test_the_close_tells_how_many_are_not_signed_off(division, director, above):
    approved(submitted(division), director, above)
    submitted(division)
    returned = submitted(division)
    return_result(result=returned, stage=Stage.DIVISION, comment="Wrong month", by=director)

    closing = close_quarter(quarter=Q1, today=TODAY, by=None)

    assert closing.unsigned == 2
    assert "2 results were not signed off" in closing.sentence


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_director_who_corrects_and_approves_at_once_never_approves_their_own(
    division, director, above, at_once
):
    """Each races itself: three threads correct it, three approve. Whoever wins, nobody signs
    what they said themselves, and what was approved is what was last said."""
    holder(PostKind.DIRECTOR, unit=division)
    result = submitted(division)

    def act(number):
        if number % 2:
            return approve(Result.objects.get(pk=result.pk), by=director)
        return said(result.indicator, str(60 + number), by=director)

    outcomes = at_once(act)

    assert all(not isinstance(each, Exception) or isinstance(each, ValueError) for each in outcomes)
    for signed in SignOff.objects.select_related("revision"):
        assert signed.revision.submitted_by != signed.signed_by
    if ResultState(state(result)).is_locked:
        latest = Revision.objects.latest_ones().get(result=result)
        assert latest.sign_offs.filter(verdict="approved").exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_six_approvals_at_once_are_one(division, director, above, at_once):
    result = submitted(division)

    outcomes = at_once(lambda: approve(Result.objects.get(pk=result.pk), by=director))

    assert sum(len(each) for each in outcomes if isinstance(each, list)) == 1
    assert SignOff.objects.count() == 1
