"""Explanations as they are kept: told at the close, once, told anew when restated, and verified."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models.audit import AuditEvent
from core.quarters import Quarter
from core.services.quarters import open_quarter
from escalation.models.escalations import Escalation, Explanation
from escalation.services import closing
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result, submit_result
from indicators.services.variations import VariedWindow, agree_variation, propose_variation
from organisation.rules import PostKind
from sorp.lexicon import Rag, Tier
from tests.factories import VALUES, IndicatorFactory, TargetFactory, holder
from tests.guards import unguarded

pytestmark = pytest.mark.django_db
TODAY = date(2017, 6, 1)
Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))
RAGS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}


def measured(**fields):
    return TargetFactory(indicator=IndicatorFactory(**fields)).indicator


def given(letter):
    return ResultGiven(value=VALUES[RAGS[letter]])


def close(quarter):
    return closing.close_quarter(quarter=quarter, today=TODAY, by=None)


def reported(indicator, picture, *, since=Q1):
    """A result a quarter, each quarter closed; the last of them."""
    quarter = since
    for number, letter in enumerate(picture):
        quarter = Quarter.from_ordinal(since.ordinal + number)
        if letter == "-":
            open_quarter(quarter=quarter, today=TODAY, by=None)
        else:
            submit_result(
                indicator=indicator, quarter=quarter, given=given(letter), today=TODAY, by=None
            )
        close(quarter)
    return quarter


def told(indicator, quarter):
    return Explanation.objects.get(indicator=indicator, quarter=quarter, is_latest=True)


@pytest.fixture
def indicator(sorp_in_force):
    return measured(title="Bins emptied on time")


def test_from_first_red_to_recovery_every_quarter_says_why(indicator):
    reported(indicator, "GRRAGG")

    outcomes = Explanation.objects.values_list("quarter", "outcome")
    assert [(quarter.key, outcome) for quarter, outcome in outcomes] == [
        ("2011-Q2", "not_escalated"),
        ("2011-Q3", "escalated"),
        ("2011-Q4", "stands"),
        ("2012-Q1", "recovered"),
    ]
    assert told(indicator, Q2).sentence.endswith("so 1 more such quarter would refer it to PAT.")
    opened = told(indicator, Q3)
    assert "refers it to PAT" in opened.sentence
    assert Escalation.objects.get().reason.rstrip(".") in opened.sentence


def test_the_document_holds_values_thresholds_version_and_recovery(indicator):
    reported(indicator, "RR")

    document = told(indicator, Q2).document

    assert document["version"] == "1"
    assert document["variation"] is None
    assert document["recovery"]["needs"] == "green in its next rated quarter"
    (first, second) = document["quarters"]
    assert (first["quarter"], first["rag"], first["value"]) == ("2011-Q1", "red", "70")
    assert (second["target"], second["floor"], second["method"]) == ("90", "80", "floor")
    met = [each["name"] for each in document["triggers"] if each["met"]]
    assert met == ["Red for two quarters"]


def test_missing_results_are_explained(indicator):
    reported(indicator, "-")

    assert told(indicator, Q1).outcome == "escalated"
    assert told(indicator, Q1).sentence.startswith("No result in Q1 2011/12, which meets")


def test_green_with_nothing_open_needs_no_explaining(indicator):
    reported(indicator, "GG")

    assert not Explanation.objects.exists()


def test_closing_again_tells_nothing_twice(indicator):
    reported(indicator, "RR")
    before = list(Explanation.objects.order_by("pk").values())

    close(Q2)

    assert list(Explanation.objects.order_by("pk").values()) == before
    assert AuditEvent.objects.filter(act="told why").count() == 2


def test_restating_tells_anew_and_keeps_what_was_told(indicator):
    reported(indicator, "RR")
    revise_result(
        indicator=indicator, quarter=Q2, given=given("G"), reason="Two offices left out", by=None
    )

    close(Q2)
    again = close(Q2)

    first, second = Explanation.objects.filter(quarter=Q2).order_by("number")
    assert (first.number, first.is_latest, first.outcome) == (1, False, "escalated")
    assert (second.number, second.is_latest, second.outcome) == (2, True, "recovered")
    assert "on figures revised since" in second.sentence
    assert Explanation.objects.filter(quarter=Q1).count() == 1
    assert not again.changed
    assert Explanation.objects.count() == 3


def test_a_red_that_was_revised_to_green_says_so_too(indicator):
    reported(indicator, "RG")
    revise_result(
        indicator=indicator, quarter=Q1, given=given("G"), reason="Counted twice", by=None
    )

    close(Q2)

    assert told(indicator, Q1).number == 2
    assert told(indicator, Q1).sentence == (
        "Green in Q1 2011/12: no trigger of version 1 of the SORP that looks at corporate indicators"
        " asks for that."
    )


@pytest.fixture
def varied(indicator):
    """Red for three quarters running, not two, until Q4 2011/12."""
    proposed = propose_variation(
        indicator=indicator,
        what="Referred up a quarter later",
        reason="The depot moves",
        from_quarter=Q1,
        until_quarter=Q4,
        floor=Decimal(75),
        triggers=[VariedWindow("red-two-quarters", 3, 3)],
        by=holder(PostKind.PERFORMANCE_OFFICER),
    )
    return agree_variation(variation=proposed, by=holder(PostKind.MANAGING_DIRECTOR, name="Max"))


def test_an_escalation_under_a_variation_carries_it_and_its_explanation_names_it(indicator, varied):
    other = measured()
    for quarter in (Q1, Q2):
        submit_result(indicator=other, quarter=quarter, given=given("R"), today=TODAY, by=None)
        reported(indicator, "R", since=quarter)
    assert told(indicator, Q2).outcome == "not_escalated"
    assert Escalation.objects.get().indicator == other

    reported(indicator, "R", since=Q3)

    escalation = Escalation.objects.get(indicator=indicator)
    assert (escalation.opened_in, escalation.variation) == (Q3, varied)
    document = told(indicator, Q3).document
    assert document["variation"]["agreed_by"] == "Max"
    assert [each["floor"] for each in document["quarters"]] == ["75"] * 3
    assert document["quarters"][0]["variation"] == "Referred up a quarter later"
    assert "as varied until Q4 2011/12" in told(indicator, Q3).sentence
    assert {each.variation for each in Escalation.objects.filter(indicator=other)} == {None}
    call_command("verify_explanations", stdout=StringIO())


# Verifying


def verified(*arguments):
    out = StringIO()
    call_command("verify_explanations", *arguments, stdout=out)
    return out.getvalue()


def refuted():
    err = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_explanations", stderr=err)
    assert stopped.value.code == 1
    return err.getvalue()


def test_every_explanation_is_borne_out_by_what_is_kept_with_it(indicator, sorp_in_force):
    reported(measured(tier=Tier.DIVISION), "R")
    reported(indicator, "RRAG-", since=Q2)

    assert verified().startswith(f"{Explanation.objects.count()} explanations worked out again:")
    assert verified("2011-Q2").startswith("2 explanations")
    with pytest.raises(CommandError, match="write it like 2011-Q1"):
        verified("last")


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda row: row.document.update(outcome="stands"), "“outcome” does not follow"),
        (lambda row: setattr(row, "sentence", "All is well."), "it says “All is well.”"),
        (lambda row: setattr(row, "outcome", "stands"), "kept as “stands”"),
        (lambda row: row.document.update(reference="PI-OTHER"), "it speaks of PI-OTHER"),
        (lambda row: row.document.pop("inputs"), "cannot be worked out again"),
        (lambda row: row.document["quarters"][1].update(value="95"), "not those that were evalu"),
        (lambda row: row.document["quarters"][1].update(floor="60"), "does not earn the status"),
        (lambda row: row.document["triggers"][0].update(met=False), "“triggers” does not follow"),
        (
            lambda row: row.document["inputs"]["history"][0].update(rag="green"),
            "its inputs give “Red in Q2 2011/12: “Red for two",
        ),
    ],
)
def test_an_explanation_that_was_altered_is_named(indicator, spoil, named):
    reported(indicator, "RR")
    row = told(indicator, Q2)
    spoil(row)
    with unguarded(Explanation):
        row.save()

    said = refuted()

    assert f"{indicator.reference} 2011-Q2 no. 1: " in said
    assert named in said
    assert "1 of 2 explanations differ" in said


def test_explaining_asks_as_much_for_twenty_ambers_as_for_one(sorp_in_force):
    counts, indicators = [], []
    first, second = Quarter(2012, 1), Quarter(2012, 2)
    for quarter, letter, how_many in ((Q4, "G", 1), (first, "A", 1), (second, "A", 20)):
        indicators += [measured() for _ in range(how_many - len(indicators))]
        for each in indicators:
            submit_result(
                indicator=each, quarter=quarter, given=given(letter), today=TODAY, by=None
            )
        with CaptureQueriesContext(connection) as asked:
            close(quarter)
        counts.append(len(asked))

    assert Explanation.objects.filter(quarter=second).count() == 20
    assert counts[1] == counts[2]
