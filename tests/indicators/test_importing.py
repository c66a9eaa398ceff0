"""Indicators, targets and results from files: every bad input a line, all rows or none."""

from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command

from core.models.audit import AuditEvent
from core.models.quarters import ReportingQuarter
from core.quarters import Quarter
from indicators.models.definitions import Indicator, Target
from indicators.models.ratings import Rating
from indicators.models.results import Result, Revision
from organisation.rules import PostKind
from sorp.lexicon import NotRated, Rag
from tests.factories import IndicatorFactory, TargetFactory, UnitFactory, holder

INDICATORS = """\
reference,title,unit,tier,kind,measure_unit,decimals,polarity,frequency,basis,method,tolerance,\
accountable_manager,layer,seasonal,lag_quarters,definition,source,first_quarter
HW-01,Potholes repaired in time,HW,corporate,kpi,%,1,higher,quarterly,quarter,floor,,a@council.example,core,no,0,How many,Works orders,2009-Q1
HW-02,Days to mend a light,HW,division,kpi,days,0,lower,quarterly,quarter,tolerance,10,a@council.example,,,,,,2009-Q1
"""
TARGETS = """\
reference,from_quarter,target,floor,lower,upper,outer_lower,outer_upper,reason,approved_by
PI-1,2011-Q1,90,80,,,,,Business plan,Cabinet
PI-2,2011-Q1,90,80,,,,,Business plan,Cabinet
"""
RESULTS = """\
reference,quarter,value,numerator,denominator,confidence,not_available,definition_break,commentary
PI-1,2011-Q1,95.5,,,final,,no,- Two gangs back
PI-2,2011-Q1,,17,20,provisional,,no,
PI-1,2011-Q2,,0,0,final,,no,Nobody asked
PI-2,2011-Q2,,,,,The system was being moved,no,
"""
TODAY = "2011-11-01"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sorp_in_force")]


@pytest.fixture(autouse=True)
def _on_1_november_2011():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def run(tmp_path, capsys):
    """Run an import command on a text. Returns the exit code and the lines it printed."""

    def run(name, text, *options):
        path = tmp_path / f"{name}.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            call_command(f"import_{name}", path, *options)
            code = 0
        except SystemExit as leaving:
            code = leaving.code
        said = capsys.readouterr()
        return code, (said.err if code else said.out).splitlines()

    return run


@pytest.fixture
def council():
    """A division HW and its accountable manager a@council.example."""
    holder(PostKind.ACCOUNTABLE_MANAGER, unit=UnitFactory(code="HW"), email="a@council.example")


@pytest.fixture
def measured():
    """Two indicators in per cent, each with 90 for target and 80 for floor."""
    for reference in ("PI-1", "PI-2"):
        TargetFactory(indicator=IndicatorFactory(reference=reference))


def everything():
    kinds = (Indicator, Target, Result, Revision, Rating, ReportingQuarter, AuditEvent)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def close(quarter):
    ReportingQuarter.objects.update_or_create(
        quarter=quarter,
        defaults={"state": "closed", "closed_at": "2011-11-01T09:00Z"},
    )


# Indicators


@pytest.mark.usefixtures("council")
def test_indicators_are_defined_once_and_then_left_as_they_are(run):
    assert run("indicators", INDICATORS)[1] == [
        "indicators.csv: indicators: 2 new, 0 changed, 0 unchanged."
    ]
    before = everything()

    assert run("indicators", "\ufeff" + INDICATORS)[1] == [
        "indicators.csv: indicators: 0 new, 0 changed, 2 unchanged."
    ]

    assert everything() == before
    light = Indicator.objects.get(reference="HW-02")
    assert (light.tolerance, light.layer, light.seasonal) == (Decimal(10), "none", False)
    assert light.first_quarter == Quarter(2009, 1)


@pytest.mark.usefixtures("council")
def test_a_changed_definition_is_one_change_and_is_recorded(run):
    run("indicators", INDICATORS)

    changed = INDICATORS.replace("Days to mend a light", "Working days to mend a light")
    assert run("indicators", changed)[1] == [
        "indicators.csv: indicators: 0 new, 1 changed, 1 unchanged."
    ]

    event = AuditEvent.objects.first()
    assert event.act == "redefined indicator"
    assert event.detail["title"]["was"] == "Days to mend a light"


