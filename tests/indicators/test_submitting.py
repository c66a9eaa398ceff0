"""A return is checked, then submitted once: all of it or none, whoever presses how often."""

from datetime import date
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from indicators.models.calendar import CalendarDay
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.models.returns import Draft, Submission
from indicators.queries.returns import my_return
from indicators.rules.entry import ResultGiven
from indicators.services.drafts import EditConflict, save_draft
from indicators.services.results import NotReady, submit_result, submit_return
from organisation.models.people import User
from organisation.rules import PostKind
from sorp.lexicon import Frequency
from tests.factories import IndicatorFactory, TargetFactory, UnitFactory, holder

Q1 = Quarter(2011, 1)
TODAY = date(2011, 7, 20)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def answerer(sorp_in_force):
    unit = UnitFactory()
    return holder(PostKind.ACCOUNTABLE_MANAGER, unit=unit)


def owned(answerer, how_many=1, **fields):
    unit = answerer.appointments.get().post.unit
    return [
        TargetFactory(
            indicator=IndicatorFactory(accountable_manager=answerer, unit=unit, **fields)
        ).indicator
        for _ in range(how_many)
    ]


def draft(indicator, *, is_complete=True, version=0, by=None, **typed):
    return save_draft(
        indicator=indicator,
        quarter=Q1,
        typed={"value": "92", "confidence": "final", "seen": "0"} | typed,
        version=version,
        is_complete=is_complete,
        by=by or indicator.accountable_manager,
    )


def submit(answerer, *indicators, token=None, **rest):
    return submit_return(
        quarter=Q1,
        references=[each.reference for each in indicators],
        token=token or uuid4(),
        today=TODAY,
        by=answerer,
        **rest,
    )


def sheet(answerer):
    return my_return(user=answerer, quarter=Q1, today=TODAY)


def words(answerer):
    return [row.state.label for row in sheet(answerer).rows]


def test_drafts_become_results_and_are_recorded_as_one_submission(answerer):
    first, second = owned(answerer, 2)
    draft(first)
    draft(second, value="70", management_action="More staff")

    submission = submit(answerer, first, second)

    assert submission.results == 2
    assert {rating.rag for rating in Rating.objects.all()} == {"green", "red"}
    assert not Draft.objects.exists()
    event = AuditEvent.objects.get(act="submitted return")
    assert event.detail["references"] == [first.reference, second.reference]
    assert AuditEvent.objects.filter(act="submitted result").count() == 2


def test_the_same_token_again_is_the_same_submission(answerer):
    (indicator,) = owned(answerer)
    draft(indicator)
    token = uuid4()

    first, again = (submit(answerer, indicator, token=token) for _ in range(2))

    assert first == again
    assert Submission.objects.count() == Revision.objects.count() == 1


def test_somebody_elses_token_submits_nothing(answerer):
    (indicator,) = owned(answerer)
    draft(indicator)
    token = uuid4()
    submit(answerer, indicator, token=token)

    with pytest.raises(NotReady, match="somebody else"):
        submit(holder(PostKind.PERFORMANCE_OFFICER), indicator, token=token)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ({"is_complete": False}, "Say first that you have completed it"),
        ({"value": "ninety"}, "as a number"),
        ({"value": "70"}, "Say what is being done about it"),
        ({"confidence": ""}, "how firm"),
    ],
)
def test_where_one_cannot_be_submitted_none_is(answerer, spoil, told):
    first, second = owned(answerer, 2)
    draft(first)
    draft(second, **spoil)

    with pytest.raises(NotReady, match=told) as refused:
        submit(answerer, first, second)

    assert list(refused.value.problems) == [second.reference]
    assert not Revision.objects.exists()
    assert not Submission.objects.exists()
    assert Draft.objects.count() == 2


def test_nothing_is_submitted_where_there_is_nothing(answerer):
    with pytest.raises(NotReady, match="Complete an indicator first"):
        submit(answerer)
    with pytest.raises(NotReady, match="nothing left to submit"):
        submit(answerer, *owned(answerer))


def test_what_was_changed_since_it_was_checked_is_not_submitted_unseen(answerer):
    (indicator,) = owned(answerer)
    checked = draft(indicator)
    draft(indicator, value="91", version=checked.version)

    with pytest.raises(NotReady, match="check it again"):
        submit(answerer, indicator, versions={indicator.reference: checked.version})


