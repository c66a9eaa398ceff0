"""People: who answers for what, leavers' indicators moved, deputies between days."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from indicators.models.definitions import Suspension
from indicators.queries.accountability import disowned, leavers
from indicators.queries.calendar import unowned_indicators
from indicators.services.accountability import attest, reassign_indicators
from indicators.services.calendar import begin_quarter
from organisation.models.people import Appointment
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, UnitFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
TODAY = date(2011, 7, 4)


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-04 10:00 +0100", tick=False):
        yield


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER)


@pytest.fixture
def leaver(officer):
    """A manager of three indicators whose post ended yesterday."""
    manager = holder(PostKind.ACCOUNTABLE_MANAGER, name="Lena Leaver")
    for number in range(3):
        IndicatorFactory(reference=f"L-{number}", accountable_manager=manager)
    Appointment.objects.filter(user=manager).update(ends_on=TODAY - timedelta(days=1))
    return manager


@pytest.fixture
def successor(officer):
    return holder(PostKind.ACCOUNTABLE_MANAGER, name="Sam Successor")


def owners(*references):
    from indicators.models.definitions import Indicator

    rows = Indicator.objects.filter(reference__in=references)
    return {row.reference: row.accountable_manager.name for row in rows}


def move(leaver, successor, by, *, references=None, reason="Lena has left"):
    return reassign_indicators(
        from_user=leaver, to_user=successor, references=references, reason=reason, by=by
    )


# Moving, as a service


def test_all_of_a_leavers_indicators_are_moved_each_on_record_and_the_new_manager_told(
    officer, leaver, successor
):
    moved = move(leaver, successor, officer)

    assert [each.reference for each in moved] == ["L-0", "L-1", "L-2"]
    assert set(owners("L-0", "L-1", "L-2").values()) == {"Sam Successor"}
    events = AuditEvent.objects.filter(act="moved indicator")
    assert {(each.detail["reference"], each.detail["was"]) for each in events} == {
        (f"L-{number}", "Lena Leaver") for number in range(3)
    }
    notice = Notice.objects.get(recipient=successor)
    assert notice.subject == "You are now accountable for 3 indicators"
    assert "L-1 " in notice.body


def test_only_those_named_are_moved(officer, leaver, successor):
    move(leaver, successor, officer, references=["L-1"])

    assert owners("L-0", "L-1") == {"L-0": "Lena Leaver", "L-1": "Sam Successor"}


@pytest.mark.parametrize(
    ("to", "references", "reason", "told"),
    [
        (
            lambda: holder(PostKind.STAFF, name="Stef Staff"),
            None,
            "Left",
            "Stef Staff does not hold",
        ),
        (lambda: holder(PostKind.DIRECTOR), None, "Left", "does not hold an accountable manager"),
        (
            lambda: holder(PostKind.ACCOUNTABLE_MANAGER, is_active=False),
            None,
            "Left",
            "does not hold",
        ),
        (lambda: holder(PostKind.ACCOUNTABLE_MANAGER), None, " ", "Say why"),
        (lambda: holder(PostKind.ACCOUNTABLE_MANAGER), ["L-9"], "Left", "L-9: not an indicator of"),
        (lambda: holder(PostKind.ACCOUNTABLE_MANAGER), ["L-0", "L-9"], "Left", "L-9: not an"),
        (lambda: holder(PostKind.ACCOUNTABLE_MANAGER), [], "Left", "Select which"),
    ],
)
def test_a_move_that_cannot_be_is_refused_whole(officer, leaver, to, references, reason, told):
    with pytest.raises(ValueError, match=told):
        move(leaver, to(), officer, references=references, reason=reason)

    assert set(owners("L-0", "L-1", "L-2").values()) == {"Lena Leaver"}
    assert not Notice.objects.exists()


def test_nobody_is_moved_to_themselves(officer, successor):
    IndicatorFactory(accountable_manager=successor)

    with pytest.raises(ValueError, match="already"):
        move(successor, successor, officer)


@pytest.mark.parametrize("count", [1, 20])
def test_moving_takes_the_same_for_one_and_for_twenty(
    officer, successor, django_assert_max_num_queries, count
):
    old = holder(PostKind.ACCOUNTABLE_MANAGER)
    for _ in range(count):
        IndicatorFactory(accountable_manager=old)

    with django_assert_max_num_queries(11):
        move(old, successor, officer)


# Moving, on the page


def move_address(user):
    return f"{reverse('move_indicators')}?from={user.pk}"


def test_a_move_is_looked_over_and_then_confirmed(client, officer, leaver, successor):
    client.force_login(officer)
    typed = {"references": ["L-0", "L-2"], "to_user": successor.pk, "reason": "Lena has left"}

    preview = client.post(move_address(leaver), typed)

    page = preview.content.decode()
    assert "Check the move" in page
    assert "L-0" in page
    assert "L-1" not in page
    assert set(owners("L-0", "L-2").values()) == {"Lena Leaver"}

    answer = client.post(move_address(leaver), typed | {"confirmed": "yes"}, follow=True)

    assert "2 indicators moved from Lena Leaver to Sam Successor" in answer.content.decode()
    assert owners("L-0", "L-1", "L-2") == {
        "L-0": "Sam Successor",
        "L-1": "Lena Leaver",
        "L-2": "Sam Successor",
    }


def test_confirming_twice_moves_once_and_says_what_is_wrong(client, officer, leaver, successor):
    client.force_login(officer)
    typed = {
        "references": ["L-0"],
        "to_user": successor.pk,
        "reason": "Lena has left",
        "confirmed": "yes",
    }
    client.post(move_address(leaver), typed)

    again = client.post(move_address(leaver), typed)

    assert "L-0 is no longer theirs" in again.content.decode()
    assert AuditEvent.objects.filter(act="moved indicator").count() == 1


def test_one_may_go_back_from_the_preview_with_everything_kept(client, officer, leaver, successor):
    client.force_login(officer)

    page = client.post(
        move_address(leaver),
        {
            "references": ["L-2"],
            "to_user": successor.pk,
            "reason": "Because of this",
            "change": "yes",
        },
    ).content.decode()

    assert "Because of this" in page
    assert page.count("checked") == 1
    assert f'value="{successor.pk}" selected' in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"references": []}, "Select the indicators to move"),
        ({"to_user": ""}, "Select who answers for them from now on"),
        ({"to_user": "999999"}, "they hold an accountable manager’s post today"),
        ({"reason": ""}, "Say why they are moved"),
        ({"references": ["X-1"]}, "X-1 is no longer theirs"),
    ],
)
def test_a_move_badly_filled_in_is_refused_in_words_and_nothing_is_lost(
    client, officer, leaver, successor, typed, told
):
    client.force_login(officer)
    whole = {"references": ["L-1"], "to_user": successor.pk, "reason": "My long reason"}

    page = client.post(move_address(leaver), whole | typed | {"confirmed": "yes"}).content.decode()

    assert told in page
    assert ("My long reason" in page) is ("reason" not in typed)
    assert set(owners("L-0", "L-1", "L-2").values()) == {"Lena Leaver"}


@pytest.mark.parametrize("asked", ["", "x", "0", "²"])
def test_moving_from_nobody_leads_nowhere(client, officer, asked):
    client.force_login(officer)

    assert client.get(reverse("move_indicators"), {"from": asked}).status_code == 404


# The page


def test_the_page_names_the_unowned_the_leavers_and_the_deputies(client, officer, leaver):
    holder(PostKind.DEPUTY, name="Dee Deputy")
    client.force_login(officer)

    page = client.get(reverse("people")).content.decode()

    for words in ("L-0", "Lena Leaver", "Has left the post", "3 July 2011", "Dee Deputy"):
        assert words in page
    assert move_address(leaver) in page


@pytest.mark.parametrize(
    ("ends_on", "is_active", "standing"),
    [
        (None, True, None),
        (date(2011, 7, 3), True, "Has left the post"),
        (date(2011, 7, 4), True, "Leaves the post"),  # today is their last
        (date(2011, 9, 2), True, "Leaves the post"),  # in sixty days
        (date(2011, 9, 3), True, None),
        (None, False, "May no longer sign in"),
    ],
)
def test_who_is_a_leaver(officer, ends_on, is_active, standing):
    manager = IndicatorFactory().accountable_manager
    Appointment.objects.filter(user=manager).update(ends_on=ends_on)
    manager.is_active = is_active
    manager.save()

    found = leavers(on=TODAY)

    assert [each.status for each in found] == ([standing] if standing else [])
    assert [each.indicators for each in found] == ([1] if standing else [])


def test_somebody_who_moved_from_one_managers_post_to_another_is_no_leaver(officer):
    indicator = IndicatorFactory()
    Appointment.objects.filter(user=indicator.accountable_manager).update(ends_on=TODAY)
    holding = holder(PostKind.ACCOUNTABLE_MANAGER)
    Appointment.objects.filter(user=holding).update(user=indicator.accountable_manager)

    assert leavers(on=TODAY) == ()
    assert unowned_indicators(Q1) == []


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_asks_the_same_of_the_database_for_one_and_for_twenty(
    client, officer, django_assert_max_num_queries, count
):
    for _ in range(count):
        indicator = IndicatorFactory()
        Appointment.objects.filter(user=indicator.accountable_manager).update(ends_on=TODAY)
        IndicatorFactory(accountable_manager=UserFactory())
        holder(PostKind.DEPUTY)
    client.force_login(officer)

    with django_assert_max_num_queries(14):
        client.get(reverse("people"))


def test_what_a_manager_says_is_not_theirs_is_shown_until_it_is_moved(client, officer, successor):
    indicator = IndicatorFactory()
    begin_quarter(quarter=Q1, cabinet_meets_on=date(2011, 9, 19), today=TODAY, by=officer)
    manager = indicator.accountable_manager
    attest(quarter=Q1, by=manager, today=TODAY, not_mine=[indicator.reference])
    client.force_login(officer)

    assert [each.indicator for each in disowned()] == [indicator]
    assert "Managers say these are not theirs" in client.get(reverse("people")).content.decode()

    move(manager, successor, officer)

    assert disowned() == ()
    assert "Managers say these are not theirs" not in client.get(reverse("people")).content.decode()


# Deputies


def a_deputy(person, unit, typed=None):
    return {
        "person": person.pk,
        "unit": unit.pk,
        "starts_on_day": "1",
        "starts_on_month": "8",
        "starts_on_year": "2011",
        "ends_on_day": "31",
        "ends_on_month": "8",
        "ends_on_year": "2011",
    } | (typed or {})


def test_a_deputy_stands_in_between_two_days(client, officer):
    person, unit = holder(PostKind.STAFF, name="Dee Deputy"), UnitFactory()
    indicator = IndicatorFactory(unit=unit)
    client.force_login(officer)

    answer = client.post(reverse("appoint_deputy"), a_deputy(person, unit), follow=True)

    assert "Dee Deputy deputises for" in answer.content.decode()
    held = Appointment.objects.get(post__kind=PostKind.DEPUTY)
    assert (held.starts_on, held.ends_on) == (date(2011, 8, 1), date(2011, 8, 31))
    from indicators.models.definitions import Indicator

    may_answer = {}
    for moment in ("2011-07-31", "2011-08-01", "2011-08-31", "2011-09-01"):
        with time_machine.travel(f"{moment} 23:30 +0100", tick=False):  # late, in summer time
            fresh = type(person).objects.get(pk=person.pk)
            may_answer[moment] = indicator in Indicator.objects.answerable_by(fresh)
    assert may_answer == {
        "2011-07-31": False,
        "2011-08-01": True,
        "2011-08-31": True,
        "2011-09-01": False,
    }


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"person": ""}, "Select who deputises"),
        ({"unit": ""}, "Select the unit"),
        ({"ends_on_month": "7"}, "The last day must be the same as or after the first day"),
        ({"starts_on_day": "0"}, "Enter the first day as a real day"),
        ({"ends_on_day": "", "ends_on_month": "", "ends_on_year": ""}, "Enter the last day"),
    ],
)
def test_a_deputy_badly_filled_in_is_refused_in_words_and_nothing_is_lost(
    client, officer, typed, told
):
    person, unit = holder(PostKind.STAFF), UnitFactory()
    client.force_login(officer)

    page = client.post(reverse("appoint_deputy"), a_deputy(person, unit, typed)).content.decode()

    assert told in page
    assert 'value="2011"' in page
    assert not Appointment.objects.filter(post__kind=PostKind.DEPUTY).exists()


def test_the_same_deputy_twice_at_once_is_refused(client, officer):
    person, unit = holder(PostKind.STAFF), UnitFactory()
    client.force_login(officer)
    client.post(reverse("appoint_deputy"), a_deputy(person, unit))

    page = client.post(reverse("appoint_deputy"), a_deputy(person, unit)).content.decode()

    assert "already holds the post" in page
    assert Appointment.objects.filter(post__kind=PostKind.DEPUTY).count() == 1


def test_an_elected_member_cannot_be_chosen(client, officer):
    member, unit = holder(PostKind.MEMBER), UnitFactory()
    client.force_login(officer)

    page = client.post(reverse("appoint_deputy"), a_deputy(member, unit)).content.decode()

    assert "Select who deputises from the list" in page


@pytest.mark.parametrize(
    ("day", "told"), [("4", None), ("31", "as a real day"), ("", "as a real day")]
)
def test_a_deputys_last_day_is_set(client, officer, day, told):
    deputy = holder(PostKind.DEPUTY)
    held = Appointment.objects.get(user=deputy)
    client.force_login(officer)

    answer = client.post(
        reverse("end_deputy", args=[held.pk]),
        {"ends_on_day": day, "ends_on_month": "9" if told else "7", "ends_on_year": "2011"},
    )

    held.refresh_from_db()
    if told:
        assert told in answer.content.decode()
        assert held.ends_on is None
    else:
        assert held.ends_on == TODAY


def test_a_deputy_cannot_end_before_they_began(client, officer):
    held = Appointment.objects.get(user=holder(PostKind.DEPUTY))
    client.force_login(officer)

    page = client.post(
        reverse("end_deputy", args=[held.pk]),
        {"ends_on_day": "1", "ends_on_month": "1", "ends_on_year": "2001"},
    ).content.decode()

    assert "cannot be before the first" in page


def test_only_a_deputys_appointment_is_ended_here(client, officer):
    director = Appointment.objects.get(user=holder(PostKind.DIRECTOR))
    client.force_login(officer)

    assert client.get(reverse("end_deputy", args=[director.pk])).status_code == 404


# Suspending


def test_an_unowned_indicator_is_suspended_from_the_page(client, officer, leaver):
    client.force_login(officer)
    typed = {"from_quarter": "2011-Q1", "reason": "Under review", "approved_by": "Cabinet"}

    client.post(reverse("suspend_indicator", args=["L-0"]), typed)

    assert Suspension.objects.get().indicator.reference == "L-0"
    assert [each.reference for each in unowned_indicators(Q1)] == ["L-1", "L-2"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"until_quarter": "2011-Q1", "from_quarter": "2011-Q2"}, "Select Q2 2011/12 or a later"),
        ({"reason": ""}, "Say why it is not measured"),
        ({"approved_by": ""}, "Enter who agreed to it"),
    ],
)
def test_a_suspension_badly_filled_in_is_refused_in_words(client, officer, leaver, typed, told):
    client.force_login(officer)
    whole = {"from_quarter": "2011-Q1", "reason": "Under review", "approved_by": "Cabinet"}

    page = client.post(reverse("suspend_indicator", args=["L-0"]), whole | typed).content.decode()

    assert told in page
    assert not Suspension.objects.exists()


def test_who_may_look_after_people(client, officer, leaver):
    held = Appointment.objects.get(user=holder(PostKind.DEPUTY))
    pages = [
        reverse("people"),
        move_address(leaver),
        reverse("appoint_deputy"),
        reverse("end_deputy", args=[held.pk]),
        reverse("suspend_indicator", args=["L-0"]),
    ]
    people = {
        "nobody": (None, 302),
        "without a post": (UserFactory(), 403),
        "a Member": (holder(PostKind.MEMBER), 403),
        "a manager": (holder(PostKind.ACCOUNTABLE_MANAGER), 403),
        "a deputy": (held.user, 403),
        "a director": (holder(PostKind.DIRECTOR), 403),
        "the managing director": (holder(PostKind.MANAGING_DIRECTOR), 403),
        "a performance officer": (officer, 200),
    }
    for name, (person, status) in people.items():
        client.logout()
        if person:
            client.force_login(person)
        assert {client.get(page).status_code for page in pages} == {status}, name
