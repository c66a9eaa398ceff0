"""An empty cell leaves what was said; to take it away takes a word."""

from datetime import date

import pytest
import time_machine

from core.tables.faults import RefusedFileError
from indicators.importing.definitions import import_indicators
from indicators.importing.results import import_results
from indicators.models.definitions import Indicator
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from tests.cases.council import found, kept, with_cells

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]
TODAY = date(2024, 7, 20)
HEAD = kept("reimport-first.csv").splitlines()[0]


@pytest.fixture(autouse=True)
def council():
    found("reimport", kept("reimport-indicators.csv"), kept("reimport-targets.csv"))
    with time_machine.travel("2024-07-20T09:00:00+00:00", tick=False):
        yield


def given(text, *, dry_run=False):
    return import_results(text.encode(), file="results.csv", today=TODAY, dry_run=dry_run)


def row(cells):
    return f"{HEAD}\n{cells}\n"


def said():
    return Revision.objects.get(is_latest=True)


def test_a_second_import_with_empty_cells_changes_nothing():
    """Case A9: commentary, provisional and the break stay as they were."""
    given(kept("reimport-first.csv"))

    outcome = given(kept("reimport-second.csv"))

    assert (outcome.changed, outcome.unchanged) == ((), 1)
    latest = said()
    assert (latest.number, latest.confidence, latest.definition_break) == (1, "provisional", True)
    assert latest.commentary == "The manager explains at length what happened."


def test_another_value_alone_stays_provisional_and_its_reason_says_what_changed():
    given(kept("reimport-first.csv"))

    given(row("RE-1,2024-Q1,76,,,,,,"))

    latest = said()
    assert (latest.number, latest.confidence, latest.definition_break) == (2, "provisional", True)
    assert latest.reason == "Result 75, now 76"


def test_a_word_clears():
    given(kept("reimport-first.csv"))

    given(row("RE-1,2024-Q1,,,,,,(clear),(CLEAR)"))

    latest = said()
    assert (latest.value, latest.commentary, latest.definition_break) == (75, "", False)


def test_the_counts_that_stand_are_not_left_beside_another_value():
    given(row("RE-1,2024-Q1,,75,100,final,,,"))

    with pytest.raises(RefusedFileError, match="numerator and the denominator too"):
        given(row("RE-1,2024-Q1,80,,,,,,"))


def test_a_withheld_figure_is_kept_as_one_and_is_no_missing_result():
    given(row("RE-1,2024-Q1,<5%,,,final,,,"))

    assert (said().withheld, said().value, said().not_available) == (True, None, "Less than 5%")
    assert Rating.objects.get(is_latest=True).not_rated == "withheld"


def test_a_provisional_mark_beats_an_empty_cell_and_contradicts_another_word():
    given(row("RE-1,2024-Q1,85 (p),,,,,,"))
    assert said().confidence == "provisional"

    with pytest.raises(RefusedFileError, match="write provisional"):
        given(row("RE-1,2024-Q1,85 (p),,,final,,,"))


@pytest.mark.parametrize(
    ("may_be_negative", "is_taken"), [("yes", True), ("", True), ("no", False)]
)
def test_what_may_be_below_nought_is_the_indicators_own_to_say(may_be_negative, is_taken):
    """A13 and its kin: "days ahead of plan", -28."""
    text = with_cells(
        kept("reimport-indicators.csv"),
        measure_unit="days ahead of plan",
        decimals="0",
        may_be_negative=may_be_negative,
    )
    import_indicators(text.encode(), file="indicators.csv")

    if is_taken:
        given(row("RE-1,2024-Q1,\N{MINUS SIGN}28,,,final,,,"))
        assert said().value == -28
    else:
        with pytest.raises(RefusedFileError, match="write 0 or more"):
            given(row("RE-1,2024-Q1,-28,,,final,,,"))


def test_an_indicators_empty_cells_leave_what_it_is():
    full = with_cells(
        kept("reimport-indicators.csv"),
        definition="Answered in 20 s",
        codes="LOF:1.2",
        seasonal="yes",
    )
    import_indicators(full.encode(), file="indicators.csv")

    bare = with_cells(full, definition="", codes="", seasonal="", layer="", first_quarter="")
    outcome = import_indicators(bare.encode(), file="indicators.csv")

    assert outcome.unchanged == 1
    indicator = Indicator.objects.get()
    assert (indicator.definition, indicator.codes, indicator.seasonal, indicator.layer) == (
        "Answered in 20 s",
        "LOF:1.2",
        True,
        "core",
    )


def test_a_dry_run_says_each_quarter_back():
    outcome = given(row("RE-1,Q1 2024/25,75,,,final,,,"), dry_run=True)

    assert "results.csv:2:quarter: read as Q1 2024/25, April to June 2024" in outcome.notes