def test_a_draft_that_somebody_overtook_is_a_problem_and_not_submitted(answerer):
    (indicator,) = owned(answerer)
    draft(indicator)
    submit_result(
        indicator=indicator,
        quarter=Q1,
        given=ResultGiven(value=Decimal(50)),
        today=TODAY,
        by=None,
    )

    assert words(answerer) == ["There is a problem"]
    with pytest.raises(NotReady, match="Somebody else submitted"):
        submit(answerer, indicator)
    assert Revision.objects.get().value == 50


@pytest.mark.parametrize(
    ("tier_due", "default_due", "late"),
    [("2011-07-19", None, True), ("2011-07-20", "2011-07-01", False), (None, "2011-07-19", True)],
)
def test_a_result_is_late_after_the_day_on_which_its_tier_was_due(
    answerer, tier_due, default_due, late
):
    (indicator,) = owned(answerer)
    for tier, day in ((indicator.tier, tier_due), ("", default_due)):
        if day:
            CalendarDay.objects.create(
                quarter=Q1, step="entry", tier=tier, due_on=date.fromisoformat(day)
            )
    draft(indicator)

    submit(answerer, indicator)

    assert Revision.objects.get().late is late


def test_the_list_says_how_far_each_has_got(answerer):
    started, done, submitted, untouched = owned(answerer, 4)
    owned(answerer, frequency=Frequency.ANNUAL)  # not due, so not asked
    draft(started, is_complete=False)
    draft(done)
    draft(submitted)
    submit(answerer, submitted)

    mine = sheet(answerer)

    assert words(answerer) == ["In progress", "Completed", "Completed", "Not started"]
    assert (mine.completed, mine.submitted, len(mine.ready)) == (2, 1, 1)
    assert mine.after(started.reference).indicator == untouched
    assert mine.after(untouched.reference).indicator == started


def test_before_the_quarter_ends_nothing_can_be_started(answerer):
    owned(answerer)

    later = my_return(user=answerer, quarter=Quarter(2011, 2), today=TODAY)

    assert [row.state.label for row in later.rows] == ["Cannot start yet"]


def test_the_centre_sees_what_it_began_for_others_and_not_everybodys(answerer):
    begun, _ = owned(answerer, 2)
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    draft(begun, by=officer)

    assert [row.indicator for row in sheet(officer).rows] == [begun]


@pytest.mark.parametrize("how_many", [1, 20])
def test_a_return_takes_as_many_queries_for_one_as_for_twenty(
    answerer, how_many, django_assert_num_queries
):
    for indicator in owned(answerer, how_many):
        draft(indicator)
    reader = User.objects.get(pk=answerer.pk)

    with django_assert_num_queries(14):
        sheet(reader)


# The pages


@pytest.fixture
def signed_in(client, answerer):
    client.force_login(answerer)
    return client


def page(name):
    return reverse(name, args=[Q1.key])


def check(client):
    return client.get(page("check_return")).context["token"]


def test_the_return_that_is_asked_for_now_is_found_without_naming_it(signed_in):
    ReportingQuarter.objects.create(quarter=Q1)

    assert signed_in.get(reverse("returns")).url == page("my_return")


def test_nothing_is_submitted_without_a_check_and_the_refusal_is_kind(signed_in, answerer):
    (indicator,) = owned(answerer)
    draft(indicator)

    for sent in ({}, {"token": "x"}, {"token": str(uuid4())}):
        refused = signed_in.post(page("submit_return"), sent)
        assert refused.status_code == 409
        assert "Check your answers first" in refused.content.decode()
    assert not Submission.objects.exists()


def test_a_check_is_good_for_one_person_one_quarter_and_a_day(signed_in, answerer, client):
    (indicator,) = owned(answerer)
    draft(indicator)
    token = check(signed_in)
    elsewhere = signed_in.post(reverse("submit_return", args=["2010-Q4"]), {"token": token})
    with time_machine.travel("2011-07-21 11:00 +0000", tick=False):
        signed_in.force_login(answerer)
        too_late = signed_in.post(page("submit_return"), {"token": token})
    signed_in.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    by_another = signed_in.post(page("submit_return"), {"token": token})

    assert {each.status_code for each in (elsewhere, too_late, by_another)} == {409}
    assert not Submission.objects.exists()