@pytest.mark.usefixtures("council")
def test_when_an_indicator_is_measured_may_be_added(run):
    header, first, _ = INDICATORS.splitlines()
    text = f"{header},last_quarter\n{first.replace('2009-Q1', '2011-Q1')},2012-Q4\n"

    assert run("indicators", text)[0] == 0

    indicator = Indicator.objects.get()
    assert indicator.first_quarter == Quarter(2011, 1)
    assert indicator.last_quarter == Quarter(2012, 4)
    later = INDICATORS.replace("Works orders,2009-Q1", "Works orders,")
    assert run("indicators", later)[1] == [
        "indicators.csv: indicators: 1 new, 0 changed, 1 unchanged."
    ]


@pytest.mark.usefixtures("council")
def test_the_first_quarter_of_a_new_indicator_is_asked_for_and_never_assumed(run):
    assert run("indicators", INDICATORS.replace("2009-Q1", ""))[1] == [
        f"indicators.csv:{row}:first_quarter: write the first quarter in which it is measured, such as"
        " 2019-Q1"
        for row in (2, 3)
    ]
    assert not Indicator.objects.exists()


@pytest.mark.usefixtures("council")
@pytest.mark.parametrize(
    ("was", "now", "fault"),
    [
        ("HW-02", "HW-01", "3:reference: remove this row or row 2: both give reference HW-01"),
        ("HW-02", "HW_02", "3:reference: use letters, figures, spaces inside and . - & /, up to 30, not 'HW_02'"),
        ("Days to", "=SUM(A1)", "3:title: begins with =, which a spreadsheet would run as a formula: begin with a letter or figure"),
        ("light,HW,", "light,ROADS,", "3:unit: name a unit that exists: there is no ROADS"),
        ("10,a@", "10,b@", "3:accountable_manager: import the person first: nobody has the address b@council.example"),
        ("tolerance,10", "tolerance,", "3:tolerance: write by how many per cent of the target amber may miss it, such as 10"),
        ("tolerance,10", "tolerance,-1", "3:tolerance: write a number from 0 to 999, with 3 decimals at most"),
        ("tolerance,10", "tolerance,0.0001", "3:tolerance: write a number from 0 to 999, with 3 decimals at most"),
        ("tolerance,10", "floor,10", "3:tolerance: leave it empty: the method floor has no tolerance"),
        ("days,0,lower", "days,0,none", "3:polarity: write higher or lower, or change the method: tolerance needs it"),
        ("division,kpi", "division,data", "3:method: write none: an indicator of kind data has no RAG status"),
        ("division,kpi", "division,activity", "3:method: write expected_range or none: an indicator of kind activity has no RAG status"),
        ("days,0,", "days,7,", "3:decimals: write a whole number from 0 to 6, not '7'"),
        (",lower,", ",low,", "3:polarity: write one of higher, lower, range, none, not 'low'"),
        ("reference,title", "reference,name", "1:'name': remove this column: we do not use it"),
    ],
)  # fmt: skip
def test_a_bad_indicator_is_told_and_none_is_defined(run, was, now, fault):
    before = everything()
    head, _, last = INDICATORS.rpartition("HW-02")
    text = (
        INDICATORS.replace(was, now)
        if was in head
        else f"{head}{('HW-02' + last).replace(was, now)}"
    )

    code, said = run("indicators", text)

    assert code == 1
    assert f"indicators.csv:{fault}" in said
    assert everything() == before


# Targets


