"""Once a quarter a manager says: I am accountable for these; this one is not mine."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from core.models.audit import AuditEvent
from core.models.notices import Notice
from core.quarters import Quarter
from escalation.services.closing import close_quarter
from indicators.models.returns import Attestation
from indicators.queries.accountability import attestation_sheet, attested
from indicators.services.accountability import attest
from indicators.services.calendar import begin_quarter
from organisation.rules import PostKind
from tests.factories import IndicatorFactory, UserFactory, holder

pytestmark = pytest.mark.django_db
Q1 = Quarter(2011, 1)
TODAY = date(2011, 7, 4)
ADDRESS = "/attestation/2011-Q1/"


@pytest.fixture(autouse=True)
def in_july():
    with time_machine.travel("2011-07-04 10:00 +0100", tick=False):
        yield


@pytest.fixture
def alex(sorp_in_force):
    """The accountable manager of A-1 and A-2, in a quarter that has begun."""
    person = holder(PostKind.ACCOUNTABLE_MANAGER, name="Alex Manager")
    for number in (1, 2):
        IndicatorFactory(reference=f"A-{number}", accountable_manager=person)
    begin_quarter(
        quarter=Q1,
        cabinet_meets_on=date(2011, 9, 19),
        today=TODAY,
        by=holder(PostKind.PERFORMANCE_OFFICER),
    )
    return person


def said(alex, **more):
    return attest(quarter=Q1, by=alex, today=TODAY, **more)


def test_a_manager_answers_for_all_of_theirs(alex):
    attestation = said(alex)

    assert attestation.references == ["A-1", "A-2"]
    event = AuditEvent.objects.get(act="attested")
    assert (event.actor, event.detail["references"]) == (alex, ["A-1", "A-2"])
    assert not Notice.objects.exists()


def test_saying_so_again_changes_nothing(alex):
    first = said(alex)

    with time_machine.travel("2011-07-08 10:00 +0100", tick=False):
        again = said(alex)

    assert (again.pk, again.made_at) == (first.pk, first.made_at)
    assert AuditEvent.objects.filter(act="attested").count() == 1


def test_what_comes_to_them_later_is_added_to_the_one_attestation(alex):
    said(alex)
    IndicatorFactory(reference="A-3", accountable_manager=alex)

    said(alex)

    assert Attestation.objects.get().references == ["A-1", "A-2", "A-3"]


def test_one_that_is_not_theirs_is_left_out_and_every_performance_officer_told_once(alex):
    other = holder(PostKind.PERFORMANCE_OFFICER)

    for _ in range(2):
        said(alex, not_mine=["A-2"])

    assert Attestation.objects.get().references == ["A-1"]
    notices = Notice.objects.all()
    assert len(notices) == 2
    assert other in {each.recipient for each in notices}
    assert {each.subject for each in notices} == {"A-2: Alex Manager says it is not theirs"}
    assert AuditEvent.objects.filter(act="said an indicator is not theirs").count() == 1


def test_when_none_is_theirs_there_is_no_attestation_but_the_team_is_told(alex):
    assert said(alex, not_mine=["A-1", "A-2"]) is None
    assert not Attestation.objects.exists()
    assert Notice.objects.count() == 2


def test_one_attested_may_be_disowned_later_and_owned_again(alex):
    said(alex)

    said(alex, not_mine=["A-2"])
    assert Attestation.objects.get().references == ["A-1"]

    said(alex)
    assert Attestation.objects.get().references == ["A-1", "A-2"]


def test_a_stranger_to_an_indicator_cannot_disown_it(alex):
    IndicatorFactory(reference="B-1")

    with pytest.raises(ValueError, match="B-1: you are not its accountable manager"):
        said(alex, not_mine=["B-1"])

    assert not Attestation.objects.exists()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda alex: None, "no indicator as accountable manager"),
        (
            lambda alex: close_quarter(quarter=Q1, today=TODAY, by=alex),
            "Q1 2011/12 is closed",
        ),
    ],
)
def test_an_attestation_that_cannot_be_is_refused_in_words(alex, spoil, told):
    spoil(alex)

    with pytest.raises(ValueError, match=told):
        said(holder(PostKind.ACCOUNTABLE_MANAGER) if "no indicator" in told else alex)


def test_nothing_is_asked_before_the_quarter_begins(alex):
    with pytest.raises(ValueError, match="has not begun"):
        attest(quarter=Q1.next(), by=alex, today=TODAY)


# The page


def test_the_page_lists_a_managers_own_and_what_they_said(client, alex):
    IndicatorFactory(reference="B-1")
    client.force_login(alex)

    page = client.get(ADDRESS).content.decode()

    assert reverse("attestation", args=["2011-Q1"]) == ADDRESS
    assert "A-1" in page
    assert "A-2" in page
    assert "B-1" not in page
    assert page.count("Nothing yet") == 2


def test_a_manager_says_so_with_nothing_ticked(client, alex):
    client.force_login(alex)

    answer = client.post(ADDRESS, {}, follow=True)

    assert Attestation.objects.get().references == ["A-1", "A-2"]
    assert "You have nothing more to do this quarter" in answer.content.decode()


def test_a_manager_says_that_one_is_not_theirs(client, alex):
    client.force_login(alex)

    page = client.post(ADDRESS, {"not_mine": ["A-2"]}, follow=True).content.decode()

    assert "The performance team will find out who answers for A-2" in page
    assert "Not mine: the performance team has a notice" in page
    assert Attestation.objects.get().references == ["A-1"]


def test_an_indicator_moved_meanwhile_is_told_and_nothing_is_kept(client, alex):
    client.force_login(alex)

    page = client.post(ADDRESS, {"not_mine": ["X-1"]}).content.decode()

    assert "X-1 is no longer yours" in page
    assert not Attestation.objects.exists()


def test_a_closed_quarter_asks_nothing_more(client, alex):
    close_quarter(quarter=Q1, today=TODAY, by=alex)
    client.force_login(alex)

    page = client.get(ADDRESS).content.decode()
    refused = client.post(ADDRESS, {}).content.decode()

    assert "You have nothing more to do for it" in page
    assert '<form method="post" novalidate>' not in page
    assert "Q1 2011/12 is closed" in refused


def test_who_may_say_so(client, alex):
    people = {
        "nobody": (None, 302),
        "without a post": (UserFactory(), 403),
        "a Member": (holder(PostKind.MEMBER), 403),
        "staff": (holder(PostKind.STAFF), 403),
        "a director": (holder(PostKind.DIRECTOR), 403),
        "the manager": (alex, 200),
        "another manager": (holder(PostKind.ACCOUNTABLE_MANAGER), 200),
        "a deputy": (holder(PostKind.DEPUTY), 200),
        "a performance officer": (holder(PostKind.PERFORMANCE_OFFICER), 200),
    }
    seen = {}
    for name, (person, _) in people.items():
        client.logout()
        if person:
            client.force_login(person)
        seen[name] = client.get(ADDRESS).status_code

    assert seen == {name: status for name, (_, status) in people.items()}


def test_another_manager_cannot_answer_for_these(client, alex):
    client.force_login(holder(PostKind.ACCOUNTABLE_MANAGER))

    page = client.post(ADDRESS, {"not_mine": ["A-1"]}).content.decode()

    assert "A-1" not in page.replace("A-1 is no longer yours", "")
    assert not Attestation.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_asks_the_same_of_the_database_for_one_and_for_twenty(
    client, alex, django_assert_max_num_queries, count
):
    for _ in range(count):
        IndicatorFactory(accountable_manager=alex)
    client.force_login(alex)

    with django_assert_max_num_queries(10):
        client.get(ADDRESS)


def test_who_has_and_who_has_not(alex):
    silent = IndicatorFactory().accountable_manager
    said(alex)

    found = attested(Q1)

    assert (found.managers, found.done, found.waiting) == (2, 1, (silent,))
    assert attestation_sheet(user=alex, quarter=Q1).waiting == ()
    assert len(attestation_sheet(user=silent, quarter=Q1).waiting) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_pressing_the_button_six_times_at_once_attests_once(alex, at_once):
    found = at_once(lambda: said(alex, not_mine=["A-2"]))

    assert [each for each in found if isinstance(each, Exception)] == []
    assert Attestation.objects.get().references == ["A-1"]
    assert AuditEvent.objects.filter(act="attested").count() == 1
    assert AuditEvent.objects.filter(act="said an indicator is not theirs").count() == 1
