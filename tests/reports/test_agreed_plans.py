"""A plan agreed between two reports is published by that act, and public pages show it from there."""

import re
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from core import clock
from core.canonical_json import canonical, digest
from core.models.audit import AuditEvent
from escalation.models.plans import Action
from escalation.services.plans import agree_plan
from organisation.rules import PostKind
from reports.models import SmallEdition
from reports.queries.editions import edition_telling_of
from reports.rules.agreed_plans import wrong_plan_sentences
from reports.services.agreed_plans import withdraw_agreed_plan
from reports.views.editions_cache import _report
from tests.assurance.factories import ActionPlanFactory
from tests.factories import IndicatorFactory, UserFactory, holder
from tests.reports.documents import ADDRESS, edition_document, indicator
from tests.reports.factories import EditionFactory, SmallEditionFactory

pytestmark = pytest.mark.django_db
AGREED_ON = date(2023, 5, 20)
ADDRESS_OF_RED = "/performance/indicators/HW-02/"


@pytest.fixture(autouse=True)
def _nothing_remembered():
    _report.cache_clear()


def document(**given):
    return edition_document(
        indicators=[indicator("HW-02", [95, 70, 60], target=90, floor=80, **given)]
    )


@pytest.fixture
def published():
    return EditionFactory(published=True, document=document())


@pytest.fixture
def plan():
    row = ActionPlanFactory(
        indicator=IndicatorFactory(reference="HW-02", title="Street lights working"),
        cause=f"Two crews short. Ask {ADDRESS}.",
        written_by=UserFactory(),
        written_at=datetime(2023, 5, 15, 9, tzinfo=UTC),
    )
    Action.objects.create(
        plan=row,
        position=1,
        description="Hire a crew",
        owner="Rosalind Manager",
        due_on=date(2023, 7, 31),
    )
    return row


def agree(plan):
    with clock.at(AGREED_ON):
        agree_plan(plan=plan, today=AGREED_ON, by=holder(PostKind.PERFORMANCE_OFFICER))
    return SmallEdition.objects.all()


def test_agreeing_a_plan_publishes_it_without_names_by_whoever_agreed_it(published, plan):
    (small,) = agree(plan)

    assert (small.reference, small.number, small.document["after"]) == ("HW-02", 1, "2022-Q4")
    assert small.approved_by == AuditEvent.objects.get(act="published agreed plan").actor
    assert small.sha256 == digest(canonical(small.document))
    told = canonical(small.document).decode()
    assert "Rosalind" not in told
    assert ADDRESS not in told
    assert list(wrong_plan_sentences(small.document)) == []


def test_the_public_page_then_shows_the_plan_and_never_that_there_is_none(published, plan, client):
    assert "No action plan was on record on 12 May 2023." in client.get(ADDRESS_OF_RED).text
    agree(plan)

    for address in (ADDRESS_OF_RED, "/", "/performance/2022-Q4/"):
        page = client.get(address).text
        assert (
            "This action plan was agreed on 20 May 2023, after the report for Q4 2022/23." in page
        )
        assert "Hire a crew: due 31 July 2023." in page
        assert "No action plan" not in page


def test_a_page_that_a_reader_has_is_sent_again_once_a_plan_is_agreed(published, plan, client):
    tag = client.get(ADDRESS_OF_RED).headers["ETag"]
    agree(plan)

    assert client.get(ADDRESS_OF_RED, headers={"If-None-Match": tag}).status_code == 200


def test_what_is_published_stays_as_it_was_when_the_plan_goes_on(published, plan, client):
    (small,) = agree(plan)
    plan.actions.update(description="Hire two crews")
    plan.indicator.title = "Another title"
    plan.indicator.save()

    assert "Hire a crew: due 31 July 2023." in client.get(ADDRESS_OF_RED).text
    assert "Another title" not in client.get(ADDRESS_OF_RED).text
    assert SmallEdition.objects.get() == small


def test_agreeing_again_publishes_nothing_more(published, plan):
    agree(plan)

    assert agree(plan).count() == 1


def test_a_published_plan_is_withdrawn_with_a_reason_and_its_content_is_gone(
    published, plan, client
):
    (small,) = agree(plan)
    tag = client.get(ADDRESS_OF_RED).headers["ETag"]
    officer = holder(PostKind.PERFORMANCE_OFFICER)
    client.force_login(officer)
    address = reverse("withdraw_plan", args=[small.pk])
    assert "Say why it is withdrawn" in client.post(address, {"reason": ""}).text
    assert address in client.get("/reports/").text
    why = {"reason": "It named a resident."}
    shown = client.post(address, why).text
    assert "Its content is deleted and cannot be brought back" in shown
    assert SmallEdition.objects.get().document != {}

    seen = re.search(r'name="confirmed" value="(\w+)"', shown)[1]
    client.post(address, {**why, "confirmed": seen})

    small.refresh_from_db()
    assert (small.document, small.withdrawal.withdrawn_by) == ({}, officer)
    assert AuditEvent.objects.get(act="withdrew agreed plan").actor == officer
    assert client.get(address).url == "/reports/"
    assert "It named a resident." in client.get("/reports/").text
    client.logout()
    for page in (ADDRESS_OF_RED, "/", "/performance/2022-Q4/"):
        told = client.get(page, headers={"If-None-Match": tag}).text
        assert "A plan that was published here was withdrawn on" in told
        assert "It named a resident." in told
        assert "Hire a crew" not in told
    again = withdraw_agreed_plan(small=small, reason="Another", by=officer)
    assert again == small.withdrawal
    with pytest.raises(ValueError, match="Say why it is withdrawn"):
        withdraw_agreed_plan(small=SmallEditionFactory(), reason=" ", by=officer)


@pytest.mark.parametrize("state", ["nothing is published", "a draft", "of other indicators"])
def test_a_plan_of_an_indicator_in_no_published_report_is_not_published(state, plan):
    if state == "a draft":
        EditionFactory(document=document())
    if state == "of other indicators":
        EditionFactory(
            published=True,
            document=edition_document(
                indicators=[indicator("AS-01", [95], target=90, floor=80, commentary='"HW-02"')]
            ),
        )

    assert not agree(plan).exists()
    assert edition_telling_of("HW-02") is None


def test_the_next_report_tells_of_the_plan_itself(plan, client):
    EditionFactory(published=True, document=document(), frozen_at=datetime(2023, 6, 1, tzinfo=UTC))
    SmallEditionFactory(reference="HW-02")

    assert "This action plan was agreed" not in client.get(ADDRESS_OF_RED).text


def test_a_sentence_of_an_agreed_plan_that_its_facts_do_not_bear_out_is_named():
    small = SmallEditionFactory.build(approved_by=None)
    small.document["agreed_on"] = "2023-05-21"
    small.document["plan"]["actions"][0]["due_on"] = "2023-06-30"

    assert list(wrong_plan_sentences(small.document)) == ["action-1", "agreed"]


@pytest.mark.parametrize("published", [True, False])
def test_officers_see_what_each_sentence_was_made_from(published, client):
    EditionFactory(published=published)
    client.force_login(holder(PostKind.PERFORMANCE_OFFICER))
    address = "/reports/2022-Q4/1/sentences/"

    assert "key performance indicators met their targets" in client.get(address).text
    page = client.get(address, {"place": "indicators/HW-01"}).text
    assert "76.4% is below the floor standard of 80%" in page
    assert "indicators, HW-01, ratings, 2022-Q4, value: <strong>76.4</strong>" in page
    assert client.get(address, {"place": "indicators/XX"}).status_code == 404