@pytest.mark.usefixtures("measured")
def test_targets_are_set_once_and_then_left_as_they_are(run):
    assert run("targets", TARGETS)[1] == ["targets.csv: targets: 2 new, 0 changed, 0 unchanged."]
    before = everything()

    assert run("targets", TARGETS)[1] == ["targets.csv: targets: 0 new, 0 changed, 2 unchanged."]
    assert everything() == before

    more = TARGETS.replace("PI-2,2011-Q1,90,80", "PI-2,2011-Q1,92,80")
    assert run("targets", more)[1] == ["targets.csv: targets: 0 new, 1 changed, 1 unchanged."]
    target = Target.objects.get(indicator__reference="PI-2", from_quarter=Quarter(2011, 1))
    assert target.target == 92


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("PI-9,2011-Q1,90,80,,,,,Plan,Cabinet", "4:reference: import the indicator first, or "
            "correct its reference: there is no PI-9"),
        ("PI-1,2011-Q1,90,80,,,,,Plan,Cabinet", "4:from_quarter: remove this row or row 2: both give reference PI-1, from_quarter Q1 2011/12"),
        ("PI-1,2011-Q5,90,80,,,,,Plan,Cabinet", "4:from_quarter: write the quarter like 2021-Q4 or Q4 2021/22, not '2011-Q5'"),
        ("PI-1,2012-Q1,80,90,,,,,Plan,Cabinet", "4:floor: Give a floor standard no better than the target of 80: 90 is better where higher is better"),
        ("PI-1,2012-Q1,90,80,,,,,,Cabinet", "4:reason: fill in this cell"),
        ("PI-1,2012-Q1,90,80,,,,,Plan,", "4:approved_by: fill in this cell"),
        ('PI-1,2012-Q1,"12,5",80,,,,,Plan,Cabinet', "4:target: write a full stop for the decimal point: '12.5', not '12,5', which has a comma"),
        ("PI-1,2012-Q1,n/a,80,,,,,Plan,Cabinet", "4:target: 'n/a' is not a number: where there is no figure, leave it empty"),
        ("PI-1,2010-Q2,90,80,,,,,Plan,Cabinet", "4:from_quarter: Q2 2010/11 is closed: set the target from Q1 2011/12 or a later quarter"),
    ],
)  # fmt: skip
def test_a_bad_target_is_told_and_none_is_set(run, row, fault):
    close(Quarter(2010, 4))
    before = everything()

    code, said = run("targets", TARGETS + row + "\n")

    assert (code, said) == (1, [f"targets.csv:{fault}"])
    assert everything() == before


# Results


@pytest.mark.usefixtures("measured")
def test_results_are_submitted_and_rated(run):
    assert run("results", RESULTS)[1] == ["results.csv: results: 4 new, 0 changed, 0 unchanged."]

    ratings = Rating.objects.values_list(
        "indicator__reference", "quarter__month", "value", "rag", "not_rated", "confidence"
    )
    assert set(ratings) == {
        ("PI-1", 4, Decimal("95.5"), Rag.GREEN, "", "final"),
        ("PI-2", 4, Decimal(85), Rag.AMBER, "", "provisional"),
        ("PI-1", 7, None, "", NotRated.NO_VALUE, ""),
        ("PI-2", 7, None, "", NotRated.NO_RESULT, ""),
    }
    assert AuditEvent.objects.filter(act="submitted result", actor=None).count() == 4


@pytest.mark.usefixtures("measured")
def test_results_imported_twice_change_nothing(run):
    run("results", RESULTS)
    before = everything()

    said = run("results", "\ufeff" + RESULTS.replace("\n", "\r\n"))[1]

    assert said == ["results.csv: results: 0 new, 0 changed, 4 unchanged."]
    assert everything() == before


@pytest.mark.usefixtures("measured")
def test_a_dry_run_of_results_says_what_would_change_and_writes_nothing(run):
    run("results", RESULTS)
    before = everything()

    code, said = run("results", RESULTS.replace("95.5", "79"), "--dry-run")

    assert (code, said) == (
        0,
        [
            "changed: PI-1 2011-Q1",
            "results.csv:2:quarter: read as Q1 2011/12, April to June 2011",
            "results.csv:4:quarter: read as Q2 2011/12, July to September 2011",
            "results.csv: results: 0 new, 1 changed, 3 unchanged would follow; nothing was written.",
        ],
    )
    assert everything() == before
    assert Rating.objects.get(indicator__reference="PI-1", quarter=Quarter(2011, 1)).rag == "green"


@pytest.mark.usefixtures("measured")
def test_a_changed_result_is_a_revision_and_what_was_said_is_kept(run):
    run("results", RESULTS)

    said = run("results", RESULTS.replace("95.5", "79"))[1]

    assert said == ["results.csv: results: 0 new, 1 changed, 3 unchanged."]
    first, second = Revision.objects.filter(
        result__indicator__reference="PI-1", result__quarter=Quarter(2011, 1)
    )
    assert (first.value, first.is_latest) == (Decimal("95.5"), False)
    assert (second.value, second.is_latest, second.number) == (Decimal(79), True, 2)
    assert Rating.objects.latest_ones().get(revision=second).rag == Rag.RED


