"""results.csv by month: what is taken, what is refused in words, and what comes back from an export."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from core.quarters import Quarter
from core.tables.faults import RefusedFileError
from escalation.services.closing import close_quarter
from indicators.exporting.results import results_csv
from indicators.importing.results import import_results
from indicators.models.months import MonthlyFigure
from indicators.models.results import Result, Revision
from tests.factories import IndicatorFactory, TargetFactory

pytestmark = pytest.mark.django_db
TODAY = date(2012, 1, 20)
HEAD = "reference,quarter,value,numerator,denominator,confidence,not_available,definition_break,commentary"


@pytest.fixture(autouse=True)
def in_january():
    with time_machine.travel("2012-01-20 10:00 +0000", tick=False):
        yield


@pytest.fixture
def monthly(sorp_in_force):
    def make(made="mean", reference="MON-1"):
        indicator = IndicatorFactory(
            reference=reference, frequency="monthly", basis="month", made_of_months=made
        )
        TargetFactory(indicator=indicator)
        return indicator

    return make


def load(*rows, head=HEAD, **options):
    """Each row as `MON-1 2011-10 90`, or with all its cells."""
    lines = [",".join(row.split()) + ",,,,,," if "," not in row else row for row in rows]
    content = "\n".join([head, *lines]).encode()
    return import_results(content, file="results.csv", today=TODAY, **options)


def faults(*rows, **options):
    with pytest.raises(RefusedFileError) as refused:
        load(*rows, **options)
    return str(refused.value).splitlines()


def quarters():
    rows = Revision.objects.latest_ones().order_by("result__quarter")
    return {row.result.quarter.key: (row.value, row.confidence) for row in rows}


def test_three_months_in_a_file_make_and_rate_their_quarter(monthly):
    monthly()

    outcome = load(
        "MON-1,2011-10,,90,100,,,,", "MON-1,2011-11,,20,100,,,,", "MON-1,2011-12,,100,200,,,,"
    )

    assert outcome.new == ("MON-1 2011-10", "MON-1 2011-11", "MON-1 2011-12")
    assert quarters() == {"2011-Q3": (Decimal("52.5"), "final")}
    assert Revision.objects.get().ratings.get().rag == "red"


def test_the_same_file_again_changes_nothing(monthly):
    monthly()
    rows = ("MON-1 2011-10 90", "MON-1 2011-11 80", "MON-1 2011-12 85")
    load(*rows)

    again = load(*rows)

    assert (again.new, again.changed, again.unchanged) == ((), (), 3)
    assert MonthlyFigure.objects.count() == 3
    assert Revision.objects.count() == 1


def test_the_column_may_be_called_month(monthly):
    monthly()
    head = HEAD.replace("quarter", "month")

    load("MON-1 2011-10 90", head=head)
    told = faults("MON-1 2011-13 90", head=head)

    assert MonthlyFigure.objects.get().month.key == "2011-10"
    assert told == ["results.csv:2:month: write the month like 2019-10, not '2011-13'"]


def test_a_dry_run_keeps_no_month(monthly):
    monthly()

    outcome = load("MON-1 2011-10 90", dry_run=True)

    assert outcome.new == ("MON-1 2011-10",)
    assert not MonthlyFigure.objects.exists()


@pytest.mark.parametrize(
    ("made", "rows", "made_quarters"),
    [
        # Months of a quarter that lacks some, with nothing known after it: they may be on their way.
        ("mean", ["MON-1 2011-10 90", "MON-1 2011-11 80"], {}),
        # Until somebody says why there is none.
        (
            "mean",
            ["MON-1 2011-10 90", "MON-1 2011-11 80", "MON-1,2011-12,,,,,Lost,,"],
            {"2011-Q3": (85, "provisional")},
        ),
        # Or a later month is known.
        ("mean", ["MON-1 2011-08 90", "MON-1 2011-10 80"], {"2011-Q2": (90, "provisional")}),
        ("sum", ["MON-1 2011-08 90", "MON-1 2011-10 80"], {}),
        # Or the file has a row for the quarter itself.
        (
            "mean",
            ["MON-1 2011-11 80", "MON-1,2011-Q3,,,,,,,Two months were lost"],
            {"2011-Q3": (80, "provisional")},
        ),
        # Of a last month the quarter tells its figure.
        ("last", ["MON-1 2011-Q3 70"], {"2011-Q3": (70, "final")}),
        # A quarter before the first month is history, known by quarters.
        (
            "mean",
            ["MON-1 2011-Q2 70", "MON-1 2011-10 80"],
            {"2011-Q2": (70, "final")},
        ),
        # Of a last month nothing lacks once it is known.
        ("last", ["MON-1 2011-12 75"], {"2011-Q3": (75, "final")}),
    ],
)
def test_which_quarters_a_file_of_months_makes(monthly, made, rows, made_quarters):
    monthly(made)

    load(*rows)

    assert quarters() == made_quarters


@pytest.mark.parametrize(
    ("made", "row", "told"),
    [
        (
            "mean",
            "MON-1 2011-Q3 90",
            "2:quarter: give October, November and December 2011 each a row of its own, such as"
            " 2011-10: MON-1 is given by month, and its quarter (mean) does not tell them",
        ),
        ("sum", "MON-1 2011-Q3 90", "2:quarter: give October, November and December 2011"),
        ("mean", "MON-1 2012-01 90", "2:quarter: leave this row out until"),
        ("mean", "MON-1 2011-1 90", "2:quarter: write the quarter like"),
        ("mean", "MON-1,2011-10,,,,,,,Nothing", "2:value: write the value, or say in"),
        ("mean", "MON-1,2011-10,90,,,,Lost,,", "2:not_available: leave this empty"),
        ("mean", "MON-1,2011-10,90,,,,,yes,", "2:definition_break: say this of the quarter, in a"),
        ("mean", "MON-1,2011-10,,9,,,,,", "2:denominator: write both"),
        ("mean", "QUA-1 2011-10 90", "2:quarter: write the quarter, 2011-Q3: QUA-1 is given by"),
    ],
)
def test_what_is_refused_of_a_month_is_refused_in_words_and_nothing_is_kept(
    monthly, made, row, told
):
    monthly(made)
    IndicatorFactory(reference="QUA-1")

    found = faults(row, "MON-1 2011-09 1")

    assert len(found) == 1
    assert found[0].startswith(f"results.csv:{told}")
    assert not MonthlyFigure.objects.exists()
    assert not Result.objects.exists()


def test_a_quarter_that_says_otherwise_than_its_months_is_refused_with_what_they_make(monthly):
    monthly()
    rows = ("MON-1 2011-10 90", "MON-1 2011-11 80", "MON-1 2011-12 85")

    wrong = faults(*rows, "MON-1 2011-Q3 90")
    firm = faults(*rows, "MON-1,2011-Q3,85,,,estimated,,,")
    reason = faults(*rows, "MON-1,2011-Q3,,,,,Lost,,")
    load(*rows, "MON-1,2011-Q3,85,,,,,,As it was")

    assert wrong == ["results.csv:5:value: leave the figures empty: the months of 2011-Q3 make 85%"]
    assert firm == [
        "results.csv:5:confidence: leave this empty: the months of 2011-Q3 make it final"
    ]
    assert reason == ["results.csv:5:not_available: leave this empty: the months of 2011-Q3 say it"]
    assert Revision.objects.get().commentary == "As it was"


def test_an_empty_optional_cell_leaves_what_was_said_of_a_month_and_a_word_clears_it(monthly):
    monthly()
    load("MON-1,2011-10,90,,,provisional,,,A storm")

    load("MON-1 2011-10 91")
    left = MonthlyFigure.objects.latest_ones().get()
    load("MON-1,2011-10,91,,,final,,,(clear)")
    cleared = MonthlyFigure.objects.latest_ones().get()

    assert (left.value, left.confidence, left.commentary) == (91, "provisional", "A storm")
    assert (cleared.number, cleared.confidence, cleared.commentary) == (3, "final", "")


def test_what_is_withheld_of_a_month_is_read_in_files_as_on_the_form(monthly):
    monthly("sum")

    load("MON-1 2011-10 90", "MON-1,2011-11,<5,,,,,,", "MON-1,2011-12,[c],,,,Two schools only,,")

    months = MonthlyFigure.objects.order_by("month").values_list("not_available", "withheld")
    assert list(months) == [("", False), ("Less than 5%", True), ("Two schools only", True)]
    revision = Revision.objects.get()
    assert (revision.value, revision.withheld) == (None, True)
    assert revision.ratings.get().not_rated == "withheld"


def test_a_row_that_says_nothing_of_the_figure_leaves_a_month_withheld(monthly):
    monthly("sum")
    load("MON-1,2011-10,<5,,,,,,")

    load("MON-1,2011-10,,,,,Few pupils,,")
    told = MonthlyFigure.objects.latest_ones().get()
    load("MON-1,2011-10,(clear),,,,Lost,,")
    cleared = MonthlyFigure.objects.latest_ones().get()

    assert (told.not_available, told.withheld) == ("Few pupils", True)
    assert (cleared.not_available, cleared.withheld) == ("Lost", False)


def test_a_withheld_month_beside_its_counts_and_a_withheld_quarter_beside_its_months_are_refused(
    monthly,
):
    monthly()
    rows = ("MON-1 2011-10 90", "MON-1 2011-11 80", "MON-1 2011-12 85")

    assert faults("MON-1,2011-10,<5,3,100,,,,") == [
        "results.csv:2:value: leave the other figures empty where one is withheld"
    ]
    assert faults(*rows, "MON-1 2011-Q3 [c]") == [
        "results.csv:5:value: leave the figures empty: the months of 2011-Q3 make 85%"
    ]


def test_a_corrected_month_moves_the_result_while_its_quarter_is_open_and_not_after(monthly):
    monthly()
    load("MON-1 2011-10 90", "MON-1 2011-11 80", "MON-1 2011-12 85")

    load("MON-1 2011-10 60")
    moved = quarters()
    close_quarter(quarter=Quarter(2011, 3), today=date(2012, 2, 1), by=None)
    told = faults("MON-1 2011-10 61")
    load("MON-1 2011-10 60")

    assert moved == quarters() == {"2011-Q3": (75, "final")}
    assert told == [
        "results.csv:2:quarter: revise this month, with the reason, on its page instead: Q3 2011/12"
        " is closed"
    ]


def test_a_month_of_an_approved_result_is_refused_until_it_is_unlocked(monthly):
    monthly()
    load("MON-1 2011-10 90", "MON-1 2011-11 80", "MON-1 2011-12 85")
    Result.objects.update(state="approved")

    assert faults("MON-1 2011-10 61") == [
        "results.csv:2:value: leave this row out, or have the result unlocked: it is approved"
    ]


def test_what_is_exported_of_months_comes_back_and_exports_the_same_bytes(monthly):
    monthly()
    monthly("sum", "SUM-1")
    monthly("last", "LAST-1")
    load(
        "MON-1,2011-10,,90,100,,,,Fine",
        "MON-1,2011-11,80,,,estimated,,,",
        "MON-1,2011-12,,,,,Lost,,",
        "MON-1 2011-Q2 77",
        "SUM-1 2011-10 5",
        "SUM-1 2011-11 6",
        "SUM-1 2011-12 7.5",
        "SUM-1,2011-Q3,,,,,,,A good autumn",
        "LAST-1 2011-Q3 8",
        "LAST-1,2011-09,[c],,,,Few,,",
    )
    exported = results_csv()
    before = quarters_of_all()

    again = import_results(exported.encode(), file="results.csv", today=TODAY)
    # In an empty database: the same indicators under other references.
    for made in ("mean", "sum", "last"):
        monthly(made, f"NEW-{made}")
    renamed = exported.replace("MON-1", "NEW-mean").replace("SUM-1", "NEW-sum")
    renamed = renamed.replace("LAST-1", "NEW-last")
    import_results(renamed.encode(), file="results.csv", today=TODAY)

    assert (again.new, again.changed) == ((), ())
    after = results_csv()
    assert set(renamed.splitlines()) < set(after.splitlines())
    assert quarters_of_all() == before | {
        (f"NEW-{made}", quarter): told
        for made, old in (("mean", "MON-1"), ("sum", "SUM-1"), ("last", "LAST-1"))
        for (reference, quarter), told in before.items()
        if reference == old
    }


def quarters_of_all():
    rows = Revision.objects.latest_ones().select_related("result__indicator")
    return {
        (row.result.indicator.reference, row.result.quarter.key): (row.value, row.commentary)
        for row in rows
    }
