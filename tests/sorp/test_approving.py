"""Approving a version, withdrawing that, and the day on which it comes into force."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from core.refusals import Refused
from organisation.rules import PostKind
from sorp import tasks
from sorp.models.conditions import TriggerRule
from sorp.models.statement import Authorship, Version
from sorp.queries.consultation import contradictions_in, obstacles_to_approval
from sorp.queries.ruling import version_ruling
from sorp.rules.approval import ApprovalRequest, earliest_quarter, requirements
from sorp.services.approval import approve_version, bring_into_force, withdraw_approval
from sorp.services.consultation import comment_on_version, open_consultation
from tests.factories import CouncilFactory, holder
from tests.sorp import people
from tests.sorp.versions import draft_like, version_like

pytestmark = pytest.mark.django_db
OPENED, UNTIL, TODAY = date(2011, 10, 3), date(2011, 10, 17), date(2011, 10, 20)
Q2, Q3, Q4 = Quarter(2011, 2), Quarter(2011, 3), Quarter(2011, 4)
State = Version.State


@pytest.fixture
def officer():
    return people.officer(name="Olive Officer")


@pytest.fixture
def director():
    return people.managing_director(name="Dinah Director")


@pytest.fixture
def consulted(sorp_in_force, officer):
    """A version on which consultation ended on 17 October 2011, meant for Q4 2011/12."""
    draft = draft_like(sorp_in_force, drafted_by=officer)
    return open_consultation(version=draft, from_quarter=Q4, until=UNTIL, today=OPENED, by=officer)


def approved(version, by, **how):
    how = {
        "from_quarter": Q4,
        "approved_on": TODAY,
        "note": "CMT, 20 October",
        "closed_until": Quarter(2011, 1),
        "today": TODAY,
    } | how
    return approve_version(version=version, by=by, **how)


# Approving


def test_an_approval_says_who_on_what_day_and_from_which_quarter(consulted, director):
    version = approved(consulted, director)

    assert (version.state, version.approved_by, version.approved_on) == (
        State.APPROVED,
        director,
        TODAY,
    )
    assert version.from_quarter == Q4
    event = AuditEvent.objects.get(act="approved version of the SORP")
    assert event.actor == director
    assert event.detail["from_quarter"] == "2011-Q4"


def test_those_whom_it_binds_are_told_from_when(consulted, director, officer):
    manager = people.accountable_manager()

    approved(consulted, director)

    told = Notice.objects.filter(key__startswith="sorp-approval")
    assert {each.recipient for each in told} == {officer, director, manager}
    assert told[0].subject == "Version 2 of the SORP is in force from Q4 2011/12"


def test_a_deputy_managing_director_may_approve_too(consulted):
    deputy = holder(PostKind.DEPUTY_MANAGING_DIRECTOR, unit=CouncilFactory())

    assert approved(consulted, deputy).approved_by == deputy


@pytest.mark.parametrize("who", [people.officer, people.accountable_manager, people.member])
def test_nobody_else_approves(consulted, who):
    with pytest.raises(PermissionDenied):
        approved(consulted, who())


def wrote_a_part(version, director):
    Authorship.objects.create(version=version, author=director)


def drafted_it(version, director):
    Version.objects.filter(pk=version.pk).update(drafted_by=director)


def left_a_comment(version, director):
    comment_on_version(
        version=version, clause="9.1", words="Why?", today=UNTIL, by=people.accountable_manager()
    )


def contradicts_itself(version, director):
    """Two triggers that ask the same of the same indicators."""
    TriggerRule.objects.filter(version=version, name="Amber for three quarters").update(
        status="red", at_least=2, within=2
    )


def still_open(version, director):
    Version.objects.filter(pk=version.pk).update(consulted_until=TODAY)


def never_consulted(version, director):
    Version.objects.filter(pk=version.pk).update(state=State.DRAFT)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (wrote_a_part, "You wrote part of this version"),
        (drafted_it, "You wrote part of this version"),
        (left_a_comment, "1 comment is still without an answer"),
        (contradicts_itself, "Amber for three quarters.*Red for two quarters"),
        (still_open, "runs until 20 October 2011"),
        (never_consulted, "is not in consultation"),
    ],
)
def test_an_approval_is_refused_in_words_and_nothing_is_lost(consulted, director, spoil, said):
    spoil(consulted, director)

    with pytest.raises(Refused, match=said):
        approved(consulted, director)

    consulted.refresh_from_db()
    assert consulted.approved_by is None
    assert not Notice.objects.filter(key__startswith="sorp-approval").exists()


@pytest.mark.parametrize(
    ("how", "said", "field"),
    [
        ({"from_quarter": Quarter(2011, 1)}, "is closed, and stays judged", "from_quarter"),
        ({"from_quarter": Q2}, "has ended and is being reported", "from_quarter"),
        (
            {"from_quarter": Q3, "closed_until": Q3},
            "is closed.*choose Q4 2011/12 or later",
            "from_quarter",
        ),
        ({"approved_on": date(2011, 10, 21)}, "cannot be in the future", "approved_on"),
        ({"approved_on": UNTIL}, "ran until 17 October 2011", "approved_on"),
        ({"note": "x" * 301}, "300 characters or fewer", "note"),
    ],
)
def test_a_quarter_or_a_day_that_cannot_stand_is_refused_at_its_field(
    consulted, director, how, said, field
):
    with pytest.raises(Refused, match=said) as refusal:
        approved(consulted, director, **how)

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("other", "said"),
    [(Q4, "Version 3 is in force from Q4 2011/12 already"), (Q4.next(), "would overlap it")],
)
def test_versions_do_not_overlap(consulted, sorp_in_force, director, other, said):
    Version.objects.filter(pk=consulted.pk).update(from_quarter=None)
    version_like(sorp_in_force, from_quarter=other, number="3")

    with pytest.raises(Refused, match=said):
        approved(consulted, director)


def test_the_default_rules_contradict_nothing(sorp_in_force):
    assert contradictions_in(sorp_in_force) == ()


def test_what_stands_in_the_way_is_listed_met_or_not(consulted, director):
    left_a_comment(consulted, director)

    found = obstacles_to_approval(
        consulted, from_quarter=Q4, closed_until=None, today=TODAY, by=director
    )

    assert [each.is_met for each in found] == [True, False, True, True, True]


# From when


@pytest.mark.parametrize(
    ("today", "closed_until", "earliest"),
    [
        (date(2011, 10, 1), None, Q3),
        (date(2011, 12, 31), Q2, Q3),
        (date(2011, 10, 1), Q3, Q4),
        (date(2012, 1, 1), Q2, Q4),
    ],
)
def test_a_version_rules_from_the_quarter_that_is_running_at_the_earliest(
    today, closed_until, earliest
):
    assert earliest_quarter(today=today, closed_until=closed_until) == earliest


@given(
    today=st.dates(date(2009, 1, 1), date(2030, 1, 1)),
    quarter=st.integers(8036, 8120).map(Quarter.from_ordinal),
    closed=st.none() | st.integers(8036, 8120).map(Quarter.from_ordinal),
)
def test_no_version_is_let_rule_a_quarter_that_ended_or_is_closed(today, quarter, closed):
    asked = ApprovalRequest("2", today, quarter, True, date(2000, 1, 1), 0, closed, (), (), False)
    let = all(each.is_met for each in requirements(asked))

    assert let is (quarter.last_day >= today and (closed is None or quarter > closed))


# Coming into force


def test_it_comes_into_force_on_the_first_day_of_its_quarter_and_not_before(
    consulted, director, sorp_in_force
):
    approved(consulted, director)

    assert bring_into_force(today=date(2011, 12, 31), by=None) == []
    assert bring_into_force(today=date(2012, 1, 1), by=None) == [consulted]
    consulted.refresh_from_db()
    sorp_in_force.refresh_from_db()
    assert (consulted.state, sorp_in_force.state) == (State.IN_FORCE, State.SUPERSEDED)
    told = AuditEvent.objects.filter(actor=None).values_list("act", "subject_key")
    assert ("superseded SORP version", str(sorp_in_force.pk)) in told
    assert ("brought SORP version into force", str(consulted.pk)) in told


def test_run_twice_it_changes_nothing(consulted, director):
    approved(consulted, director)
    bring_into_force(today=date(2012, 1, 1), by=None)
    events = AuditEvent.objects.count()

    assert bring_into_force(today=date(2012, 1, 1), by=None) == []
    assert AuditEvent.objects.count() == events


def test_a_version_for_the_quarter_that_is_running_is_in_force_at_once(consulted, director):
    assert approved(consulted, director, from_quarter=Q3).state == State.IN_FORCE


def test_two_that_waited_come_into_force_one_after_the_other(sorp_in_force):
    """The clock stood still for half a year."""
    second = version_like(sorp_in_force, from_quarter=Q3, number="2")
    third = version_like(sorp_in_force, from_quarter=Q4, number="3")

    assert bring_into_force(today=date(2012, 2, 1), by=None) == [second, third]
    assert list(Version.objects.order_by("from_quarter").values_list("number", "state")) == [
        ("1", State.SUPERSEDED),
        ("2", State.SUPERSEDED),
        ("3", State.IN_FORCE),
    ]


def test_the_clock_brings_it_in_by_beat_and_by_the_rounds(consulted, director, settings):
    from kcc_perf.scheduler import run_due

    settings.DEMONSTRATION = False
    approved(consulted, director)
    with time_machine.travel("2012-01-01 00:01", tick=False):
        run_due()
        assert Version.objects.get(state=State.IN_FORCE) == consulted
        assert tasks.bring_into_force() == 0
    task = settings.CELERY_BEAT_SCHEDULE["bring versions of the SORP into force"]["task"]
    assert task == tasks.bring_into_force.name


def test_quarters_are_judged_by_days_whatever_the_state_says(consulted, director, sorp_in_force):
    approved(consulted, director)

    assert version_ruling(Q3) == sorp_in_force
    assert version_ruling(Q4) == consulted


# Withdrawing


def withdrawn(version, by, *, today=TODAY, reason="The figures were wrong"):
    return withdraw_approval(version=version, reason=reason, today=today, by=by)


def test_an_approval_is_withdrawn_before_its_quarter_begins(consulted, director, sorp_in_force):
    draft = withdrawn(approved(consulted, director), director)

    assert (draft.state, draft.approved_by, draft.approved_on) == (State.DRAFT, None, None)
    assert version_ruling(Q4) == sorp_in_force
    detail = AuditEvent.objects.get(act="withdrew approval of the SORP").detail
    assert detail == {"reason": "The figures were wrong", "was_approved_by": "Dinah Director"}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"reason": " "}, "Say why"),
        ({"today": date(2012, 1, 1)}, "has begun, and people work by version 2"),
    ],
)
def test_a_withdrawal_is_refused_in_words(consulted, director, how, said):
    version = approved(consulted, director)

    with pytest.raises(Refused, match=said):
        withdrawn(version, director, **how)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.DRAFT, "Version 3 is still a draft, and only one"),
        (State.CONSULTATION, "Version 3 is still in consultation, and only one"),
    ],
)
def test_no_approval_is_withdrawn_while_another_version_is_unfinished(
    consulted, director, state, said
):
    version = approved(consulted, director)
    other = draft_like(version, number="3")
    Version.objects.filter(pk=other.pk).update(
        state=state, consulted_from=TODAY, consulted_until=TODAY
    )

    with pytest.raises(Refused, match=said):
        withdrawn(version, director)

    assert Version.objects.unfinished().get() == other


def test_only_what_waits_is_withdrawn_and_only_by_an_approver(consulted, director, officer):
    with pytest.raises(Refused, match="not waiting"):
        withdrawn(consulted, director)
    with pytest.raises(PermissionDenied):
        withdrawn(approved(consulted, director), officer)