@pytest.mark.usefixtures("measured")
def test_a_closed_quarter_takes_the_same_result_again_and_no_other(run):
    run("results", RESULTS)
    close(Quarter(2011, 1))
    before = everything()

    assert run("results", RESULTS)[1] == ["results.csv: results: 0 new, 0 changed, 4 unchanged."]
    assert run("results", RESULTS.replace("95.5", "79")) == (
        1,
        [
            "results.csv:2:quarter: revise this result, with the reason, instead: Q1 2011/12 is"
            " closed"
        ],
    )
    assert everything() == before


@pytest.mark.usefixtures("measured")
def test_late_results_and_older_figures_may_be_marked(run):
    text = (
        RESULTS.splitlines()[0] + ",data_quarter,late\nPI-1,2011-Q2,95,,,final,,no,,2011-Q1,yes\n"
    )

    assert run("results", text)[0] == 0

    revision = Revision.objects.get()
    assert revision.late
    assert revision.data_quarter == Quarter(2011, 1)


ROW = "PI-1,2010-Q3,{},,,final,,no,\n"


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("PI-9,2010-Q3,1,,,final,,no,\n", "6:reference: import the indicator first, or correct "
            "its reference: there is no PI-9"),
        ("PI-1,2011-Q1,95.5,,,final,,no,\n", "6:quarter: remove this row or row 2: both give reference PI-1, quarter Q1 2011/12"),
        ("PI-1,2011-Q3,1,,,final,,no,\n", "6:quarter: leave this row out until 1 January 2012: Q3 2011/12 has not ended"),
        ("PI-1,2010-Q2,1,,,final,,no,\n", "6:quarter: revise this result, with the reason, "
            "instead: Q2 2010/11 is closed, and nobody said anything about it"),
        ("PI-1,2009-Q4,1,,,final,,no,\n", "6:quarter: No version of the SORP is in force for Q4 2009/10, so nothing in it can be rated: bring one into force first (Set up, The SORP)"),
        ("PI-1,Q3 2010,1,,,final,,no,\n", "6:quarter: 'Q3 2010' can be read in two ways: write 2010-Q3 for Q3 2010/11, October to December 2010, or 2010-Q2 for Q2 2010/11, July to September 2010"),
        (ROW.format('"12,5"'), "6:value: write a full stop for the decimal point: '12.5', not '12,5', which has a comma"),
        (ROW.format("n/a"), "6:value: 'n/a' is not a number: where there is no figure, leave it empty and say why in not_available"),
        (ROW.format("1e999"), "6:value: write the number out in full, without an exponent, not '1e999'"),
        (ROW.format("1" * 40), "6:value: write at most 9 figures before the decimal point, not 40: count in thousands or millions instead"),
        (ROW.format(""), "6:value: write the value, or say in not_available why there is none"),
        (ROW.format("=1+1"), "6:value: write a number in figures, such as 12.5, not '=1+1'"),
        ("PI-1,2010-Q3,,5,,final,,no,\n", "6:denominator: write both the numerator and the denominator, or neither"),
        ("PI-1,2010-Q3,,,5,final,,no,\n", "6:numerator: write both the numerator and the denominator, or neither"),
        ("PI-1,2010-Q3,5,,,final,Lost,no,\n", "6:not_available: leave this empty, or leave the figures empty: not both at once"),
        ("PI-1,2010-Q3,5,0,0,final,,no,\n", "6:value: leave it empty: a denominator of 0 gives "
            "no value"),
        ("PI-1,2010-Q3,66.6,2,3,final,,no,\n", "6:value: correct the value or the figures it "
            "comes from: 2 / 3 gives 66.7, not 66.6"),
        ("PI-1,2010-Q3,,999999999,0.000001,final,,no,\n", "6:numerator: Give a value below 1,000,000,000: count in thousands or millions instead"),
        ("PI-1,2010-Q3,5,,,certain,,no,\n", "6:confidence: write one of final, provisional, estimated, not 'certain'"),
        ("PI-1,2010-Q3,5,,,final,,maybe,\n", "6:definition_break: write yes or no, not 'maybe'"),
        ("PI-1,2010-Q3,5,,,final,,no,=HYPERLINK(1)\n", "6:commentary: begins with =, which a spreadsheet would run as a formula: begin with a letter or figure"),
        ("PI-1,2010-Q3,5,,,final,,no," + "x" * 1_000_000 + "\n", "6:commentary: shorten this cell to 100 kB or less"),
        ("PI-1,2010-Q3,5\n", "6:row: give 9 cells, as in the first row, not 3"),
        ('PI-1,2010-Q3,5,,,final,,no,"never closed\n', "6:commentary: close the quotation mark with which this cell begins"),
        (b"PI-1,2010-Q3,5,,,final,,no,caf\xe9\n", "6:row: save the file as UTF-8 (in a spreadsheet, “CSV UTF-8”)"),
    ],
    ids=lambda given: repr(given)[:60],
)  # fmt: skip
def test_a_bad_result_is_told_in_one_line_and_no_result_is_written(run, row, fault):
    close(Quarter(2010, 2))
    before = everything()

    text = RESULTS.encode() + (row if isinstance(row, bytes) else row.encode())
    code, said = run("results", text)

    assert (code, said) == (1, [f"results.csv:{fault}"])
    assert everything() == before


