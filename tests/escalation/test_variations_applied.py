"""Variations at the close: referred up and let go otherwise, and only for the quarters agreed."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.quarters import Quarter
from core.tables.faults import RefusedFileError
from escalation.models.escalations import Escalation
from escalation.queries.evaluation import agreed_variations, rules_by_indicator
from escalation.queries.restatement_preview import pending_restatements
from escalation.rules.variations import Varied, Window, read_variations
from escalation.services import closing
from indicators.rules.entry import ResultGiven
from indicators.services.results import revise_result, submit_result
from indicators.services.variations import (
    VariedWindow,
    agree_variation,
    end_variation,
    propose_variation,
)
from organisation.rules import PostKind
from reports.contents.edition import edition_contents
from reports.rules.projection import public_form
from reports.schema import check_form
from reports.verification import wrong_figures
from sorp.lexicon import Level, Rag
from sorp.queries.ruling import NoVersionInForce
from tests.factories import VALUES, IndicatorFactory, TargetFactory, holder

TODAY = date(2017, 6, 1)
Q1, Q2, Q3, Q4 = (Quarter(2011, number) for number in (1, 2, 3, 4))
RAGS = {"R": Rag.RED, "A": Rag.AMBER, "G": Rag.GREEN}
RED_TWICE = "red-two-quarters"


def given(letter):
    return ResultGiven(value=VALUES[RAGS[letter]])


def close(quarter):
    return closing.close_quarter(quarter=quarter, today=TODAY, by=None)


def measured(**fields):
    return TargetFactory(indicator=IndicatorFactory(**fields)).indicator


def reported(indicators, picture, *, since=Q1):
    """Each quarter's letter is submitted for every indicator, and the quarter is closed."""
    for number, letter in enumerate(picture):
        quarter = Quarter.from_ordinal(since.ordinal + number)
        for indicator in indicators:
            submit_result(
                indicator=indicator, quarter=quarter, given=given(letter), today=TODAY, by=None
            )
        close(quarter)


def vary(indicator, *triggers, since=Q1, until=Q4, **differently):
    proposed = propose_variation(
        indicator=indicator,
        what="Judged otherwise while the depot moves",
        reason="The depot moves",
        from_quarter=since,
        until_quarter=until,
        triggers=list(triggers),
        by=holder(PostKind.PERFORMANCE_OFFICER),
        **differently,
    )
    return agree_variation(variation=proposed, by=holder(PostKind.MANAGING_DIRECTOR))


def spells(indicator):
    rows = Escalation.objects.filter(indicator=indicator, level=Level.PAT).order_by("pk")
    return [
        (row.opened_in.key, row.recovered_in.key if row.recovered_in else None, row.variation)
        for row in rows
    ]


@pytest.fixture
def indicator(sorp_in_force):
    return measured()


@pytest.mark.django_db
def test_an_indicator_is_referred_up_and_let_go_by_its_variation_and_others_by_the_sorp(
    indicator,
):
    other = measured()
    sooner = vary(indicator, VariedWindow(RED_TWICE, 1, 1), exit_quarters=2)

    reported([indicator, other], "RRGG")

    assert spells(indicator) == [("2011-Q1", "2011-Q4", sooner)]
    assert spells(other) == [("2011-Q2", "2011-Q3", None)]


@pytest.mark.django_db
def test_a_trigger_that_does_not_apply_refers_nothing_up_until_the_variation_ends(indicator):
    vary(indicator, VariedWindow(RED_TWICE), until=Q3)

    # Red counts as amber or worse too, so that amber for three quarters is met in the third.
    reported([indicator], "RR")
    assert spells(indicator) == []
    vary(indicator, VariedWindow("amber-three-quarters"), since=Q4, until=Q4)
    reported([indicator], "G", since=Q3)
    reported([indicator], "RR", since=Q4)

    assert spells(indicator) == [("2012-Q1", None, None)]