def test_pressing_twice_is_one_submission_and_shows_the_same_page(signed_in, answerer):
    (indicator,) = owned(answerer)
    draft(indicator)
    token = {"token": check(signed_in)}

    first = signed_in.post(page("submit_return"), token)
    again = signed_in.post(page("submit_return"), token)
    back = signed_in.get(page("check_return"))

    assert first.url == again.url
    assert Submission.objects.count() == Revision.objects.count() == 1
    assert "Everything you have completed is submitted" in back.content.decode()


def test_the_confirmation_says_what_is_red_late_and_next(signed_in, answerer):
    red, green = owned(answerer, 2)
    director = holder(PostKind.DIRECTOR, unit=red.unit)
    CalendarDay.objects.create(quarter=Q1, step="entry", tier="", due_on=date(2011, 7, 18))
    CalendarDay.objects.create(quarter=Q1, step="directorate", tier="", due_on=date(2011, 7, 29))
    draft(red, value="70", management_action="More staff")
    draft(green)

    done = signed_in.post(
        page("submit_return"), {"token": check(signed_in)}, follow=True
    ).content.decode()

    for told in ("Red", "Green", "came after the due day", director.name, "Friday 29 July 2011"):
        assert told in done, told
    signed_in.force_login(holder(PostKind.ACCOUNTABLE_MANAGER))
    submission = Submission.objects.get()
    other = signed_in.get(reverse("return_submitted", args=[Q1.key, submission.token]))
    assert other.status_code == 404


def test_every_answer_can_be_changed_and_none_is_left_out(signed_in, answerer):
    (indicator,) = owned(answerer)
    draft(indicator, commentary="- one\n- two", value="", numerator="46", denominator="50")

    shown = signed_in.get(page("check_return")).content.decode()

    for told in ("92.0%", "46 of 50", "<li>one</li>", "Not provided", "Final", "Green"):
        assert told in shown, told
    for field in ("numerator and denominator", "context", "management action", "how firm"):
        assert f'Change<span class="govuk-visually-hidden"> {field} of' in shown


@pytest.mark.parametrize("how_many", [1, 20])
def test_the_check_takes_as_many_queries_for_one_as_for_twenty(
    signed_in, answerer, how_many, django_assert_max_num_queries
):
    for indicator in owned(answerer, how_many):
        draft(indicator)

    with django_assert_max_num_queries(19):
        signed_in.get(page("check_return"))


# At once


def _pressed(press):
    def once():
        return press()

    return once


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_return_pressed_five_times_at_once_is_submitted_once(answerer, at_once):
    forms = [(uuid4(), each) for each in owned(answerer, 20)]
    for _, indicator in forms:
        draft(indicator)

    for token, indicator in forms:
        press = partial(submit, answerer, indicator, token=token)
        answers = at_once(_pressed(press), 5)
        assert len({answer.pk for answer in answers}) == 1, answers

    assert Submission.objects.count() == Revision.objects.count() == Rating.objects.count() == 20


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_checks_of_one_return_one_is_submitted_and_the_other_told(answerer, at_once):
    (indicator,) = owned(answerer)
    draft(indicator)

    answers = at_once(lambda: submit(answerer, indicator))

    assert sum(isinstance(each, Submission) for each in answers) == 1
    assert sum(isinstance(each, NotReady) for each in answers) == 5
    assert Submission.objects.count() == Revision.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_ten_sessions_saving_one_result_lose_no_update_and_are_told_of_every_collision(
    answerer, at_once
):
    (indicator,) = owned(answerer)
    saves, sessions = 8, 10

    def session(number):
        kept, met, version = [], 0, 0
        for turn in range(saves):
            while len(kept) == turn:
                try:
                    saved = draft(
                        indicator, value=f"{number}-{turn}", is_complete=False, version=version
                    )
                except EditConflict as clash:
                    version, met = clash.saved.version, met + 1
                else:
                    version = saved.version
                    kept.append(version)
        return kept, met

    answers = at_once(session, sessions)

    versions = sorted(version for kept, _ in answers for version in kept)
    assert versions == list(range(versions[0], versions[0] + saves * sessions)), (
        "an update was lost"
    )
    assert Draft.objects.get().version == versions[-1]
    assert sum(met for _, met in answers) > 0, "ten sessions at once never met: this proves nothing"