@pytest.mark.usefixtures("measured")
def test_a_rounded_value_beside_its_figures_is_no_contradiction(run):
    text = RESULTS + "PI-1,2010-Q3,66.7,2,3,final,,no,\n"

    assert run("results", text)[0] == 0

    assert Revision.objects.get(result__quarter=Quarter(2010, 3)).value == Decimal("66.666667")


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1:row: the file is empty: begin with a row of column names,"),
        (RESULTS.splitlines()[0], "2:row: add a row: the file has column names and no rows"),
        ("reference;quarter\nPI-1;2011-Q1\n", "1:row: separate the columns with commas"),
        ("quarter,reference\n", "1:value: add the column value to the first row"),
    ],
)
def test_a_file_that_is_not_a_results_csv_is_told(run, text, fault):
    code, said = run("results", text)

    assert code == 1
    assert said[0].startswith(f"results.csv:{fault}")


@pytest.mark.usefixtures("measured")
def test_a_result_for_a_quarter_in_which_the_indicator_is_not_measured_is_told(run):
    Indicator.objects.update(
        first_quarter=Quarter(2011, 1),
        last_quarter=Quarter(2011, 1),
    )

    assert run("results", RESULTS + ROW.format(1)) == (
        1,
        [
            "results.csv:4:quarter: write a quarter up to 2011-Q1, the last it is measured in",
            "results.csv:5:quarter: write a quarter up to 2011-Q1, the last it is measured in",
            "results.csv:6:quarter: write a quarter from 2011-Q1 on, the first it is measured in",
        ],
    )


# Rating and export


@pytest.mark.usefixtures("measured")
def test_rate_counts_every_indicator_and_a_second_time_changes_none(run, capsys):
    IndicatorFactory(reference="PI-3")
    run("results", RESULTS)

    said = []
    for options in (["--dry-run"], [], []):
        call_command("rate", "2011-Q1", *options)
        said.append(capsys.readouterr().out.strip())

    counts = "Q1 2011/12: 3 indicators: 1 green, 1 amber, 0 red, 1 not rated;"
    assert said == [
        f"{counts} 1 new or changed; nothing was written.",
        f"{counts} 1 new or changed.",
        f"{counts} 0 new or changed.",
    ]


@pytest.mark.parametrize(
    ("quarter", "advice"),
    [
        ("2011-Q3", "has not ended"),
        ("2011", "is not a quarter"),
        ("2009-Q4", "No version of the SORP is in force"),
    ],
)
def test_rate_says_why_it_does_not(quarter, advice):
    with pytest.raises(CommandError, match=advice):
        call_command("rate", quarter)


@pytest.mark.usefixtures("measured")
def test_export_ratings_has_the_columns_that_readers_expect(run, capsys, tmp_path):
    run("results", RESULTS)

    call_command("export_ratings", "2011-Q1")

    assert capsys.readouterr().out.split("\n")[:-1] == [
        "reference,quarter,value,target,floor,rag,not_rated,method,travel,travel_method,"
        "sorp_version,confidence,definition_break,tier,"
        "polarity,lower,upper,late,forecast,chance_red,chance_amber_or_worse,"
        "basis,frequency,due,made_of_months\r",
        "PI-1,2011-Q1,95.5,90,80,green,,floor,not enough data,regression,1,final,no,corporate,"
        "higher,,,no,,,,quarter,quarterly,,\r",
        "PI-2,2011-Q1,85,90,80,amber,,floor,not enough data,regression,1,provisional,no,corporate,"
        "higher,,,no,,,,quarter,quarterly,,\r",
    ]