@pytest.mark.django_db
def test_restating_judges_each_quarter_by_what_ruled_it_then(indicator):
    varied = vary(indicator, VariedWindow(RED_TWICE, 1, 1), until=Q2)
    reported([indicator], "GGG")
    end_early = agreed_variations([indicator.pk])[indicator.pk]
    assert end_early == [varied]
    for quarter in (Q2, Q3):
        revise_result(
            indicator=indicator, quarter=quarter, given=given("R"), reason="Miscounted", by=None
        )
    (foretold,) = pending_restatements([indicator.pk])

    close(Q3)

    assert spells(indicator) == [("2011-Q2", None, varied)]
    assert [each.opened_in for each in foretold.opened] == [Q2]
    row = Escalation.objects.get()
    assert (row.restated, row.trigger_key) == (True, RED_TWICE)


@pytest.mark.django_db
def test_ending_a_variation_early_leaves_what_was_closed_under_it(indicator):
    varied = vary(indicator, VariedWindow(RED_TWICE, 1, 1))
    reported([indicator], "RG")

    end_variation(
        variation=varied,
        until_quarter=Q2,
        reason="The depot has moved",
        by=holder(PostKind.PERFORMANCE_OFFICER),
    )
    reported([indicator], "R", since=Q3)
    revise_result(
        indicator=indicator, quarter=Q1, given=given("R"), reason="Counted again", by=None
    )
    close(Q3)

    assert spells(indicator) == [("2011-Q1", "2011-Q2", varied)]


@pytest.mark.django_db
def test_rules_are_given_for_each_indicator_in_as_many_queries_for_twenty_as_for_one(
    sorp_in_force,
):
    counts, indicators = [], []
    for how_many in (1, 20):
        indicators += [measured() for _ in range(how_many - len(indicators))]
        for each in indicators:
            if not agreed_variations([each.pk]):
                vary(each, VariedWindow(RED_TWICE, 1, 1))
        with CaptureQueriesContext(connection) as asked:
            rules_of = rules_by_indicator([each.pk for each in indicators])
            for each in indicators:
                assert rules_of(each.pk)(Q2).triggers[0].at_least == 1
                assert rules_of(each.pk)(Quarter(2012, 1)).triggers[0].at_least == 2
                assert rules_of.variation_in(each.pk, Q2).indicator == each
                assert rules_of.variation_in(each.pk, Quarter(2012, 1)) is None
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 6
    with pytest.raises(NoVersionInForce):
        rules_of.version_in(Quarter(2001, 1))


# As files


@pytest.mark.django_db
def test_what_is_exported_replays_to_what_is_recorded(indicator, tmp_path):
    vary(indicator, VariedWindow(RED_TWICE, 1, 1), VariedWindow("amber-three-quarters"))
    only_exit = measured()
    vary(only_exit, exit_quarters=2)
    only_rated = measured()
    vary(only_rated, floor=Decimal(60))
    reported([indicator, only_exit, only_rated], "RRGRG")
    paths = {
        name: tmp_path / f"{name}.txt"
        for name in ("ratings", "rules", "variations", "escalations", "replayed")
    }
    call_command("export_ratings", closed=True, output=paths["ratings"])
    call_command("export_rules", "2011-Q4", output=paths["rules"])
    call_command("export_variations", output=paths["variations"])
    call_command("export_escalations", output=paths["escalations"])

    call_command(
        "replay_rules",
        ratings=paths["ratings"],
        rules=paths["rules"],
        variations=paths["variations"],
        output=paths["replayed"],
    )

    assert paths["replayed"].read_text() == paths["escalations"].read_text()
    kept = [row.split(",")[:7] for row in paths["variations"].read_text().splitlines()[1:]]
    assert [",".join(each) for each in kept][:3] == [
        f"{indicator.reference},2011-Q1,2011-Q4,,red-two-quarters,1,1",
        f"{indicator.reference},2011-Q1,2011-Q4,,amber-three-quarters,,",
        f"{only_exit.reference},2011-Q1,2011-Q4,2,,,",
    ]


