"""Revisions after a close: then and now, what followed, which edition carries the old figure."""

import csv
import io
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.canonical_json import canonical, digest
from core.clock import localdate, now
from core.quarters import Quarter
from dashboards.queries.revisions import (
    COLUMNS,
    pending_restatement,
    restatements,
    superseded_figures,
)
from escalation.models.escalations import Escalation
from escalation.queries.restatement_preview import pending_restatements
from escalation.services.closing import close_quarter
from indicators.models.results import Revision
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result, submit_result
from organisation.queries import tree_on
from organisation.rules import PostKind
from reports.models import Edition
from reports.rules.projection import public_form
from sorp.lexicon import Rag
from tests.factories import (
    CouncilFactory,
    IndicatorFactory,
    TargetFactory,
    UnitFactory,
    UserFactory,
    holder,
)
from tests.indicators.factories import PartsRevisionFactory
from tests.reports.documents import edition_document
from tests.reports.documents import indicator as edition_indicator
from tests.reports.factories import QuarterlyReportFactory

pytestmark = pytest.mark.django_db
Q4, Q1, Q2 = Quarter(2010, 4), Quarter(2011, 1), Quarter(2011, 2)


@pytest.fixture(autouse=True)
def in_october():
    with time_machine.travel("2011-10-20 10:00 +0000", tick=False) as traveller:
        yield traveller


@pytest.fixture
def officer(sorp_in_force):
    return holder(PostKind.PERFORMANCE_OFFICER, unit=CouncilFactory(), name="Olu Officer")


@pytest.fixture
def reader(sorp_in_force):
    return holder(PostKind.STAFF, unit=CouncilFactory())


def measured(**fields):
    return TargetFactory(indicator=IndicatorFactory(**fields)).indicator


def given(value):
    return ResultGiven(value=Decimal(value))


def reported(indicator, values, *, since=Q1):
    """Results from one quarter on, none closed yet."""
    quarter = since
    for value in values:
        submit_result(
            indicator=indicator, quarter=quarter, given=given(value), today=localdate(), by=None
        )
        quarter = quarter.next()


def close(quarter):
    return close_quarter(quarter=quarter, today=localdate(), by=None)


def closed(indicator, values):
    """Two quarters of one indicator, submitted and closed in their order."""
    for quarter, value in zip((Q1, Q2), values, strict=False):
        reported(indicator, [value], since=quarter)
        close(quarter)


def revised(indicator, value, *, by, in_october, quarter=Q1, reason="Recounted"):
    in_october.shift(3600)
    revision, _ = revise_result(
        indicator=indicator, quarter=quarter, given=given(value), reason=reason, by=by
    )
    in_october.shift(3600)
    return revision


def published(indicator, values, *, quarter=Q1, number=1):
    """A published edition that says these values of the indicator, of quarters from Q1 on."""
    facts = edition_indicator(indicator.reference, [95], target=90, floor=80)
    ratings, at = [], Q1
    for value, rag in values:
        said = {"quarter": at.key, "value": value, "rag": rag, "travel": "not enough data"}
        ratings.append({**facts["ratings"][0], **said})
        at = at.next()
    document = {
        **edition_document(
            indicators=[facts | {"escalations": [], "ratings": ratings}], priorities=[]
        ),
        "quarter": quarter.key,
    }
    public = public_form(document)
    return Edition.objects.create(
        report=QuarterlyReportFactory(quarter=quarter),
        number=number,
        document=document,
        public_document=public,
        sha256=digest(canonical(document)),
        public_sha256=digest(canonical(public)),
        frozen_at=now(),
        state=Edition.State.PUBLISHED,
        published_at=now(),
    )


def register(reader, **narrowed):
    return restatements(reader=reader, tree=tree_on(localdate()), **narrowed)


def page_of(response):
    return response.content.decode()


def test_the_register_tells_both_figures_and_both_verdicts(officer, reader, in_october):
    indicator = measured()
    closed(indicator, ["95"])
    revised(indicator, "70", by=officer, in_october=in_october, reason="Recounted")

    (told,) = register(reader)

    assert (told.was.value, told.revision.value) == (95, 70)
    assert (told.then.rag, told.now.rag) == (Rag.GREEN, Rag.RED)
    assert told.rag_changed
    assert not told.travel_changed
    assert told.revision.reason == "Recounted"


def test_what_was_corrected_while_the_quarter_was_open_is_no_restatement(reader, sorp_in_force):
    indicator = measured()
    reported(indicator, ["95"])
    reported(indicator, ["70"])

    assert Revision.objects.count() == 2
    assert register(reader) == []