@pytest.mark.usefixtures("measured")
def test_what_export_ratings_writes_replay_rules_reads(run, capsys, tmp_path):
    run("results", RESULTS + ROW.format(70) + "PI-1,2010-Q4,60,,,final,,no,\n")
    path = tmp_path / "ratings.csv"

    call_command("export_ratings", output=path)
    call_command("replay_rules", ratings=path)

    said = capsys.readouterr().out
    assert f"6 ratings written to {path}." in said
    assert "PI-1,pat,Red for two quarters,2010-Q3,2010-Q4,2011-Q1" in said


def test_export_ratings_to_a_place_that_is_not_there_says_so(tmp_path):
    with pytest.raises(CommandError, match="give a file that can be written"):
        call_command("export_ratings", output=tmp_path / "none" / "ratings.csv")


HEAD = RESULTS.splitlines()[0]


@pytest.fixture
def annual():
    """Results by year: one due in Q4, one named to be due in Q3, one half-yearly, one of quarters."""
    IndicatorFactory(reference="AN-4", frequency="annual")
    IndicatorFactory(reference="AN-3", frequency="annual", due="Q3")
    IndicatorFactory(reference="HALF", frequency="half_yearly")
    IndicatorFactory(reference="QUARTER")


@pytest.mark.usefixtures("annual")
@pytest.mark.parametrize(
    ("row", "quarter"),
    [
        ("AN-4,2010-11,80,,,final,,no,", "2010-Q4"),
        ("AN-4,2010/11,80,,,final,,no,", "2010-Q4"),
        ("AN-3,2010/11,80,,,final,,no,", "2010-Q3"),
        ("AN-3,2010-2011,80,,,final,,no,", "2010-Q3"),
    ],
)
def test_the_year_of_an_annual_figure_is_the_quarter_in_which_it_is_due(run, row, quarter):
    if "2010-11" in row:  # November 2010 too: for one that is given once a year both are said
        code, said = run("results", f"{HEAD}\n{row}\n")
        assert code == 1
        assert said == [
            "results.csv:2:quarter: 2010-11 can be read in two ways: write 2010-Q4 for 2010/11, or"
            " 2010-Q3 for the quarter of November 2010"
        ]
        row = row.replace("2010-11", "FY 2010/11")
    code, said = run("results", f"{HEAD}\n{row}\n", "--dry-run")
    assert code == 0
    assert f"results.csv:2:quarter: read as {Quarter.parse(quarter).in_full}" in said

    assert run("results", f"{HEAD}\n{row}\n")[0] == 0

    assert Result.objects.get().quarter.key == quarter


@pytest.mark.usefixtures("annual")
@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("QUARTER,2016-17,80,,,final,,no,", "2:quarter: write the quarter, such as 2016-Q4"),
        ("HALF,2016/17,80,,,final,,no,", "2:quarter: write the quarter, such as 2016-Q4"),
        ("AN-4,2016-18,80,,,final,,no,", "2:quarter: write the month like 2019-10"),
        ("AN-4,2016-17,80,,,final,,no,", "2:quarter: leave this row out until 1 April 2017"),
        ("AN-4,2010/11,8,,,final,,no,\nAN-4,2010-Q4,9,,,final,,no,", "3:quarter: remove this row or row 2"),
    ],
)  # fmt: skip
def test_a_year_that_names_no_one_quarter_is_refused_in_words(run, row, fault):
    code, said = run("results", f"{HEAD}\n{row}\n")

    assert code == 1
    assert said[0].startswith(f"results.csv:{fault}")
    assert not Result.objects.exists()


@pytest.mark.usefixtures("measured")
def test_new_figures_of_which_nobody_says_how_firm_they_are_are_said_to_be_taken_as_final(run):
    rows = "PI-1,2011-Q1,95,,,,,no,\nPI-2,2011-Q1,85,,,,,no,\nPI-1,2011-Q2,94 (p),,,,,no,\n"
    told = "results.csv:2:confidence: empty, and the 2 figures are new: taken as final"

    assert told in run("results", f"{HEAD}\n{rows}")[1]
    assert told not in run("results", f"{HEAD}\n{rows}")[1]
    assert dict(Revision.objects.values_list("value", "confidence")) == {
        Decimal(95): "final",
        Decimal(85): "final",
        Decimal(94): "provisional",
    }
