"""A nought typed for want of a figure is asked about on every route, never blocked, and never a quiet green."""

import io
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from core.quarters import Quarter
from indicators.importing.results import import_results
from indicators.models.definitions import Indicator
from indicators.models.questions import Question
from indicators.models.ratings import Rating
from indicators.models.results import Revision
from indicators.queries.questions import data_confidence_of
from indicators.workbooks.preview import preview
from indicators.workbooks.writing import write_workbook
from organisation.models.people import User
from tests.cases.council import by_quarter, found, kept, live_through, with_cells
from tests.indicators.workbooks import Filled

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]

LAST = Quarter(2024, 1)
IN_JULY = "2024-07-20T10:00:00+00:00"
A11 = ("zero", "0", "0 after 104: is there a figure at all?")
# Further kinds: a share of which there is a hole, and visits that stopped coming in.
SHARES = with_cells(kept("zero-indicators.csv"), polarity="higher", decimals="2", measure_unit="")
HEAD = "reference,quarter,value,numerator,denominator,confidence,not_available,definition_break,commentary"
VALUES = {
    "complaints": ("96", "101", "99", "104"),
    "share of adults (B9)": ("0.39", "0.41", "0.40", "0.42"),
    "visits": ("8120", "7994", "8355", "8417"),
}
LATEST = {
    "complaints": ("0", "0 after 104: is there a figure at all?"),
    "share of adults (B9)": ("0", "0.00 after 0.42: is there a figure at all?"),
    "visits": ("0", "0 after 8,417: is there a figure at all?"),
}
every_kind = pytest.mark.parametrize("kind", list(VALUES))


def rows(values, first="2023-Q1"):
    quarter = Quarter.parse(first)
    lines = [HEAD]
    for value in values:
        lines.append(f"ZERO-1,{quarter.key},{value},,,final,,no,")
        quarter = quarter.next()
    return "\n".join(lines) + "\n"


def council(kind):
    """An indicator of that kind with a year of results; its next is still to come."""
    indicators, targets = kept("zero-indicators.csv"), kept("zero-targets.csv")
    if kind == "share of adults (B9)":
        indicators = SHARES
        targets = with_cells(targets, target="0.4", floor="0.35")
    elif kind == "visits":
        indicators = with_cells(indicators, polarity="higher", measure_unit="visits")
        targets = with_cells(targets, target="8000", floor="7000")
    found("zero", indicators, targets)
    live_through(rows(VALUES[kind]))
    return Indicator.objects.get(reference="ZERO-1")


@pytest.fixture
def in_july():
    with time_machine.travel(IN_JULY, tick=False):
        yield


def words_of(kind):
    value, words = LATEST[kind]
    return value, words.replace("\N{NO-BREAK SPACE}", " ")


def plain(text):
    return (
        text.replace("\N{NO-BREAK SPACE}", " ")
        .replace("8,417 visits", "8,417")
        .replace("0 visits", "0")
    )


def test_case_a11_is_green_asked_about_and_of_low_data_confidence_until_answered(in_july):
    found("zero", kept("zero-indicators.csv"), kept("zero-targets.csv"))
    files = by_quarter(kept("zero-results.csv"))
    for quarter, file in files.items():
        import_results(file.encode(), file="zero-results.csv", today=date(2024, 7, 20))
        assert Rating.objects.latest_ones().filter(quarter=quarter).exists()

    revision = Revision.objects.latest_ones().get(result__quarter=LAST)
    question = Question.objects.get(revision=revision)

    assert Rating.objects.latest_ones().get(quarter=LAST).rag == "green"
    assert question.words == "0 after 104: is there a figure at all?"
    assert not question.answer
    confidence = data_confidence_of([revision.pk])[revision.pk]
    assert (confidence.level.value, confidence.words) == ("low", "1 question not answered")


@every_kind
def test_the_form_asks_while_the_figure_is_typed_and_on_saving_and_takes_it(client, kind, in_july):
    indicator = council(kind)
    client.force_login(indicator.accountable_manager)
    value, words = words_of(kind)
    typed = {"value": value, "confidence": "final", "seen": "0", "version": "0"}

    typing = client.post(reverse("would_be", args=[LAST.key, "ZERO-1"]), typed)
    saving = client.post(
        reverse("enter_result", args=[LAST.key, "ZERO-1"]),
        typed | {"do": "save", "management_action": "More"},
    )
    checking = client.get(reverse("check_return", args=[LAST.key]))

    assert words in plain(typing.content.decode())
    assert saving.status_code == 302
    assert words in plain(checking.content.decode())


@every_kind
def test_the_workbook_asks_before_it_is_saved_and_takes_it(kind, in_july):
    indicator = council(kind)
    manager = User.objects.get(pk=indicator.accountable_manager_id)
    book = Filled(write_workbook(manager, LAST))
    value, words = words_of(kind)
    book.answer(indicator, value=Decimal(value))

    found = preview(book.content, manager, LAST)

    assert not found.rejected
    (change,) = found.to_save
    assert [plain(each) for each in change.questions] == [words]


@every_kind
def test_a_file_is_asked_about_row_by_row_tried_first_or_imported(kind, in_july, tmp_path):
    council(kind)
    value, words = words_of(kind)
    file = tmp_path / "results.csv"
    file.write_text(rows([value], LAST.key))

    tried, imported = io.StringIO(), io.StringIO()
    call_command("import_results", str(file), dry_run=True, stdout=tried)
    assert not Revision.objects.filter(result__quarter=LAST).exists()
    call_command("import_results", str(file), stdout=imported)

    for said in (tried, imported):
        assert f"worth a second look: ZERO-1 {LAST.key}: {words}" in plain(said.getvalue())
    assert Question.objects.get(revision__result__quarter=LAST).answer == ""


def test_a_whole_history_in_one_file_is_asked_about_as_quarter_by_quarter(in_july):
    found("zero", kept("zero-indicators.csv"), kept("zero-targets.csv"))

    imported = import_results(
        kept("zero-results.csv").encode(), file="zero-results.csv", today=date(2024, 7, 20)
    )

    assert imported.questions == ("ZERO-1 2024-Q1: 0 after 104: is there a figure at all?",)


def test_a_first_figure_of_nought_against_a_target_far_from_it_is_asked_about(in_july):
    """Case B1, ETS01: 0 stood for "not agreed yet" in the first quarter there was."""
    found("zero", kept("zero-indicators.csv"), kept("zero-targets.csv"))

    imported = import_results(
        rows(["0"], LAST.key).encode(), file="results.csv", today=date(2024, 7, 20)
    )

    assert imported.questions == (
        "ZERO-1 2024-Q1: 0, where the target is 40: is there a figure at all?",
    )


@pytest.mark.parametrize("values", [("2", "1", "0", "3", "0"), ("0", "0", "0", "0", "0")])
def test_small_counts_come_to_nought_without_a_question(values, in_july):
    found(
        "zero",
        kept("zero-indicators.csv"),
        with_cells(kept("zero-targets.csv"), target="3", floor="5"),
    )

    imported = import_results(rows(values).encode(), file="results.csv", today=date(2024, 7, 20))

    assert imported.questions == ()