HEADER = "reference,from_quarter,until_quarter,exit_quarters,trigger_key,at_least,within"


def test_variations_are_read_with_and_without_what_their_import_reads_besides():
    plain = f"""{HEADER}
PI-1,2011-Q1,2011-Q2,2,Red,1,3
PI-1,2011-Q1,2011-Q2,2,Amber,,
PI-1,2011-Q3,2011-Q4,,Red,,
PI-2,2011-Q1,2011-Q4,3,,,
"""
    whole = "\n".join(
        f"{row},{more}"
        for row, more in zip(plain.splitlines(), ["carried_from,what", *[",Why"] * 4], strict=True)
    )

    for text in (plain, whole):
        assert read_variations(text.encode(), "variations.csv") == {
            "PI-1": (
                Varied(Q1, Q2, 2, {"Red": Window(1, 3), "Amber": None}),
                Varied(Q3, Q4, None, {"Red": None}),
            ),
            "PI-2": (Varied(Q1, Q4, 3),),
        }


def test_a_trigger_that_was_carried_over_counts_from_the_version_that_carried_it():
    text = f"{HEADER},carried_from\nPI-1,2011-Q1,2011-Q4,,Red,1,3,\nPI-1,2011-Q1,2011-Q4,,Redder,1,2,2011-Q3\n"

    assert read_variations(text.encode(), "variations.csv") == {
        "PI-1": (
            Varied(Q1, Q2, None, {"Red": Window(1, 3)}),
            Varied(Q3, Q4, None, {"Red": Window(1, 3), "Redder": Window(1, 2)}),
        )
    }


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",2011-Q1,2011-Q2,,Red,1,2", "v.csv:2:reference: fill in this cell"),
        ("PI-1,2011,2011-Q2,,Red,1,2", "v.csv:2:from_quarter: write the quarter like 2021-Q4"),
        ("PI-1,2011-Q2,2011-Q1,,Red,1,2", "v.csv:2:until_quarter: write 2011-Q2 or a later"),
        (
            "PI-1,2011-Q1,2011-Q2,9,Red,1,2",
            "v.csv:2:exit_quarters: write a whole number from 1 to 8",
        ),
        ("PI-1,2011-Q1,2011-Q2,,Red,3,2", "v.csv:2:within: write both numbers"),
        ("PI-1,2011-Q1,2011-Q2,,Red,1,", "v.csv:2:within: write both numbers"),
        ("PI-1,2011-Q1,2011-Q2,,Red,one,2", "v.csv:2:at_least: write a whole number"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(row, told):
    with pytest.raises(RefusedFileError) as refused:
        read_variations(f"{HEADER}\n{row}\n".encode(), "v.csv")

    assert told in str(refused.value)


def test_a_file_without_a_column_is_refused():
    with pytest.raises(RefusedFileError, match=r"v.csv:1:within: add the column within"):
        read_variations(
            b"reference,from_quarter,until_quarter,exit_quarters,trigger,at_least\n", "v.csv"
        )


# In an edition


@pytest.mark.django_db
def test_an_edition_carries_its_variations_and_is_borne_out_by_them(indicator):
    vary(indicator, VariedWindow(RED_TWICE, 1, 1), floor=Decimal(75), exit_quarters=2)
    reported([indicator], "RG")

    document = edition_contents(quarter=Q2, number=1, frozen_on=date(2011, 9, 1))
    (facts,) = document["indicators"]

    assert facts["variations"][0]["triggers"] == [
        {"key": RED_TWICE, "name": "Red for two quarters", "at_least": 1, "within": 1}
    ]
    check_form(document)
    assert list(wrong_figures(document)) == []
    public = public_form(document)
    check_form(public)
    (shown,) = public["indicators"][0]["variations"]
    assert "reason" not in shown
    assert shown["until_quarter"] == "2011-Q4"
    del facts["variations"]
    assert any("escalations are not those" in wrong for wrong in wrong_figures(document))
