"""Consulting on a draft: opened, commented on, answered, closed, taken back."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from core.refusals import Refused
from sorp.models.clauses import Comment
from sorp.models.statement import Version
from sorp.queries.consultation import comments_on, people_bound
from sorp.rules.approval import shortest_consultation
from sorp.services.consultation import (
    answer_comment,
    back_to_draft,
    close_consultation,
    comment_on_version,
    open_consultation,
)
from tests.factories import UserFactory
from tests.sorp import people
from tests.sorp.versions import draft_like, version_like

pytestmark = pytest.mark.django_db
TODAY = date(2011, 10, 3)
UNTIL = date(2011, 10, 17)
Q4 = Quarter(2011, 4)
State = Version.State


@pytest.fixture
def officer():
    return people.officer(name="Olive Officer")


@pytest.fixture
def draft(sorp_in_force, officer):
    return draft_like(sorp_in_force, drafted_by=officer)


@pytest.fixture
def opened(draft, officer):
    return opening(draft, officer)


def opening(draft, officer, **how):
    how = {"from_quarter": Q4, "until": UNTIL, "today": TODAY} | how
    return open_consultation(version=draft, by=officer, **how)


def commented(version, by, words="Why three quarters?", **how):
    how = {"clause": "9.1", "today": TODAY} | how
    return comment_on_version(version=version, words=words, by=by, **how)


# Opening


def test_a_draft_is_opened_for_comment_until_a_day_for_a_quarter(draft, officer):
    opened = opening(draft, officer)

    assert opened.state == State.CONSULTATION
    assert (opened.consulted_from, opened.consulted_until) == (TODAY, UNTIL)
    assert opened.from_quarter == Q4
    event = AuditEvent.objects.get(act="opened consultation on the SORP")
    assert event.actor == officer
    assert event.detail == {"until": "2011-10-17", "from_quarter": "2011-Q4"}


def test_those_whom_the_sorp_binds_are_told_once_each_and_members_are_not(draft, officer):
    manager = people.accountable_manager(name="Mina Manager")
    people.member(name="Max Member")
    people.accountable_manager(name="Left Long-ago", is_active=False)

    opening(draft, officer)

    told = Notice.objects.filter(key__startswith="sorp-consultation")
    assert {notice.recipient for notice in told} == {officer, manager}
    notice = told.get(recipient=manager)
    assert notice.subject == "Comment by 17 October 2011 on version 2 of the SORP"
    assert notice.address == "/sorp/versions/2/consultation/"


def test_who_was_told_a_last_day_is_told_of_another(draft, officer):
    back_to_draft(version=opening(draft, officer), reason="Typing errors", today=TODAY, by=officer)

    opening(draft, officer, until=date(2011, 10, 31))

    told = Notice.objects.filter(key__startswith="sorp-consultation", recipient=officer)
    assert {each.subject for each in told} == {
        "Comment by 17 October 2011 on version 2 of the SORP",
        "Comment by 31 October 2011 on version 2 of the SORP",
    }


def test_a_person_with_two_posts_is_told_once(officer):
    from organisation.rules import PostKind
    from tests.factories import AppointmentFactory, PostFactory

    AppointmentFactory(user=officer, post=PostFactory(kind=PostKind.DIRECTOR))

    assert people_bound(on=TODAY).count(officer) == 1


@pytest.mark.parametrize(
    ("how", "said", "field"),
    [
        ({"until": UNTIL - timedelta(days=1)}, "until 17 October 2011 or later", "until"),
        ({"until": TODAY - timedelta(days=400)}, "until 17 October 2011 or later", "until"),
        ({"from_quarter": Quarter(2011, 2)}, "ends before the consultation does", "from_quarter"),
        ({"from_quarter": Quarter(2010, 1)}, "ends before the consultation does", "from_quarter"),
    ],
)
def test_an_opening_is_refused_in_words(draft, officer, how, said, field):
    with pytest.raises(Refused, match=said) as refusal:
        opening(draft, officer, **how)

    assert refusal.value.field == field
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_no_two_versions_are_meant_for_one_quarter(sorp_in_force, draft, officer):
    version_like(sorp_in_force, from_quarter=Q4, number="1.1")

    with pytest.raises(Refused, match=r"Version 1.1 is in force from Q4 2011/12 already"):
        opening(draft, officer)


def test_a_draft_without_a_clause_is_not_consulted_on(draft, officer):
    draft.clauses.all().delete()

    with pytest.raises(Refused, match="no clauses yet"):
        opening(draft, officer)


def test_what_is_in_consultation_or_in_force_is_not_opened(opened, sorp_in_force, officer):
    for version, state in [(opened, "in consultation"), (sorp_in_force, "in force")]:
        with pytest.raises(Refused, match=f"is {state}: only a draft"):
            opening(version, officer)


@pytest.mark.parametrize(
    "who", [people.accountable_manager, people.member, people.managing_director]
)
def test_only_the_performance_team_opens_answers_closes_and_takes_back(opened, draft, who):
    person = who()
    comment = commented(opened, people.accountable_manager())
    acts = [
        lambda: opening(draft, person),
        lambda: answer_comment(
            comment=comment, words="Yes", led_to_change=False, today=TODAY, by=person
        ),
        lambda: close_consultation(version=opened, today=UNTIL, by=person),
        lambda: back_to_draft(version=opened, reason="Typing errors", today=TODAY, by=person),
    ]

    for act in acts:
        with pytest.raises(PermissionDenied):
            act()


# Commenting


def test_a_comment_is_named_and_stands_at_its_clause(opened):
    manager = people.accountable_manager(name="Mina Manager")

    comment = commented(opened, manager, "  Two would do.  ")

    assert list(comments_on(opened)) == [comment]
    assert (comment.author, comment.clause, comment.words) == (manager, "9.1", "Two would do.")
    assert AuditEvent.objects.get(act="commented on the SORP").actor == manager


@pytest.mark.parametrize("who", [people.member, people.accountable_manager, people.officer])
def test_every_reader_may_comment_on_a_clause_or_on_the_whole(opened, who):
    assert commented(opened, who(), clause="").clause == ""


def test_whoever_holds_no_post_may_not(opened):
    with pytest.raises(PermissionDenied):
        commented(opened, UserFactory())


def test_a_button_pressed_twice_says_it_once(opened):
    manager = people.accountable_manager()

    assert commented(opened, manager) == commented(opened, manager)
    assert Comment.objects.count() == 1
    assert AuditEvent.objects.filter(act="commented on the SORP").count() == 1


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"words": " \n "}, "Enter your comment"),
        ({"words": "x" * 4001}, "4,000 characters or fewer"),
        ({"words": "a\0b"}, "NUL"),
        ({"clause": "99"}, "no clause 99"),
        ({"today": UNTIL + timedelta(days=1)}, "ended on 17 October 2011"),
    ],
)
def test_a_comment_is_refused_in_words(opened, how, said):
    with pytest.raises(Refused, match=said):
        commented(opened, people.accountable_manager(), **how)

    assert not Comment.objects.exists()


def test_on_the_last_day_one_may_still_comment(opened):
    assert commented(opened, people.accountable_manager(), today=UNTIL)


@pytest.mark.parametrize("fixture", ["draft", "sorp_in_force"])
def test_what_is_not_in_consultation_is_not_commented_on(request, fixture):
    with pytest.raises(Refused, match="the time for comments is over"):
        commented(request.getfixturevalue(fixture), people.accountable_manager())


# Answering


def answered(comment, by, words="We keep three.", led_to_change=False):
    return answer_comment(
        comment=comment, words=words, led_to_change=led_to_change, today=TODAY, by=by
    )


def test_an_answer_says_who_gave_it_and_its_asker_is_told(opened, officer):
    manager = people.accountable_manager()

    answer = answered(commented(opened, manager), officer, "It is two now.", led_to_change=True)

    assert (answer.answer, answer.answered_by, answer.led_to_change) == (
        "It is two now.",
        officer,
        True,
    )
    assert answer.answered_at is not None
    notice = Notice.objects.get(key__startswith="sorp-answer")
    assert notice.recipient == manager
    assert "It led to a change." in notice.body
    assert notice.subject.startswith("Your comment on clause 9.1 of version 2 of the SORP")


def test_an_answer_is_written_anew_and_the_record_keeps_the_first(opened, officer):
    comment = commented(opened, people.accountable_manager())
    answered(comment, officer, "No.")
    answered(comment, officer, "No.")

    answered(comment, officer, "Yes, from next year.")

    events = AuditEvent.objects.filter(act="answered comment on the SORP")
    assert [each.detail["was"] for each in events.order_by("pk")] == ["", "No."]


def test_an_answer_that_changed_is_told_again_and_one_that_did_not_is_not(opened, officer):
    comment = commented(opened, people.accountable_manager())
    for hour, words in enumerate(["No.", "No.", "Yes.", "No."]):
        with time_machine.travel(f"2011-10-04 1{hour}:00", tick=False):
            answered(comment, officer, words)

    told = Notice.objects.filter(key__startswith="sorp-answer").order_by("pk")
    assert [each.body.split()[0] for each in told] == ["No.", "Yes.", "No."]
    assert [each.subject.endswith("is answered again") for each in told] == [False, True, True]


def test_a_comment_is_answered_while_its_version_is_a_draft_again(opened, officer):
    comment = commented(opened, people.accountable_manager())
    back_to_draft(version=opened, reason="To change clause 9.1", today=TODAY, by=officer)

    assert answered(comment, officer, led_to_change=True).led_to_change


def test_an_empty_answer_is_refused(opened, officer):
    with pytest.raises(Refused, match="Enter your answer"):
        answered(commented(opened, people.accountable_manager()), officer, " ")


# Closing and going back


def test_a_long_consultation_may_be_closed_once_the_promised_time_is_over(draft, officer):
    opened = opening(draft, officer, until=date(2011, 11, 30))
    with pytest.raises(Refused, match="promised until 17 October 2011"):
        close_consultation(version=opened, today=UNTIL, by=officer)

    closed = close_consultation(version=opened, today=date(2011, 10, 18), by=officer)

    assert closed.consulted_until == UNTIL
    with pytest.raises(Refused, match="ended on 17 October 2011"):
        commented(closed, people.accountable_manager(), today=date(2011, 10, 18))


def test_closing_twice_changes_nothing(opened, officer):
    later = date(2011, 11, 1)

    assert close_consultation(version=opened, today=later, by=officer).consulted_until == UNTIL
    assert not AuditEvent.objects.filter(act="closed consultation on the SORP").exists()


def test_a_draft_has_no_consultation_to_close(draft, officer):
    with pytest.raises(Refused, match="no consultation to close"):
        close_consultation(version=draft, today=TODAY, by=officer)


def test_going_back_to_draft_keeps_what_was_said_and_says_why(opened, officer):
    comment = commented(opened, people.accountable_manager())

    draft = back_to_draft(version=opened, reason="Clause 9.1", today=UNTIL, by=officer)

    assert draft.state == State.DRAFT
    assert list(comments_on(draft)) == [comment]
    assert (
        AuditEvent.objects.get(act="took the SORP back to draft").detail["reason"] == "Clause 9.1"
    )


def test_who_was_asked_to_comment_is_told_that_it_was_broken_off(opened, officer):
    asked = Notice.objects.filter(key__startswith="sorp-consultation")

    back_to_draft(version=opened, reason="Clause 9.1 is wrong", today=UNTIL, by=officer)

    told = Notice.objects.filter(key__startswith="sorp-broken-off")
    assert {each.recipient for each in told} == {each.recipient for each in asked} != set()
    assert all("Clause 9.1 is wrong" in each.body for each in told)


def test_a_consultation_that_has_run_its_course_is_not_broken_off(opened, officer):
    later = UNTIL + timedelta(days=1)

    back_to_draft(version=opened, reason="Clause 9.1 is wrong", today=later, by=officer)

    assert not Notice.objects.filter(key__startswith="sorp-broken-off").exists()


def test_going_back_needs_a_reason_and_a_consultation(opened, sorp_in_force, officer):
    with pytest.raises(Refused, match="Say why") as refusal:
        back_to_draft(version=opened, reason=" ", today=TODAY, by=officer)
    assert refusal.value.field == "reason"
    with pytest.raises(Refused, match="only a version in consultation"):
        back_to_draft(version=sorp_in_force, reason="Wrong", today=TODAY, by=officer)


def test_a_version_read_once_is_read_again_in_five_days(opened, officer):
    later = UNTIL + timedelta(days=3)
    draft = back_to_draft(version=opened, reason="Clause 9.1", today=later, by=officer)

    again = opening(draft, officer, today=later, until=later + timedelta(days=5))

    assert again.consulted_from == later


def test_a_consultation_broken_off_counts_for_nothing(opened, officer):
    back_to_draft(version=opened, reason="A page was missing", today=TODAY, by=officer)
    later = UNTIL + timedelta(days=30)

    with pytest.raises(Refused, match="30 November 2011 or later"):
        opening(opened, officer, today=later, until=later + timedelta(days=5))


def test_what_people_are_promised_at_the_least():
    assert shortest_consultation(consulted_before=False) == timedelta(days=14)
    assert shortest_consultation(consulted_before=True) == timedelta(days=5)