def test_each_revision_stands_beside_the_one_before_it(officer, reader, in_october):
    indicator = measured()
    closed(indicator, ["95"])
    revised(indicator, "85", by=officer, in_october=in_october)
    revised(indicator, "70", by=officer, in_october=in_october)

    assert [(each.was.value, each.revision.value) for each in register(reader)] == [
        (85, 70),
        (95, 85),
    ]
    assert [(each.then.rag, each.now.rag) for each in register(reader)] == [
        ("amber", "red"),
        ("green", "amber"),
    ]


def test_it_foretells_what_the_next_close_then_does(officer, in_october):
    indicator = measured()
    closed(indicator, ["95", "70"])
    revised(indicator, "70", by=officer, in_october=in_october)

    foretold = pending_restatement(indicator=indicator)
    before = Escalation.objects.filter(level="pat").count()
    closing = close(Q2)

    assert any("Performance Assurance Team in Q2 2011/12" in each for each in foretold.sentences)
    assert before == 0
    assert len(closing.restated) == len(foretold.changed) + len(foretold.opened)
    assert pending_restatement(indicator=indicator) is None


def test_an_escalation_that_nothing_supports_now_is_told_to_recover_at_once(officer, in_october):
    indicator = measured()
    closed(indicator, ["70", "70"])
    revised(indicator, "95", by=officer, in_october=in_october, quarter=Q2)

    told = pending_restatement(indicator=indicator).sentences

    assert any("recovers in the quarter in which it opened" in each for each in told)


def test_to_foretell_changes_nothing(officer, in_october):
    indicator = measured()
    closed(indicator, ["95", "70"])
    revised(indicator, "70", by=officer, in_october=in_october)
    before = list(Escalation.objects.values())

    pending_restatements()

    assert list(Escalation.objects.values()) == before


def test_escalations_restated_stand_beside_the_revision_that_restated_them(
    officer, reader, in_october
):
    indicator, other = measured(), measured()
    closed(indicator, ["95"])
    reported(other, ["95"], since=Q2)
    reported(indicator, ["70"], since=Q2)
    close(Q2)
    revised(indicator, "70", by=officer, in_october=in_october)
    close(Q2)
    revised(indicator, "71", by=officer, in_october=in_october)

    later, first = register(reader)

    assert any("Performance Assurance Team" in each for each in first.escalations)
    assert later.escalations == ()


def test_the_edition_that_carries_the_old_figure_is_named_and_stays(officer, reader, in_october):
    indicator = measured()
    closed(indicator, ["95"])
    edition = published(indicator, [("95", "green")])
    before = edition.public_sha256
    revised(indicator, "70", by=officer, in_october=in_october)
    later = published(indicator, [("70", "red")], number=2)

    (told,) = register(reader)

    assert told.carried_by == (edition,)
    assert later not in told.carried_by
    edition.refresh_from_db()
    assert edition.public_sha256 == digest(canonical(edition.public_document)) == before


def test_an_edition_published_before_the_first_figure_carries_nothing(officer, reader, in_october):
    indicator, other = measured(), measured()
    published(other, [("95", "green")])
    closed(indicator, ["95"])
    revised(indicator, "70", by=officer, in_october=in_october)

    assert register(reader)[0].carried_by == ()


def test_then_and_now_differ_only_where_they_do(officer, in_october):
    indicator = measured()
    closed(indicator, ["95", "94"])
    edition = published(indicator, [("95", "green"), ("94", "green")], quarter=Q2)
    assert superseded_figures(indicator=indicator) == []

    revised(indicator, "70", by=officer, in_october=in_october)

    (difference,) = superseded_figures(indicator=indicator)
    assert (difference.edition, difference.quarter) == (edition, Q1)
    assert (difference.then.value, difference.then.rag) == (95, "green")
    assert (difference.now.value, difference.now.rag) == (70, "red")


# Pages


def test_the_indicators_page_tells_then_and_now_and_who_did_what(
    client, officer, reader, in_october
):
    indicator = measured()
    closed(indicator, ["95"])
    published(indicator, [("95", "green")])
    revised(indicator, "70", by=officer, in_october=in_october)
    client.force_login(reader)

    page = page_of(client.get(reverse("indicator", args=[indicator.reference])))

    assert "Then and now" in page
    assert "was 95.0%, became 70.0% because “Recounted”" in page
    assert "Who entered this, who approved it, what was it before" in page


