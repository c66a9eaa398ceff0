"""The pages that say why: of one quarter, of an indicator's whole way, and its panel and links."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.quarters import Quarter
from escalation.models.escalations import Explanation
from escalation.queries.explanations import explanation_page
from escalation.services import closing
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result, submit_result
from indicators.services.variations import VariedWindow, agree_variation, propose_variation
from organisation.rules import PostKind
from sorp.lexicon import Rag
from tests.factories import VALUES, IndicatorFactory, TargetFactory, holder
from tests.guards import unguarded

pytestmark = pytest.mark.django_db
TODAY = date(2017, 6, 1)
Q1, Q2, Q3 = (Quarter(2011, number) for number in (1, 2, 3))
RAGS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}


@pytest.fixture
def indicator(sorp_in_force):
    return TargetFactory(indicator=IndicatorFactory(title="Bins emptied on time")).indicator


@pytest.fixture
def reader(client, db):
    client.force_login(holder(PostKind.STAFF))
    return client


def given(letter):
    return ResultGiven(value=VALUES[RAGS[letter]])


def reported(indicator, picture):
    for number, letter in enumerate(picture):
        quarter = Quarter.from_ordinal(Q1.ordinal + number)
        submit_result(
            indicator=indicator, quarter=quarter, given=given(letter), today=TODAY, by=None
        )
        closing.close_quarter(quarter=quarter, today=TODAY, by=None)


def page(reader, indicator, quarter):
    return reader.get(reverse("explanation", args=[indicator.reference, quarter.key]))


def test_the_page_says_the_sentence_the_figures_each_trigger_and_what_would_have_it_recover(
    indicator, reader
):
    reported(indicator, "ARR")

    said = page(reader, indicator, Q3).content.decode()

    kept = Explanation.objects.get(quarter=Q3)
    for words in (
        kept.sentence.split("“")[0],
        "Version 1 of the SORP",
        "Target 90%, floor standard 80%",
        "Amber for three quarters",
        "Not met: 2 more such quarters would meet it",
        "It has to be green in its next rated quarter.",
        "same outcome, same sentence",
        "Referred up",
        "referred now",
    ):
        assert words in said
    assert "Not the same" not in said


def test_an_explanation_that_was_altered_is_shown_to_be(indicator, reader):
    reported(indicator, "R")
    with unguarded(Explanation):
        Explanation.objects.update(sentence="All is well.")

    said = page(reader, indicator, Q1).content.decode()

    assert "Not the same:" in said
    assert "it says “All is well.”" in said


def test_a_figure_that_cannot_be_read_is_shown_to_be_none_and_the_page_stands(indicator, reader):
    reported(indicator, "R")
    document = Explanation.objects.get().document
    document["quarters"][0]["rag"] = "purple"
    with unguarded(Explanation):
        Explanation.objects.update(document=document)

    said = page(reader, indicator, Q1).content.decode()

    assert "Not the same:" in said
    assert "2011-Q1: &#x27;purple&#x27; is not a valid Rag" in said


def test_what_was_told_before_a_revision_is_still_there_with_its_document(indicator, reader):
    reported(indicator, "RR")
    revise_result(
        indicator=indicator, quarter=Q2, given=given("A"), reason="Counted twice", by=None
    )
    closing.close_quarter(quarter=Q2, today=TODAY, by=None)

    said = page(reader, indicator, Q2).content.decode()
    assert "Earlier explanations" in said
    assert "on figures revised since" in said
    for number, status in ((1, "Red"), (2, "Amber")):
        address = reverse("explanation_json", args=[indicator.reference, Q2.key, number])
        assert address in said
        answer = reader.get(address)
        assert "attachment" in answer["Content-Disposition"]
        assert json.loads(answer.content)["status"] == status


def test_a_quarter_with_nothing_to_explain_has_no_page(indicator, reader):
    reported(indicator, "G")

    for quarter in ("2011-Q1", "2011-Q2", "2011-Q9", "last"):
        address = f"/indicators/{indicator.reference}/explanations/{quarter}/"
        assert reader.get(address).status_code == 404, quarter
    address = reverse("explanation_json", args=[indicator.reference, "2011-Q1", 1])
    assert reader.get(address).status_code == 404
    assert explanation_page(indicator=indicator, quarter=Q1) is None


def test_the_whole_way_of_an_indicator_is_one_sentence_a_quarter(indicator, reader):
    address = reverse("explanations", args=[indicator.reference])
    assert "Nothing to explain" in reader.get(address).content.decode()

    reported(indicator, "GRRAG")

    said = reader.get(address).content.decode()
    for row in Explanation.objects.all():
        assert reverse("explanation", args=[indicator.reference, row.quarter.key]) in said
    assert said.index("Q1 2012/13: no longer referred up") < said.index(
        "Q2 2011/12: not referred up"
    )


@pytest.mark.parametrize(
    ("picture", "heading"),
    [
        ("R", "Why this was not referred up"),
        ("RR", "Why this was referred up"),
        ("RRA", "Why this is still referred up"),
        ("RRG", "Why this is no longer referred up"),
    ],
)
def test_the_indicators_page_says_why_of_the_latest_close(indicator, reader, picture, heading):
    reported(indicator, picture)

    said = reader.get(reverse("indicator", args=[indicator.reference])).content.decode()

    assert heading in said
    assert Explanation.objects.latest("quarter").sentence.split("“")[0] in said


def test_what_was_said_of_an_older_close_does_not_stand_as_the_latest(indicator, reader):
    reported(indicator, "RG")

    said = reader.get(reverse("indicator", args=[indicator.reference])).content.decode()

    assert "Why this was" not in said
    assert reverse("explanations", args=[indicator.reference]) in said


def test_the_register_links_to_the_explanation_and_to_the_variation(indicator, reader):
    proposed = propose_variation(
        indicator=indicator,
        what="Referred up at once",
        reason="Members ask for it",
        from_quarter=Q1,
        until_quarter=Q3,
        floor=Decimal(75),
        triggers=[VariedWindow("red-two-quarters", 1, 1)],
        by=holder(PostKind.PERFORMANCE_OFFICER),
    )
    variation = agree_variation(variation=proposed, by=holder(PostKind.MANAGING_DIRECTOR))
    reported(indicator, "R")

    said = reader.get(reverse("escalations")).content.decode()

    assert reverse("explanation", args=[indicator.reference, Q1.key]) in said
    assert reverse("variation", args=[indicator.reference, variation.pk]) in said
    said = page(reader, indicator, Q1).content.decode()
    assert "Referred up at once" in said
    assert "as varied until Q3 2011/12" in said


def test_a_page_takes_as_many_queries_however_long_the_way(indicator, reader):
    counts = []
    reported(indicator, "RRAAR")
    for quarters in (1, 5):
        rows = Explanation.objects.order_by("-quarter")
        kept = [row.pk for row in rows[:quarters]]
        with unguarded(Explanation):
            Explanation.objects.filter(pk__in=kept).update(is_latest=True)
            Explanation.objects.exclude(pk__in=kept).update(is_latest=False)
        with CaptureQueriesContext(connection) as asked:
            reader.get(reverse("explanations", args=[indicator.reference]))
        counts.append(len(asked))

    assert counts[0] == counts[1]