def test_the_register_is_narrowed_by_quarter_and_directorate(client, officer, reader, in_october):
    growth, care = UnitFactory(code="GET"), UnitFactory(code="ASC")
    one, two = measured(unit=growth), measured(unit=care)
    for quarter in (Q1, Q2):
        for indicator in (one, two):
            reported(indicator, ["95"], since=quarter)
        close(quarter)
    revised(one, "70", by=officer, in_october=in_october)
    revised(two, "71", by=officer, in_october=in_october, quarter=Q2)
    client.force_login(reader)

    def shown(**narrowed):
        page = client.get(reverse("revisions"), narrowed).context["page"]
        return {each.indicator for each in page.object_list}

    assert shown() == {one, two}
    assert shown(quarter="2011-Q1") == {one}
    assert shown(directorate="ASC") == {two}
    assert shown(quarter="2011-Q1", directorate="ASC") == set()
    assert shown(quarter="nonsense", directorate="nowhere") == {one, two}


def test_the_file_says_what_the_page_says(client, officer, reader, in_october):
    indicator = measured()
    closed(indicator, ["95"])
    edition = published(indicator, [("95", "green")])
    revised(indicator, "70", by=officer, in_october=in_october, reason="=cmd|' /C calc'!A0")
    client.force_login(reader)

    response = client.get(reverse("revisions_csv"))
    (row,) = csv.DictReader(io.StringIO(page_of(response)))

    assert tuple(row) == COLUMNS
    assert (Decimal(row["was"]), Decimal(row["is"])) == (95, 70)
    assert (row["rag_then"], row["rag_now"]) == ("Green", "Red")
    assert row["editions_with_the_old_figure"] == f"2011-Q1 edition {edition.number}"
    assert row["reason"].startswith("'=")


def test_an_officer_may_follow_up_and_a_reader_is_told_who_does(
    client, officer, reader, in_october
):
    indicator = measured()
    closed(indicator, ["95", "70"])
    revised(indicator, "70", by=officer, in_october=in_october)
    address = reverse("revision", args=[Q1.key, indicator.reference])

    client.force_login(officer)
    assert "Update escalations now" in page_of(client.get(address))
    client.force_login(reader)
    page = page_of(client.get(address))
    assert "Update escalations now" not in page
    assert "The performance team will update them" in page

    close(Q2)
    assert "Nothing to update" in page_of(client.get(address))


@pytest.mark.parametrize("name", ["revisions", "revisions_csv"])
@pytest.mark.parametrize(("kind", "status"), [(PostKind.STAFF, 200), (None, 403)])
def test_whoever_sees_performance_sees_revisions(client, reader, name, kind, status):
    client.force_login(holder(kind, unit=CouncilFactory()) if kind else UserFactory())

    assert client.get(reverse(name)).status_code == status


def test_an_unknown_quarter_or_indicator_is_nowhere(client, reader):
    client.force_login(reader)

    assert client.get("/revisions/2011-Q7/PI-1/").status_code == 404
    assert client.get("/revisions/2011-Q1/PI-NONE/").status_code == 404


def test_the_register_asks_as_much_for_one_as_for_twenty(officer, reader, in_october):
    indicators = [measured() for _ in range(20)]
    for indicator in indicators:
        reported(indicator, ["95"])
    close(Q1)
    published(indicators[0], [("95", "green")])
    revised(indicators[0], "70", by=officer, in_october=in_october)

    def asked():
        with CaptureQueriesContext(connection) as caught:
            rows = register(reader)
        return len(rows), len(caught)

    asked()  # the edition is read once and kept
    assert (one := asked())[0] == 1
    for indicator in indicators[1:]:
        revised(indicator, "70", by=officer, in_october=in_october)

    assert asked() == (20, one[1])


def test_parts_given_otherwise_after_the_close_stand_on_the_register(client, reader):
    one = PartsRevisionFactory(
        indicator__reference="PI-7", after_close=True, number=2, reason="Dover was counted twice"
    )
    PartsRevisionFactory(indicator=one.indicator, quarter=one.quarter.next())
    client.force_login(reader)

    def shown(query=""):
        return client.get(reverse("revisions") + query).context["parts_revised"]

    page = client.get(reverse("revisions")).content.decode()
    assert "by district: Dover was counted twice" in page
    assert shown() == shown(f"?quarter={one.quarter.key}") == [one]
    assert shown("?directorate=nowhere") == [one]  # nonsense narrows nothing
